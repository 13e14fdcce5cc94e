"""Explain which hyperparameters matter among trials that cost at most so much."""

from hsic_hpo.files import write_netcdf
from hsic_hpo.sensitivity.by_budget import indices_by_budget
from hsic_hpo.sensitivity.settings import AnalysisSettings
from hsic_hpo.study.logs import job_log
from hsic_hpo.study.submitted import as_submitted
from hsic_hpo.trials import dataset as trials


def main(*, trials_path: str, settings: AnalysisSettings, cost: str, output: str) -> None:
    # A study draws them itself.
    found = indices_by_budget(trials.read_trials(trials_path), settings, cost=cost, way="random")
    write_netcdf(found, output)


if __name__ == "__main__":
    with job_log(snakemake.log[0]), as_submitted(snakemake.params):
        main(
            trials_path=snakemake.input[0],
            settings=AnalysisSettings(**snakemake.params.settings),
            cost=snakemake.params.cost,
            output=snakemake.output[0],
        )
