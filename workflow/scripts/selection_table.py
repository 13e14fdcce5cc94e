"""Write the selection's decisions as tables."""

from hsic_hpo import tables
from hsic_hpo.files import read_netcdf
from hsic_hpo.logs import job_log


def main(*, selection: str, outputs: list[str]) -> None:
    decided = read_netcdf(selection)
    remark = " ".join(filter(None, (decided.attrs["remark"], decided.attrs["ceiling_reason"])))
    for path in outputs:
        tables.write(tables.selection(decided), path, remark=remark)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(selection=snakemake.input[0], outputs=list(snakemake.output))
