"""Draw the search space as a table."""

from hsic_hpo.figures.space import space
from hsic_hpo.figures.style import save
from hsic_hpo.study.logs import job_log
from hsic_hpo.trials import dataset as trials


def main(*, trials_path: str, output: list[str]) -> None:
    figure = space(trials.read_trials(trials_path))
    for path in output:
        save(figure, path)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(trials_path=snakemake.input[0], output=snakemake.output)
