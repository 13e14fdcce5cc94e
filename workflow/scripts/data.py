"""Generate or fetch the data of a learning problem."""

from hsic_hpo.files import write_netcdf
from hsic_hpo.problems.registry import load_problem
from hsic_hpo.study.logs import job_log
from hsic_hpo.study.submitted import as_submitted


def main(*, problem: dict, seed: int, output: str) -> None:
    write_netcdf(load_problem(problem, "problem").generate(seed), output)


if __name__ == "__main__":
    with job_log(snakemake.log[0]), as_submitted(snakemake.params):
        main(
            problem=snakemake.params.problem,
            seed=snakemake.params.seed,
            output=snakemake.output[0],
        )
