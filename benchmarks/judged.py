"""Explanations judged: ranks side by side, and whether fixing what is unimportant helps a search.

With ``--ranks`` five measures rank the hyperparameters of the published studies: HSIC of the random
trials, HSIC of all trials through the surrogate, condPED-ANOVA, functional ANOVA, HyperSHAP.

Otherwise each of them explains 100 random evaluations of a space. Its most important few
hyperparameters are searched, all others are fixed at the values of the best evaluation so far (one
that does not exist there, at the middle of its range). Each of these spaces gets the same small
budget, by random search and by Optuna's TPE, which is told those of the 100 that lie in the space.
Controls: the whole space (``everything``), and as many hyperparameters chosen by chance. What was
chosen by its error is judged by the truth of the table, or of the forest that stands for a space of
21 hyperparameters (`search_spaces`). Writes a row per search and a table of medians and quartiles.

HyperSHAP is left out unless the package hypershap is installed (the extra of that name).
"""

import argparse
import json
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from judged_measures import MEASURES, Importance, first, hypershap, importances, peers
from rich.console import Console
from search_spaces import FOREST, problem, truth
from threadpoolctl import threadpool_limits

from hsic_hpo.files import read_netcdf
from hsic_hpo.search.propose import propose
from hsic_hpo.sensitivity.whole_space import whole_space_importance
from hsic_hpo.spaces.sampling import sample
from hsic_hpo.spaces.space import Space
from hsic_hpo.spaces.subspace import Subspace
from hsic_hpo.training.records import training_seed
from hsic_hpo.trials import dataset as trials_data
from hsic_hpo.trials.design import make_design
from hsic_hpo.trials.history import History
from search import BUDGET, SETTINGS, evaluated

RESULTS = Path(__file__).parent / "results"
PUBLISHED = Path(__file__).parents[1] / "results" / "reference"
STUDIES = ("bateman", "mnist-paper")
# How many hyperparameters are searched: about a third of them, and about half.
KEPT = {"naval_propulsion": (3, 5), "parkinsons_telemonitoring": (3, 5), FOREST: (6, 10)}
EVERYTHING, BY_CHANCE = "everything", "by chance"
METHODS = ("random", "tpe")
EXPLAINED, EVALUATIONS, BATCH = 100, 50, 10


def judged(dataset: str, seed: int) -> list[dict[str, Any]]:
    """Explain a space once by each measure, search what each would search; return the rows."""
    with threadpool_limits(1):
        space = Space.from_dict(problem(dataset).default_space())
        design = make_design(space, sample(space, EXPLAINED, seed), BUDGET)
        trials = evaluated(dataset, design, seed)
        known = History.of([trials], None)
        asked: dict[str, Importance] = {
            **importances(trials, replace(SETTINGS.sensitivity, seed=seed)),
            BY_CHANCE: by_chance(space, seed),
        }
        spaces = {(EVERYTHING, len(space)): Subspace.of(space, {})} | {
            (measure, n): kept_to(space, first(importance, n), known)
            for (measure, importance), n in product(asked.items(), KEPT[dataset])
        }
        return [
            {
                "dataset": dataset,
                "seed": seed,
                "measure": measure,
                "searched": n,
                "method": method,
                **searched(dataset, seed, method, part, known),
            }
            for ((measure, n), part), method in product(spaces.items(), METHODS)
        ]


def by_chance(space: Space, seed: int) -> Importance:
    """Return random numbers in place of an importance."""
    drawn = np.random.default_rng([seed, 1]).random(len(space))
    return dict(zip(space.names, drawn.tolist(), strict=True))


def kept_to(space: Space, names: Sequence[str], known: History) -> Subspace:
    """Return the space of some hyperparameters, all others at the values of the best trial."""
    best = known.configurations[known.best()]
    return Subspace.of(
        space,
        {
            one.name: best.get(one.name, one.value(0.5))
            for one in space.hyperparameters
            if one.name not in names
        },
    )


def searched(
    dataset: str, seed: int, method: str, space: Subspace, known: History
) -> dict[str, float]:
    """Search a space with the small budget; return the true error of what is chosen in the end."""
    # Optuna's samplers would search the whole space of a part of it.
    free = space.free
    inside = [i for i, one in enumerate(known.configurations) if _lies_in(space, one)]
    told = [known.configurations[i] for i in inside]
    errors = known.errors[inside]
    for number in range(EVALUATIONS // BATCH if free is not None else 0):
        assert free is not None
        varied = [{name: one[name] for name in free.names if name in one} for one in told]
        proposed = propose(
            Subspace.of(free, {}),
            History(varied, errors, np.full(len(varied), np.inf)),
            BATCH,
            method=method,
            seed=seed + 1000 * number,
        )
        whole = [space.complete(one) for one in proposed]
        errors = np.append(errors, observed(dataset, seed, len(told), whole))
        told = [*told, *whole]
    start, end = known.configurations[known.best()], told[int(np.argmin(errors))]
    (_, before), (_, after) = truth(dataset, [start, end])
    return {"before": before, "after": after}


def _lies_in(space: Subspace, configuration: Any) -> bool:
    return all(configuration.get(name, value) == value for name, value in space.fixed.items())


def observed(
    dataset: str, seed: int, number: int, configurations: Sequence[dict[str, Any]]
) -> list[float]:
    """Return the errors of one training of each configuration."""
    if dataset == FOREST:
        return problem(dataset).errors(configurations).tolist() if configurations else []
    return [
        problem(dataset).evaluate(
            one, BUDGET, training_seed(seed, f"{json.dumps(one)}{number}", 0)
        )["validation_error"]
        for one in configurations
    ]


def summarise(rows: pd.DataFrame) -> pd.DataFrame:
    """Return medians and quartiles, and in how many seeds the whole space did worse, or better."""
    keys = ["dataset", "method", "measure", "searched"]
    whole = rows[rows["measure"] == EVERYTHING].set_index(["dataset", "method", "seed"])["after"]
    index = pd.MultiIndex.from_frame(rows[["dataset", "method", "seed"]])
    control = whole.reindex(index).to_numpy()
    rows = rows.assign(
        better=rows["after"].to_numpy() < control, worse=rows["after"].to_numpy() > control
    )
    grouped = rows.groupby(keys, sort=False)
    quartiles = {"low": 0.25, "median": 0.5, "high": 0.75}
    table = pd.DataFrame({name: grouped["after"].quantile(q) for name, q in quartiles.items()})
    table["before"] = grouped["before"].median()
    for name in ("better", "worse"):
        table[name] = grouped[name].sum()
    return table.assign(seeds=grouped.size()).reset_index()


def ranks(study: str) -> pd.DataFrame:
    """Return the ranks of the hyperparameters of a published study by each measure."""
    folder = PUBLISHED / study
    trials = trials_data.read_trials(folder / "random" / "trials.nc")
    every = read_netcdf(folder / "sensitivity_all.nc")
    found: dict[str, Importance] = {
        **peers(trials, read_netcdf(folder / "sensitivity.nc"), 0),
        "hsic-surrogate": whole_space_importance(every),
        **hypershap(trials, 0, n_samples=500, n_coalitions=1024),
    }
    table = pd.DataFrame(found)[list(MEASURES)]
    return table.rank(ascending=False, method="min").sort_values("hsic").astype("Int64")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmark and write its tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ranks", action="store_true", help="of the published studies")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--datasets", nargs="+", default=tuple(KEPT), choices=KEPT)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--resume", action="store_true", help="keep the rows of the last call")
    options = parser.parse_args(arguments)
    RESULTS.mkdir(exist_ok=True)
    console = Console()
    if options.ranks:
        for study in STUDIES:
            table = ranks(study)
            table.to_csv(RESULTS / f"judged_ranks_{study}.csv")
            console.print(study, table.to_string())
        return
    path = RESULTS / "judged_rows.csv"
    if path.exists() and not options.resume:
        path.unlink()
    done: set[tuple[Any, ...]] = set()
    if path.exists():
        kept = pd.read_csv(path)
        done = set(kept[["dataset", "seed"]].itertuples(index=False, name=None))
    left = [one for one in product(options.datasets, range(options.seeds)) if one not in done]
    left.sort(key=lambda one: one[1])
    begin = time.perf_counter()
    with ProcessPoolExecutor(options.workers) as pool:
        for one, rows in zip(left, pool.map(judged, *zip(*left, strict=True)), strict=True):
            pd.DataFrame(rows).to_csv(path, mode="a", index=False, header=not path.exists())
            console.print(f"{one}, {time.perf_counter() - begin:.0f} s")
    summary = summarise(pd.read_csv(path))
    summary.to_csv(RESULTS / "judged.csv", index=False)
    console.print(summary.to_string())


if __name__ == "__main__":
    main()
