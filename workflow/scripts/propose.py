"""Propose the configurations of a search's next round."""

from hsic_hpo.files import read_netcdf, write_netcdf
from hsic_hpo.search.final_choice import initial_trials as start
from hsic_hpo.search.rounds import next_round
from hsic_hpo.study.logs import job_log
from hsic_hpo.trials import dataset as trials_data


def main(
    *,
    random: str,
    rounds: list[str],
    selection: str | None,
    method: str,
    repeat: int,
    n: int,
    initial_trials: int,
    stage: int,
    cost: str,
    seed: int,
    budget: dict,
    output: str,
) -> None:
    known = [
        start(trials_data.read_trials(random), initial_trials, repeat),
        *(trials_data.read_trials(path) for path in rounds),
    ]
    decided = None if selection is None else read_netcdf(selection)
    design = next_round(
        known,
        n,
        method=method,
        repeat=repeat,
        cost=cost,
        seed=seed,
        budget=budget,
        selection=decided,
        stage=stage,
    )
    write_netcdf(design, output)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(
            random=snakemake.input.random,
            rounds=list(snakemake.input.rounds),
            selection=snakemake.input.get("selection"),
            method=snakemake.wildcards.method,
            repeat=int(snakemake.wildcards.repeat),
            n=snakemake.params.n,
            initial_trials=snakemake.params.initial_trials,
            stage=snakemake.params.stage,
            cost=snakemake.params.cost,
            seed=snakemake.params.seed,
            budget=snakemake.params.budget,
            output=snakemake.output[0],
        )
