"""Write the comparison of the methods as tables."""

from hsic_hpo import tables
from hsic_hpo.comparison_table import comparison, remark
from hsic_hpo.files import read_netcdf
from hsic_hpo.logs import job_log


def main(*, comparison_data: str, outputs: list[str]) -> None:
    compared = read_netcdf(comparison_data)
    for path in outputs:
        tables.write(comparison(compared), path, remark=remark(compared))


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(comparison_data=snakemake.input[0], outputs=list(snakemake.output))
