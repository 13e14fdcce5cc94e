"""Repeat the sensitivity analysis on nested subsamples, to see whether trainings are enough."""

from hsic_hpo.files import write_netcdf
from hsic_hpo.sensitivity.convergence import convergence
from hsic_hpo.sensitivity.settings import AnalysisSettings
from hsic_hpo.study.logs import job_log
from hsic_hpo.study.submitted import as_submitted
from hsic_hpo.trials import dataset as trials


def main(*, trials_path: str, settings: AnalysisSettings, output: str) -> None:
    write_netcdf(convergence(trials.read_trials(trials_path), settings), output)


if __name__ == "__main__":
    with job_log(snakemake.log[0]), as_submitted(snakemake.params):
        main(
            trials_path=snakemake.input[0],
            settings=AnalysisSettings(**snakemake.params.settings),
            output=snakemake.output[0],
        )
