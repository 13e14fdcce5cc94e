"""Compute the indices of the paper's analytical examples."""

from hsic_hpo.files import write_netcdf
from hsic_hpo.logs import job_log
from hsic_hpo.toy import toy


def main(*, n_draws: int, seed: int, output: str) -> None:
    write_netcdf(toy(n_draws, seed), output)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(
            n_draws=snakemake.params.n_draws,
            seed=snakemake.params.seed,
            output=snakemake.output[0],
        )
