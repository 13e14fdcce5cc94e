"""Draw the impact on the error against the impact on the cost."""

from hsic_hpo.figures.quadrant import quadrant
from hsic_hpo.figures.style import save
from hsic_hpo.files import read_netcdf
from hsic_hpo.study.logs import job_log


def main(*, sensitivity: str, output: list[str]) -> None:
    figure = quadrant(read_netcdf(sensitivity))
    for path in output:
        save(figure, path)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(sensitivity=snakemake.input[0], output=snakemake.output)
