"""Write the comparison of measures of importance as tables."""

from hsic_hpo import tables
from hsic_hpo.files import read_netcdf
from hsic_hpo.logs import job_log
from hsic_hpo.peers_table import remark, table


def main(*, peers: str, outputs: list[str]) -> None:
    compared = read_netcdf(peers)
    for path in outputs:
        tables.write(table(compared), path, remark=remark(compared))


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(peers=snakemake.input[0], outputs=list(snakemake.output))
