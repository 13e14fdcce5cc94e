"""Find for every cost the best network of a study."""

from typing import Any

from hsic_hpo.files import write_netcdf
from hsic_hpo.search.front import ALL, make_front
from hsic_hpo.search.known_trials import by_method, known_trials
from hsic_hpo.study.logs import job_log
from hsic_hpo.study.submitted import as_submitted
from hsic_hpo.trials.dataset import read_trials


def main(
    *,
    random: str,
    searches: list[str],
    cost: str,
    choices: list[dict[str, Any]],
    initial_trials: dict[str, int],
    tolerance: float,
    output: str,
) -> None:
    drawn, found = read_trials(random), [read_trials(path) for path in searches]
    known = {ALL: known_trials(drawn, found)} | by_method(drawn, found, initial_trials)
    front = make_front(known, cost, choices)
    write_netcdf(front.assign_attrs(tolerance=tolerance), output)


if __name__ == "__main__":
    with job_log(snakemake.log[0]), as_submitted(snakemake.params):
        main(
            random=snakemake.input.random,
            searches=list(snakemake.input.searches),
            cost=snakemake.params.cost,
            choices=snakemake.params.choices,
            initial_trials=snakemake.params.initial_trials,
            tolerance=snakemake.params.tolerance,
            output=snakemake.output[0],
        )
