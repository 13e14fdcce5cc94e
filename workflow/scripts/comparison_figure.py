"""Draw error against cost of all searches."""

from hsic_hpo.figures.comparison import comparison
from hsic_hpo.figures.style import save
from hsic_hpo.files import read_netcdf
from hsic_hpo.study.logs import job_log
from hsic_hpo.trials import dataset as trials


def main(*, random: str, searches: list[str], compared: str, output: list[str]) -> None:
    figure = comparison(
        trials.read_trials(random),
        [trials.read_trials(path) for path in searches],
        read_netcdf(compared),
    )
    for path in output:
        save(figure, path)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(
            random=snakemake.input.random,
            searches=list(snakemake.input.searches),
            compared=snakemake.input.compared,
            output=snakemake.output,
        )
