"""Draw the random design of a study."""

from hsic_hpo.files import write_netcdf
from hsic_hpo.spaces.sampling import sample
from hsic_hpo.spaces.space import Space
from hsic_hpo.study.logs import job_log
from hsic_hpo.study.submitted import as_submitted
from hsic_hpo.trials.design import make_design
from hsic_hpo.trials.drawn import RANDOM, RANDOM_SEARCH, drawn_attributes


def main(*, space: str, seed: int, budget: dict, n_trials: int, output: str) -> None:
    search_space = Space.from_json(space)
    drawn = make_design(search_space, sample(search_space, n_trials, seed), budget)
    write_netcdf(drawn.assign_attrs(drawn_attributes(RANDOM, RANDOM_SEARCH)), output)


if __name__ == "__main__":
    with job_log(snakemake.log[0]), as_submitted(snakemake.params):
        main(
            space=snakemake.params.space,
            seed=snakemake.params.seed,
            budget=snakemake.params.budget,
            n_trials=snakemake.params.n_trials,
            output=snakemake.output[0],
        )
