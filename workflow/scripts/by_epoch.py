"""Explain which hyperparameters would matter had all trainings ended after so many epochs."""

from hsic_hpo.files import write_netcdf
from hsic_hpo.sensitivity.by_epoch import indices_by_epoch
from hsic_hpo.sensitivity.settings import AnalysisSettings
from hsic_hpo.study.logs import job_log
from hsic_hpo.study.submitted import as_submitted
from hsic_hpo.trials.dataset import read_trials


def main(*, trials_path: str, settings: AnalysisSettings, output: str) -> None:
    # A study draws them itself.
    write_netcdf(indices_by_epoch(read_trials(trials_path), settings, way="random"), output)


if __name__ == "__main__":
    with job_log(snakemake.log[0]), as_submitted(snakemake.params):
        main(
            trials_path=snakemake.input[0],
            settings=AnalysisSettings(**snakemake.params.settings),
            output=snakemake.output[0],
        )
