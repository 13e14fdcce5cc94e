"""Compute the indices of the paper's analytical examples."""

from hsic_hpo.files import write_netcdf
from hsic_hpo.sensitivity.analytical import toy
from hsic_hpo.study.logs import job_log
from hsic_hpo.study.submitted import as_submitted


def main(*, n_draws: int, seed: int, output: str) -> None:
    write_netcdf(toy(n_draws, seed), output)


if __name__ == "__main__":
    with job_log(snakemake.log[0]), as_submitted(snakemake.params):
        main(
            n_draws=snakemake.params.n_draws,
            seed=snakemake.params.seed,
            output=snakemake.output[0],
        )
