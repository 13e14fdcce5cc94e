"""Write the tables of the paper's analytical examples."""

from hsic_hpo import tables
from hsic_hpo.files import read_netcdf
from hsic_hpo.logs import job_log


def main(*, toy: str, output: list[str]) -> None:
    dataset = read_netcdf(toy)
    table = tables.toy(dataset)
    for path in output:
        tables.write(table, path, remark=dataset.attrs["remark"])


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(toy=snakemake.input[0], output=snakemake.output)
