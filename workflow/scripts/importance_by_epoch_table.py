"""Write what matters after which epoch as tables."""

from hsic_hpo.files import read_netcdf
from hsic_hpo.study.gaps import may_fail
from hsic_hpo.study.logs import job_log
from hsic_hpo.study.submitted import as_submitted
from hsic_hpo.tables.importance_by_epoch import (
    importance_by_epoch_remark,
    importance_by_epoch_table,
)
from hsic_hpo.tables.writing import write_sentence, write_table


def main(*, found: str, outputs: list[str]) -> None:
    indices = read_netcdf(found)
    for path in outputs:
        remark = importance_by_epoch_remark(indices)
        write_table(importance_by_epoch_table(indices), path, remark=remark)


if __name__ == "__main__":
    gap = may_fail(
        "table importance_by_epoch", list(snakemake.output), snakemake.log[0], write_sentence
    )
    with job_log(snakemake.log[0]), as_submitted(snakemake.params), gap:
        main(found=snakemake.input[0], outputs=list(snakemake.output))
