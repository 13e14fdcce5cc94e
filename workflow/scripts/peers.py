"""Rank the hyperparameters by other measures of importance, on the same trials."""

from hsic_hpo.files import read_netcdf, write_netcdf
from hsic_hpo.sensitivity.peers import compare_measures
from hsic_hpo.study.logs import job_log
from hsic_hpo.study.submitted import as_submitted
from hsic_hpo.trials import dataset as trials


def main(*, trials_path: str, sensitivity: str, seed: int, output: str) -> None:
    write_netcdf(
        compare_measures(trials.read_trials(trials_path), read_netcdf(sensitivity), seed), output
    )


if __name__ == "__main__":
    with job_log(snakemake.log[0]), as_submitted(snakemake.params):
        main(
            trials_path=snakemake.input.trials,
            sensitivity=snakemake.input.sensitivity,
            seed=snakemake.params.seed,
            output=snakemake.output[0],
        )
