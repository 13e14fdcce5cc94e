"""Write the table of sensitivity indices."""

from hsic_hpo import tables
from hsic_hpo.files import read_netcdf
from hsic_hpo.logs import job_log


def main(*, sensitivity: str, output: list[str]) -> None:
    table = tables.importance(read_netcdf(sensitivity))
    for path in output:
        tables.write(table, path)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(sensitivity=snakemake.input[0], output=snakemake.output)
