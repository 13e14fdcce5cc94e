"""Write the table of sensitivity indices."""

from hsic_hpo.files import read_netcdf
from hsic_hpo.reports.sentences import both_ways
from hsic_hpo.sensitivity.labels import beside
from hsic_hpo.study.gaps import may_fail
from hsic_hpo.study.logs import job_log
from hsic_hpo.study.submitted import as_submitted
from hsic_hpo.tables.importance import importance_table
from hsic_hpo.tables.writing import write_sentence, write_table


def main(*, sensitivity: str, surrogate: str | None, output: list[str]) -> None:
    found = read_netcdf(sensitivity)
    if surrogate is not None:
        found = beside(found, read_netcdf(surrogate))
    table, remark = importance_table(found), both_ways(found)
    for path in output:
        write_table(table, path, remark=remark)


if __name__ == "__main__":
    gap = may_fail("table importance", list(snakemake.output), snakemake.log[0], write_sentence)
    with job_log(snakemake.log[0]), as_submitted(snakemake.params), gap:
        main(
            sensitivity=snakemake.input.sensitivity,
            surrogate=snakemake.input.get("surrogate"),
            output=snakemake.output,
        )
