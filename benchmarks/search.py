"""Search methods on tabulated networks: regret and size of what each chooses.

All methods get the same number of evaluations, the random search that HSIC-GPBO explains counted
in. As the whole table is known, so is the regret of a chosen configuration: its mean loss over the
table's four trainings, over the lowest mean loss. Writes a table of every run, one of medians with
quartiles, and a figure.
"""

import argparse
import json
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import xarray as xr
from rich.console import Console
from threadpoolctl import threadpool_limits

from hsic_hpo.problems.costs import cost_function
from hsic_hpo.problems.hpolib import Hpolib
from hsic_hpo.search.final_choice import choose
from hsic_hpo.search.hypervolume import Staircase
from hsic_hpo.search.methods import (
    choice_settings,
    needs_selection,
    round_settings,
    uses_known_costs,
)
from hsic_hpo.search.rounds import next_round
from hsic_hpo.search.settings import SearchSettings, divide_rounds
from hsic_hpo.selection.decide import decide
from hsic_hpo.selection.decisions import cost_ceiling
from hsic_hpo.sensitivity.analysis import analyse
from hsic_hpo.spaces.sampling import sample
from hsic_hpo.spaces.space import Space
from hsic_hpo.study import config
from hsic_hpo.training.records import training_seed
from hsic_hpo.trials import dataset as trials_data
from hsic_hpo.trials.design import make_design
from hsic_hpo.trials.history import History

RESULTS = Path(__file__).parent / "results"
DATASETS = ("naval_propulsion", "parkinsons_telemonitoring")
METHODS = (
    "random",
    "tpe",
    "nsga2",
    "hsic-gpbo",
    "front",
    "gpbo",
    "gp",
    "motpe",
    "mogp",
    "ctpe",
    "cgp",
    "cgpbo",
)
EVALUATIONS = (100, 200)
BATCH = 10
INITIAL = 20
RANDOM_SHARE = 0.3
# Other settings of HSIC-GPBO: where the ceiling starts, and how much error it gives for size.
VARIANTS = ((0.3, None), (0.5, None), (1.0, None), (None, 0.2))
BUDGET = {"epochs": 100}
SETTINGS = config.validate({"study": "benchmark"}, "defaults")


@cache
def problem(dataset: str) -> Hpolib:
    """Return the problem, whose table is read once per process."""
    return Hpolib(dataset)


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
    cost_quantile: float | None = None
    tolerance: float | None = None


def run(what: Run) -> dict[str, Any]:
    """Search with n evaluations and judge what is chosen."""
    with threadpool_limits(1):
        start = time.perf_counter()
        finished, ceiling, settings = search(what)
        tolerance = SETTINGS.final.tolerance if what.tolerance is None else what.tolerance
        choice = choice_settings(what.method, settings, tolerance)
        ceiling = choice.get("ceiling", ceiling)
        place = choose(finished, ceiling=ceiling, tolerance=choice["tolerance"])
        seconds = time.perf_counter() - start
    return {
        "run": str(what),
        **asdict(what),
        "evaluations": len(finished),
        **judged(what.dataset, finished.configurations[place]),
        **front_held(what.dataset, finished.configurations),
        "seconds": seconds,
    }


def search(what: Run) -> tuple[History, float, SearchSettings]:
    """Return all evaluated trials, the ceiling that HSIC-GPBO set, and the rounds made."""
    space = Space.from_dict(problem(what.dataset).default_space())
    selecting = needs_selection(what.method)
    n_random = {"random": what.n, "hsic-gpbo": round(RANDOM_SHARE * what.n)}.get(
        what.method, INITIAL
    )
    drawn = make_design(space, sample(space, n_random, what.seed), BUDGET)
    known = [evaluated(what.dataset, drawn, what.seed)]
    selection, ceiling = None, np.inf
    if selecting:
        settings = SETTINGS.selection
        if what.cost_quantile is not None:
            settings = replace(settings, cost_quantile=what.cost_quantile)
        analysed = analyse(known[0], replace(SETTINGS.sensitivity, seed=what.seed))
        selection = decide(analysed, known[0], settings)
        ceiling = cost_ceiling(selection)
    # The methods under a limit have the one that HSIC-GPBO's ceiling starts from.
    max_cost = float(known[0][SETTINGS.selection.cost].quantile(SETTINGS.selection.cost_quantile))
    n_rounds = (what.n - n_random) // BATCH
    first, second = divide_rounds(n_rounds) if selecting else (n_rounds, 0)
    rounds = SearchSettings(
        rounds=first, fine_tuning_rounds=second, batch_size=BATCH, max_cost=max_cost
    )
    known_cost = None
    if uses_known_costs(what.method):
        known_cost = cost_function(problem(what.dataset), SETTINGS.selection.cost)
    for number in range(1, rounds.n_rounds + 1):
        rows = next_round(
            known,
            method=what.method,
            repeat=0,
            cost=SETTINGS.selection.cost,
            seed=what.seed,
            budget=BUDGET,
            selection=selection,
            cost_of=known_cost,
            **round_settings(what.method, rounds, number),
        )
        known.append(evaluated(what.dataset, rows, what.seed))
    return History.of(known, SETTINGS.selection.cost), ceiling, rounds


def judged(dataset: str, configuration: dict[str, Any]) -> dict[str, float]:
    """Return what the whole table says of a configuration."""
    losses, n_params, _ = problem(dataset).table
    place = problem(dataset).place(configuration)
    mean = losses.mean(axis=-1)
    return {
        "loss": mean[place],
        "regret": mean[place] / mean.min() - 1,
        "params": int(n_params[place]),
    }


def front_held(dataset: str, configurations: Sequence[Any]) -> dict[str, Any]:
    """Return the front of size and loss that a search found, and its part of the whole table's.

    The part is of the hypervolume in logarithms of both, below the table's worst loss and largest
    network.
    """
    losses, n_params, _ = problem(dataset).table
    mean = losses.mean(axis=-1)
    places = [problem(dataset).place(configuration) for configuration in configurations]
    found = np.array([(n_params[place], mean[place]) for place in places])

    def staircase(sizes: np.ndarray, errors: np.ndarray) -> Staircase:
        low, high = np.log(n_params.min()), np.log(n_params.max())
        return Staircase.of(
            np.log(sizes), np.log(errors), low=low, high=high, top=np.log(mean.max())
        )

    whole = staircase(n_params.ravel(), mean.ravel()).hypervolume
    held = staircase(found[:, 0], found[:, 1])
    front = np.exp([held.edges[:-1], held.heights]).T
    return {"hypervolume": held.hypervolume / whole, "front": json.dumps(front.tolist())}


def summarise(runs: pd.DataFrame) -> pd.DataFrame:
    """Return medians and quartiles, and each method's medians over those of HSIC-GPBO.

    What no search could have beaten stands beside them: the lowest mean loss of all networks as
    small as the median choice, and of those a quarter as large.
    """
    keys = ["dataset", "n", "method", "cost_quantile", "tolerance"]
    grouped = runs.groupby(keys, dropna=False, sort=False)
    measured = grouped[["loss", "regret", "params", "hypervolume", "seconds"]]
    quartiles = {"low": 0.25, "median": 0.5, "high": 0.75}
    table = pd.concat(
        [measured.quantile(q).add_suffix(f"_{name}") for name, q in quartiles.items()], axis=1
    )
    table["seeds"] = grouped.size()
    table = table.reset_index()
    ours = table[(table["method"] == "hsic-gpbo") & usual(table)].set_index(["dataset", "n"])
    index = pd.MultiIndex.from_frame(table[["dataset", "n"]])
    for column in ("loss", "params"):
        reference = ours[f"{column}_median"].reindex(index).to_numpy()
        table[f"{column}_factor"] = table[f"{column}_median"].to_numpy() / reference
    for column, part in (("least_loss_at_its_size", 1), ("least_loss_at_a_quarter", 1 / 4)):
        table[column] = [
            best_within(dataset, part * size)
            for dataset, size in zip(table["dataset"], table["params_median"], strict=True)
        ]
    return table


def usual(table: pd.DataFrame) -> pd.Series:
    """Tell which rows hold runs with the default settings."""
    return table["cost_quantile"].isna() & table["tolerance"].isna()


def best_within(dataset: str, largest: float) -> float:
    """Return the lowest mean loss of all networks of at most so many parameters."""
    losses, n_params, _ = problem(dataset).table
    mean = losses.mean(axis=-1)
    inside = n_params <= largest
    return float(mean[inside].min()) if inside.any() else np.nan


def draw(table: pd.DataFrame, path: Path) -> None:
    """Draw loss against size: medians with quartiles, and what the table holds at best."""
    n = table["n"].max()
    figure, axes = plt.subplots(1, len(DATASETS), figsize=(9.5, 4.2), layout="constrained")
    for ax, dataset in zip(axes, DATASETS, strict=True):
        _, n_params, _ = problem(dataset).table
        sizes = np.unique(n_params)
        front = [best_within(dataset, size) for size in sizes]
        ax.step(sizes, front, where="post", color="0.6", label="best of the whole table")
        rows = table[(table["dataset"] == dataset) & (table["n"] == n)]
        for number, method in enumerate(METHODS):
            row = rows[(rows["method"] == method) & usual(rows)]
            for one in row.itertuples():
                ax.errorbar(
                    one.params_median,
                    one.loss_median,
                    xerr=[
                        [one.params_median - one.params_low],
                        [one.params_high - one.params_median],
                    ],
                    yerr=[[one.loss_median - one.loss_low], [one.loss_high - one.loss_median]],
                    marker="osD^*vP><8dp"[number],
                    color=f"C{number % 10}",
                    linestyle="",
                    capsize=2,
                    label=method,
                )
        curve = rows[rows["cost_quantile"].notna()].sort_values("cost_quantile")
        if len(curve):
            ax.plot(
                curve["params_median"],
                curve["loss_median"],
                color=f"C{METHODS.index('hsic-gpbo')}",
                marker=".",
                linestyle=":",
                label="hsic-gpbo, other ceilings",
            )
        ax.set(
            xscale="log",
            yscale="log",
            title=f"{dataset}, {n} evaluations",
            xlabel="parameters of the chosen network",
            ylabel="mean squared error (mean of four trainings)",
        )
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    figure.savefig(path)
    plt.close(figure)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmark and write its tables and its figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--methods", nargs="+", default=METHODS, choices=METHODS)
    parser.add_argument("--resume", action="store_true", help="keep the runs of the last call")
    parser.add_argument("--quick", action="store_true", help="two seeds, fast methods")
    options = parser.parse_args(arguments)
    seeds = range(2 if options.quick else options.seeds)
    methods = ("random", "hsic-gpbo", "tpe") if options.quick else options.methods
    runs = [Run(d, m, n, s) for m, d, n, s in product(methods, DATASETS, EVALUATIONS, seeds)]
    if "hsic-gpbo" in methods and not options.quick:
        others = product(DATASETS, EVALUATIONS[-1:], seeds, VARIANTS)
        runs += [Run(d, "hsic-gpbo", n, s, *settings) for d, n, s, settings in others]
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / "search_runs.csv"
    if path.exists() and not options.resume:
        path.unlink()
    known = set() if not path.exists() else set(pd.read_csv(path)["run"])
    left = [one for one in runs if str(one) not in known]
    console = Console()
    with ProcessPoolExecutor(options.workers) as pool:
        for number, result in enumerate(pool.map(run, left), start=1):
            row = pd.DataFrame([result])
            row.to_csv(path, mode="a", index=False, header=not path.exists())
            console.print(
                f"{number} of {len(left)}: {result['run']}, regret {result['regret']:.3g}"
            )
    table = pd.read_csv(path)
    table = table[table["run"].isin([str(one) for one in runs])]
    summary = summarise(table)
    summary.to_csv(RESULTS / "search.csv", index=False)
    draw(summary, RESULTS / "search.svg")
    draw(summary, RESULTS / "search.png")
    console.print(summary.to_string())


if __name__ == "__main__":
    main()
