"""Choose the configuration that each repeat of a method ends with."""

from hsic_hpo.files import read_netcdf, write_netcdf
from hsic_hpo.search.final_choice import chosen_design
from hsic_hpo.search.final_choice import initial_trials as start
from hsic_hpo.selection.stages import stage_ceiling
from hsic_hpo.study.logs import job_log
from hsic_hpo.trials import dataset as trials_data


def main(
    *,
    random: str,
    searches: list[str],
    selection: str | None,
    initial_trials: int,
    cost: str,
    tolerance: float | None,
    budget: dict,
    output: str,
) -> None:
    drawn = trials_data.read_trials(random)
    known = [
        [start(drawn, initial_trials, repeat), trials_data.read_trials(path)]
        for repeat, path in enumerate(searches)
    ]
    ceiling = float("inf") if selection is None else stage_ceiling(read_netcdf(selection))
    design = chosen_design(
        trials_data.space(drawn),
        known or [[drawn]],
        budget,
        cost=cost,
        ceiling=ceiling,
        tolerance=tolerance,
    )
    write_netcdf(design, output)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(
            random=snakemake.input.random,
            searches=list(snakemake.input.searches),
            selection=snakemake.input.get("selection"),
            initial_trials=snakemake.params.initial_trials,
            cost=snakemake.params.cost,
            tolerance=snakemake.params.tolerance,
            budget=snakemake.params.budget,
            output=snakemake.output[0],
        )
