"""Put the trials of all rounds of a search together."""

from hsic_hpo import trials as trials_data
from hsic_hpo.choosing import join_rounds
from hsic_hpo.logs import job_log


def main(*, rounds: list[str], method: str, repeat: int, output: str) -> None:
    joined = join_rounds([trials_data.read(path) for path in rounds])
    trials_data.write(joined.assign_attrs(method=method, search_repeat=repeat), output)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(
            rounds=list(snakemake.input),
            method=snakemake.wildcards.method,
            repeat=int(snakemake.wildcards.repeat),
            output=snakemake.output[0],
        )
