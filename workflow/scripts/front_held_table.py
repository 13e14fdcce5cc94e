"""Write what each search holds of the front as tables."""

from hsic_hpo.files import read_netcdf
from hsic_hpo.study.gaps import may_fail
from hsic_hpo.study.logs import job_log
from hsic_hpo.study.submitted import as_submitted
from hsic_hpo.tables.front_held import front_held_remark, front_held_table
from hsic_hpo.tables.writing import write_sentence, write_table


def main(*, held: str, outputs: list[str]) -> None:
    found = read_netcdf(held)
    for path in outputs:
        write_table(front_held_table(found), path, remark=front_held_remark(found))


if __name__ == "__main__":
    gap = may_fail("table front_held", list(snakemake.output), snakemake.log[0], write_sentence)
    with job_log(snakemake.log[0]), as_submitted(snakemake.params), gap:
        main(held=snakemake.input[0], outputs=list(snakemake.output))
