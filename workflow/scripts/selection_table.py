"""Write the selection's decisions as tables."""

from hsic_hpo.files import read_netcdf
from hsic_hpo.study.gaps import may_fail
from hsic_hpo.study.logs import job_log
from hsic_hpo.study.submitted import as_submitted
from hsic_hpo.tables.decisions import decisions_table
from hsic_hpo.tables.writing import write_sentence, write_table


def main(*, selection: str, outputs: list[str]) -> None:
    decided = read_netcdf(selection)
    remark = " ".join(filter(None, (decided.attrs["remark"], decided.attrs["ceiling_reason"])))
    for path in outputs:
        write_table(decisions_table(decided), path, remark=remark)


if __name__ == "__main__":
    gap = may_fail("table selection", list(snakemake.output), snakemake.log[0], write_sentence)
    with job_log(snakemake.log[0]), as_submitted(snakemake.params), gap:
        main(selection=snakemake.input[0], outputs=list(snakemake.output))
