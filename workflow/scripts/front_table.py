"""Write the front of error and cost as tables."""

from hsic_hpo.files import read_netcdf
from hsic_hpo.study.gaps import may_fail
from hsic_hpo.study.logs import job_log
from hsic_hpo.study.submitted import as_submitted
from hsic_hpo.tables.front import all_fronts_table, front_remark, front_table
from hsic_hpo.tables.writing import write_sentence, write_table


def main(*, front: str, outputs: list[str]) -> None:
    found = read_netcdf(front)
    for path in outputs:
        # All digits and all fronts for machines, the front of the study for people.
        of = all_fronts_table if path.endswith(".csv") else front_table
        write_table(of(found), path, remark=front_remark(found))


if __name__ == "__main__":
    gap = may_fail("table front", list(snakemake.output), snakemake.log[0], write_sentence)
    with job_log(snakemake.log[0]), as_submitted(snakemake.params), gap:
        main(front=snakemake.input[0], outputs=list(snakemake.output))
