"""Write what the selection's decisions cost as tables."""

from hsic_hpo.files import read_netcdf
from hsic_hpo.selection.tradeoffs import tradeoffs, tradeoffs_remark
from hsic_hpo.study.gaps import may_fail
from hsic_hpo.study.logs import job_log
from hsic_hpo.study.submitted import as_submitted
from hsic_hpo.tables.writing import write_sentence, write_table
from hsic_hpo.trials import dataset as trials


def main(*, selection: str, random: str, searches: list[str], outputs: list[str]) -> None:
    decided = read_netcdf(selection)
    table = tradeoffs(decided, [trials.read_trials(path) for path in (random, *searches)])
    for path in outputs:
        write_table(table, path, remark=tradeoffs_remark(decided))


if __name__ == "__main__":
    gap = may_fail("table tradeoffs", list(snakemake.output), snakemake.log[0], write_sentence)
    with job_log(snakemake.log[0]), as_submitted(snakemake.params), gap:
        main(
            selection=snakemake.input.selection,
            random=snakemake.input.random,
            searches=list(snakemake.input.searches),
            outputs=list(snakemake.output),
        )
