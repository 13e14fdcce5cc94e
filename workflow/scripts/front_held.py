"""Follow how much of the front of error and cost each search holds."""

from hsic_hpo.files import write_netcdf
from hsic_hpo.search.front_held import front_held
from hsic_hpo.study.logs import job_log
from hsic_hpo.study.submitted import as_submitted
from hsic_hpo.trials.dataset import read_trials


def main(*, random: str, searches: list[str], cost: str, output: str) -> None:
    found = [read_trials(path) for path in searches]
    write_netcdf(front_held(read_trials(random), found, cost), output)


if __name__ == "__main__":
    with job_log(snakemake.log[0]), as_submitted(snakemake.params):
        main(
            random=snakemake.input.random,
            searches=list(snakemake.input.searches),
            cost=snakemake.params.cost,
            output=snakemake.output[0],
        )
