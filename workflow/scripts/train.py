"""Train a slice of a design, one thread, each finished training kept at once."""

import os

# Sums depend on the number of threads: it must be one before any numerical library loads.
for library in ("OMP", "MKL", "OPENBLAS"):
    os.environ[f"{library}_NUM_THREADS"] = "1"

from pathlib import Path

from hsic_hpo.design import make
from hsic_hpo.jobs import Progress, train_slice
from hsic_hpo.logs import job_log
from hsic_hpo.problems.base import load_problem
from hsic_hpo.sampling import design
from hsic_hpo.space import Space
from hsic_hpo.trial_files import write_records


def main(
    *,
    data: str,
    space: str,
    first: int,
    stop: int,
    problem: dict,
    budget: dict,
    repeats: int,
    seed: int,
    code_fingerprint: str,
    folder: str,
    output: str,
) -> None:
    loaded = load_problem(problem, "problem")
    search_space = Space.from_json(space)
    drawn = make(search_space, design(search_space, stop, seed), budget)
    rows = drawn.isel(trial=slice(first, stop))
    records = train_slice(
        loaded,
        loaded.load(data),
        rows,
        budget,
        n_repeats=repeats,
        study_seed=seed,
        code_fingerprint=code_fingerprint,
        folder=Path(folder),
        progress=Progress(f"trials {first}-{stop}", rows.sizes["trial"] * repeats),
    )
    write_records(records, output)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(
            data=snakemake.input[0],
            space=snakemake.params.space,
            first=int(snakemake.wildcards.first),
            stop=int(snakemake.wildcards.stop),
            problem=snakemake.params.problem,
            budget=snakemake.params.budget,
            repeats=snakemake.params.repeats,
            seed=snakemake.params.seed,
            code_fingerprint=snakemake.params.training_code,
            folder="trial_files",
            output=snakemake.output[0],
        )
