"""Choose the configuration that each repeat of a method ends with."""

from typing import Any

from hsic_hpo.files import write_netcdf
from hsic_hpo.search.final_choice import chosen_design
from hsic_hpo.study.logs import job_log
from hsic_hpo.study.submitted import as_submitted
from hsic_hpo.trials.dataset import read_trials


def main(*, random: str, searches: list[str], output: str, **settings: Any) -> None:
    found = [read_trials(path) for path in searches]
    write_netcdf(chosen_design(read_trials(random), found, **settings), output)


if __name__ == "__main__":
    with job_log(snakemake.log[0]), as_submitted(snakemake.params):
        main(
            random=snakemake.input.random,
            searches=list(snakemake.input.searches),
            cost=snakemake.params.cost,
            budget=snakemake.params.budget,
            output=snakemake.output[0],
            **snakemake.params.choice,
        )
