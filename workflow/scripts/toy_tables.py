"""Write the tables of the paper's analytical examples."""

from hsic_hpo.files import read_netcdf
from hsic_hpo.study.logs import job_log
from hsic_hpo.study.submitted import as_submitted
from hsic_hpo.tables.analytical import analytical_table
from hsic_hpo.tables.writing import write_table


def main(*, toy: str, output: list[str]) -> None:
    dataset = read_netcdf(toy)
    table = analytical_table(dataset)
    for path in output:
        write_table(table, path, remark=dataset.attrs["remark"])


if __name__ == "__main__":
    with job_log(snakemake.log[0]), as_submitted(snakemake.params):
        main(toy=snakemake.input[0], output=snakemake.output)
