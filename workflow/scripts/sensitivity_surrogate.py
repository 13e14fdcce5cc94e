"""Find through a surrogate what matters in the trials of a random search, beside their tests."""

from hsic_hpo.files import write_netcdf
from hsic_hpo.sensitivity.beside_tests import found_beside_tests
from hsic_hpo.sensitivity.settings import AnalysisSettings
from hsic_hpo.study.logs import job_log
from hsic_hpo.study.submitted import as_submitted
from hsic_hpo.trials.dataset import read_trials


def main(*, trials: str, settings: AnalysisSettings, output: str) -> None:
    write_netcdf(found_beside_tests(read_trials(trials), settings), output)


if __name__ == "__main__":
    with job_log(snakemake.log[0]), as_submitted(snakemake.params):
        main(
            trials=snakemake.input[0],
            settings=AnalysisSettings(**snakemake.params.settings),
            output=snakemake.output[0],
        )
