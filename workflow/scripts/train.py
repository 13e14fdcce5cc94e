"""Train a slice of a design, one thread, each finished training kept at once."""

import os

# Sums depend on the number of threads: it must be one before any numerical library loads.
for library in ("OMP", "MKL", "OPENBLAS"):
    os.environ[f"{library}_NUM_THREADS"] = "1"

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import xarray as xr

from hsic_hpo.files import read_netcdf
from hsic_hpo.problems.base import Loaded, Problem
from hsic_hpo.problems.data import read_stamp
from hsic_hpo.problems.registry import load_problem
from hsic_hpo.spaces.sampling import sample as draw
from hsic_hpo.spaces.space import Space
from hsic_hpo.study.logs import job_log
from hsic_hpo.study.submitted import as_submitted
from hsic_hpo.training.giving_up import DEFAULT_LIMIT, unless_all_fail
from hsic_hpo.training.jobs import Progress, train_slice
from hsic_hpo.training.keeper import DEFAULT_INTERVAL
from hsic_hpo.training.memory import job_limit
from hsic_hpo.training.records import write_records
from hsic_hpo.training.stopping import stoppable
from hsic_hpo.training.tries import DEFAULT_TRIES
from hsic_hpo.trials.design import make_design
from hsic_hpo.trials.thresholds import read_thresholds


def main(
    *,
    data: str,
    design: str | None,
    space: str | None,
    first: int,
    stop: int,
    problem: dict,
    budget: dict,
    repeats: int,
    seed: int,
    code_fingerprint: str,
    folder: str,
    give_up_after: int,
    tries: int,
    unedited: Callable[[], str],
    memory_limit: float,
    save_every: float,
    networks: bool,
    device: str,
    precision: str,
    output: str,
    until_epoch: int | None = None,
    thresholds: str | None = None,
    look: str | None = None,
) -> None:
    if look is not None and json.loads(Path(look).read_text())["settled_at"]:
        # All is decided: the search ended before these trials.
        write_records([], output)
        return
    rows = (_drawn(space, stop, seed, budget) if design is None else read_netcdf(design)).isel(
        trial=slice(first, stop)
    )
    if "flops" in rows:
        # What needs much memory or time shows it first.
        rows = rows.sortby("flops", ascending=False)
    data_fingerprint = read_stamp(data).fingerprint
    records = train_slice(
        partial(load, problem, data),
        data_fingerprint,
        rows,
        budget,
        n_repeats=repeats,
        study_seed=seed,
        code_fingerprint=code_fingerprint,
        folder=Path(folder),
        progress=Progress(f"trials {first}-{stop}", rows.sizes["trial"] * repeats),
        tries=tries,
        unedited=unedited,
        memory_limit=memory_limit,
        save_every=save_every,
        until_epoch=until_epoch,
        thresholds=[] if thresholds is None else read_thresholds(thresholds),
        networks_of=problem if networks else None,
        device=device,
        precision=precision,
    )
    decisive = (problem, budget, data_fingerprint, code_fingerprint)
    write_records(unless_all_fail(records, give_up_after, Path(folder), *decisive), output)


def load(spec: dict, data: str) -> tuple[Problem, Loaded]:
    problem = load_problem(spec, "problem")
    return problem, problem.load(data)


def _drawn(space: str, n_trials: int, seed: int, budget: dict) -> xr.Dataset:
    search_space = Space.from_json(space)
    return make_design(search_space, draw(search_space, n_trials, seed), budget)


if __name__ == "__main__":
    with (
        job_log(snakemake.log[0]),
        stoppable(),
        as_submitted(snakemake.params, snakemake.rule) as unedited,
    ):
        main(
            data=snakemake.input.data,
            design=snakemake.input.get("design"),
            space=snakemake.params.get("space"),
            first=int(snakemake.wildcards.first),
            stop=int(snakemake.wildcards.stop),
            problem=snakemake.params.problem,
            budget=snakemake.params.budget,
            repeats=snakemake.params.repeats,
            seed=snakemake.params.seed,
            code_fingerprint=snakemake.params.training_code,
            # Beside the data, wherever the folder of results lies from here.
            folder=str(Path(snakemake.input.data).with_name("trial_files")),
            give_up_after=snakemake.resources.get("give_up_after", DEFAULT_LIMIT),
            tries=snakemake.resources.get("tries", DEFAULT_TRIES),
            unedited=unedited,
            memory_limit=job_limit(snakemake.resources.get("mem_mb")),
            save_every=snakemake.resources.get("save_state_every", DEFAULT_INTERVAL),
            networks=snakemake.params.get("networks", False),
            device=snakemake.resources.get("device", "cpu"),
            precision=str(snakemake.resources.get("precision", "32")),
            output=snakemake.output[0],
            look=snakemake.input.get("look"),
            thresholds=snakemake.input.get("thresholds"),
            until_epoch=snakemake.params.get("until_epoch"),
        )
