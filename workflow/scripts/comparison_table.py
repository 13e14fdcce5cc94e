"""Write the comparison of the methods as tables."""

from hsic_hpo.files import read_netcdf
from hsic_hpo.study.gaps import may_fail
from hsic_hpo.study.logs import job_log
from hsic_hpo.study.submitted import as_submitted
from hsic_hpo.tables.comparison import comparison_remark, comparison_table
from hsic_hpo.tables.writing import write_sentence, write_table


def main(*, comparison_data: str, outputs: list[str]) -> None:
    compared = read_netcdf(comparison_data)
    for path in outputs:
        write_table(comparison_table(compared), path, remark=comparison_remark(compared))


if __name__ == "__main__":
    gap = may_fail("table comparison", list(snakemake.output), snakemake.log[0], write_sentence)
    with job_log(snakemake.log[0]), as_submitted(snakemake.params), gap:
        main(comparison_data=snakemake.input[0], outputs=list(snakemake.output))
