"""Write the comparison of measures of importance as tables."""

from hsic_hpo.files import read_netcdf
from hsic_hpo.study.logs import job_log
from hsic_hpo.study.submitted import as_submitted
from hsic_hpo.tables.peers import peers_remark, peers_table
from hsic_hpo.tables.writing import write_table


def main(*, peers: str, outputs: list[str]) -> None:
    compared = read_netcdf(peers)
    for path in outputs:
        write_table(peers_table(compared), path, remark=peers_remark(compared))


if __name__ == "__main__":
    with job_log(snakemake.log[0]), as_submitted(snakemake.params):
        main(peers=snakemake.input[0], outputs=list(snakemake.output))
