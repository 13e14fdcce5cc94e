"""Propose the configurations of a search's next round."""

from typing import Any

from hsic_hpo.files import read_netcdf, write_netcdf
from hsic_hpo.problems.registry import load_problem
from hsic_hpo.problems.shaping import shaped_cost_function
from hsic_hpo.search.rounds import next_round
from hsic_hpo.study.logs import job_log
from hsic_hpo.study.submitted import as_submitted
from hsic_hpo.trials.dataset import read_trials


def main(
    *,
    random: str,
    rounds: list[str],
    selection: str | None,
    problem: dict | None,
    cost: str,
    output: str,
    **settings: Any,
) -> None:
    known = [read_trials(path) for path in (random, *rounds)]
    decided = None if selection is None else read_netcdf(selection)
    cost_of = None if problem is None else shaped_cost_function(load_problem(problem), cost)
    design = next_round(known, selection=decided, cost=cost, cost_of=cost_of, **settings)
    write_netcdf(design, output)


if __name__ == "__main__":
    with job_log(snakemake.log[0]), as_submitted(snakemake.params):
        main(
            random=snakemake.input.random,
            rounds=list(snakemake.input.rounds),
            selection=snakemake.input.get("selection"),
            method=snakemake.wildcards.method,
            repeat=int(snakemake.wildcards.repeat),
            problem=snakemake.params.problem,
            cost=snakemake.params.cost,
            seed=snakemake.params.seed,
            budget=snakemake.params.budget,
            output=snakemake.output[0],
            **snakemake.params.round,
        )
