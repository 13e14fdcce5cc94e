"""Search methods on tabulated networks: the front of size and error that each holds.

All methods get the same number of evaluations, random ones counted in, and are judged on the way:
the first 60 evaluations of a search of 200 are its search of 60. As the whole table is known, so is
the regret of a chosen configuration: its mean loss over the table's four trainings, over the lowest
mean loss. The ablation (``--ablation``) tells what the HSIC decisions add to the search of the
front and what the paper's two stages reach, on the tables and in a space of 21 hyperparameters
(`search_spaces`). Writes a table of every run, one of medians with quartiles (`search_summary`),
and a figure.
"""

import argparse
import json
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from rich.console import Console
from search_spaces import FOREST, everything, problem, staircase, truth, whole
from search_summary import beaten, draw, summarise
from threadpoolctl import threadpool_limits

from hsic_hpo.problems.costs import cost_function
from hsic_hpo.search.final_choice import choose
from hsic_hpo.search.methods import (
    METHODS,
    choice_settings,
    needs_selection,
    round_settings,
    uses_known_costs,
)
from hsic_hpo.search.rounds import next_round
from hsic_hpo.search.settings import SearchSettings, divide_rounds
from hsic_hpo.selection.decide import decide
from hsic_hpo.sensitivity.analysis import analyse
from hsic_hpo.spaces.sampling import sample
from hsic_hpo.spaces.space import Space
from hsic_hpo.study import config
from hsic_hpo.training.records import training_seed
from hsic_hpo.trials import dataset as trials_data
from hsic_hpo.trials.design import make_design
from hsic_hpo.trials.history import History

RESULTS = Path(__file__).parent / "results"
TABLES = ("naval_propulsion", "parkinsons_telemonitoring")
EVALUATIONS = (60, 100, 200)
BATCH = 10
# Random evaluations, which are told to every method; from so few nothing is decided. In the
# ablation they are as few as the indices need.
INITIAL = 20
EXPLAINED = 50
ABLATION = ("front", "hsic-gpbo", "hsic-gpbo-paper", "cgpbo")
BUDGET = {"epochs": 100}
SETTINGS = config.validate({"study": "benchmark"}, "defaults")


def evaluated(dataset: str, rows: xr.Dataset, seed: int) -> xr.Dataset:
    """Look a design up, as a training job of a study would."""
    table = problem(dataset)
    records = [
        {
            "trial": str(trial),
            "repeat": 0,
            "status": "ok",
            "reason": "",
            "learning_curve": [],
            **table.evaluate(configuration, BUDGET, training_seed(seed, str(trial), 0)),
        }
        for trial, configuration in zip(rows["trial"].values, configurations(rows), strict=True)
    ]
    attrs = {"study": "benchmark", "problem": "{}", "training_samples": np.nan}
    return trials_data.gather_records(
        rows, records, attrs, n_repeats=1, error_name=table.error_name, error_units="1"
    )


def configurations(rows: xr.Dataset) -> list[dict[str, Any]]:
    """Return the configurations of a design."""
    # Not of its points: those of proposals are missing where a hyperparameter is discrete.
    return [json.loads(text) for text in rows["configuration"].values]


@dataclass(frozen=True)
class Run:
    """One search of the benchmark."""

    dataset: str
    method: str
    n: int
    seed: int
    initial: int = INITIAL


def run(what: Run) -> list[dict[str, Any]]:
    """Search with n evaluations, and judge what is held and chosen at every number of them."""
    with threadpool_limits(1):
        problem(what.dataset), everything(what.dataset)
        start = time.process_time()
        finished, ends, settings = search(what)
        seconds = time.process_time() - start
    choice = choice_settings(what.method, settings, SETTINGS.final.tolerance)
    rows = []
    for n in sorted({*EVALUATIONS, what.n}):
        # The paper's stages are divided by the number of rounds: they are not those of fewer.
        if n > what.n or n not in ends or (METHODS[what.method].is_staged and n < what.n):
            continue
        known = History(finished.configurations[:n], finished.errors[:n], finished.costs[:n])
        ceiling = choice.get("ceiling", np.inf)
        place = choose(known, ceiling=ceiling, tolerance=choice["tolerance"])
        lowest = known.configurations[known.best(ceiling)]
        rows.append(
            {
                **asdict(what),
                "n": n,
                **judged(what.dataset, known.configurations[place]),
                "lowest_loss": judged(what.dataset, lowest)["loss"],
                **front_held(what.dataset, known.configurations),
                "seconds": seconds if n == what.n else np.nan,
            }
        )
    return rows


def search(what: Run) -> tuple[History, list[int], SearchSettings]:
    """Return all evaluated trials, how many there were after each round, and the rounds made."""
    space = Space.from_dict(problem(what.dataset).default_space())
    n_random = what.n if what.method == "random" else what.initial
    drawn = make_design(space, sample(space, n_random, what.seed), BUDGET)
    known = [evaluated(what.dataset, drawn, what.seed)]
    cost = SETTINGS.selection.cost
    selection = None
    if needs_selection(what.method):
        analysed = analyse(known[0], replace(SETTINGS.sensitivity, seed=what.seed))
        selection = decide(analysed, known[0], SETTINGS.selection)
    # The methods under a limit have the one that the decisions' ceiling starts from.
    limits = {}
    if METHODS[what.method].is_limited:
        quantile = known[0][cost].quantile(SETTINGS.selection.cost_quantile)
        limits = {"max_cost": float(quantile)}
    n_rounds = -(-(what.n - n_random) // BATCH)
    is_staged = METHODS[what.method].is_staged
    first, second = divide_rounds(n_rounds) if is_staged else (n_rounds, 0)
    rounds = SearchSettings(rounds=first, fine_tuning_rounds=second, batch_size=BATCH, **limits)
    cost_of = None
    if uses_known_costs(what.method):
        cost_of = cost_function(problem(what.dataset), cost)
    for number in range(1, rounds.n_rounds + 1):
        rows = next_round(
            known,
            method=what.method,
            repeat=0,
            cost=cost,
            seed=what.seed,
            budget=BUDGET,
            selection=selection,
            cost_of=cost_of,
            **round_settings(what.method, rounds, number),
        )
        known.append(evaluated(what.dataset, rows, what.seed))
    ends = np.cumsum([one.sizes["trial"] for one in known]).tolist()
    if what.method == "random":
        ends = [*EVALUATIONS, what.n]
    return History.of(known, cost), ends, rounds


def judged(dataset: str, configuration: dict[str, Any]) -> dict[str, float]:
    """Return what the whole table says of a configuration."""
    ((size, loss),) = truth(dataset, [configuration])
    return {"loss": loss, "regret": loss / everything(dataset)[1].min() - 1, "params": int(size)}


def front_held(dataset: str, configurations: Sequence[Any]) -> dict[str, Any]:
    """Return the front of size and loss that a search found, and its part of the whole table's."""
    held = staircase(dataset, *truth(dataset, configurations).T)
    front = np.exp([held.edges[:-1], held.heights]).T
    part = held.hypervolume / whole(dataset)
    return {"hypervolume": part, "front": json.dumps(front.tolist())}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmark and write its tables and its figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--methods", nargs="+", default=tuple(METHODS), choices=METHODS)
    parser.add_argument("--ablation", action="store_true", help="what each part adds")
    parser.add_argument("--resume", action="store_true", help="keep the runs of the last call")
    parser.add_argument("--quick", action="store_true", help="two seeds, fast methods")
    options = parser.parse_args(arguments)
    name = "search_ablation" if options.ablation else "search"
    seeds = range(2 if options.quick else options.seeds)
    methods = ("random", "hsic-gpbo", "tpe") if options.quick else options.methods
    datasets = TABLES
    if options.ablation:
        methods, datasets = ABLATION, (*TABLES, FOREST)
    runs = [
        Run(dataset, method, n, seed, EXPLAINED if options.ablation else INITIAL)
        for seed, method, dataset in product(seeds, methods, datasets)
        for n in (EVALUATIONS if METHODS[method].is_staged else EVALUATIONS[-1:])
    ]
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}_runs.csv"
    if path.exists() and not options.resume:
        path.unlink()
    known = set() if not path.exists() else _keys(pd.read_csv(path))
    left = [one for one in runs if tuple(asdict(one).values()) not in known]
    console = Console()
    with ProcessPoolExecutor(options.workers) as pool:
        for number, rows in enumerate(pool.map(run, left), start=1):
            pd.DataFrame(rows).to_csv(path, mode="a", index=False, header=not path.exists())
            held = ", ".join(f"{row['n']}: {row['hypervolume']:.4f}" for row in rows)
            console.print(f"{number} of {len(left)}: {left[number - 1]}, hypervolume {held}")
    table = pd.read_csv(path)
    summary = summarise(table)
    summary.to_csv(RESULTS / f"{name}.csv", index=False)
    console.print(summary.to_string())
    if not options.ablation:
        rivals = beaten(table)
        rivals.to_csv(RESULTS / "search_rivals.csv", index=False)
        console.print(rivals.to_string())
        draw(summary, TABLES, RESULTS / "search")


def _keys(table: pd.DataFrame) -> set[tuple[Any, ...]]:
    columns = ["dataset", "method", "n", "seed", "initial"]
    return set(table[columns].itertuples(index=False, name=None))


if __name__ == "__main__":
    main()
