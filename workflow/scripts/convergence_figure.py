"""Draw how the indices settle as trials are added."""

from hsic_hpo.figures.convergence import convergence
from hsic_hpo.figures.style import save
from hsic_hpo.files import read_netcdf
from hsic_hpo.study.logs import job_log


def main(*, converged: str, output: list[str]) -> None:
    figure = convergence(read_netcdf(converged))
    for path in output:
        save(figure, path)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(converged=snakemake.input[0], output=snakemake.output)
