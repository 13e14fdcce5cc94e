"""Put the trials of all rounds of a search together."""

from hsic_hpo.study.logs import job_log
from hsic_hpo.study.submitted import as_submitted
from hsic_hpo.trials.dataset import read_trials, write_trials
from hsic_hpo.trials.history import join_rounds


def main(*, rounds: list[str], method: str, repeat: int, output: str) -> None:
    joined = join_rounds([read_trials(path) for path in rounds])
    write_trials(joined.assign_attrs(method=method, search_repeat=repeat), output)


if __name__ == "__main__":
    with job_log(snakemake.log[0]), as_submitted(snakemake.params):
        main(
            rounds=list(snakemake.input),
            method=snakemake.wildcards.method,
            repeat=int(snakemake.wildcards.repeat),
            output=snakemake.output[0],
        )
