"""Medians and quartiles of the searches, how often one front holds what rivals chose, a figure."""

import json
from collections.abc import Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from search_spaces import best_within, everything

OURS = "hsic-gpbo"
KEYS = ["dataset", "n", "method", "initial"]


def summarise(runs: pd.DataFrame) -> pd.DataFrame:
    """Return medians and quartiles, and each method's medians over those of HSIC-GPBO.

    What no search could have beaten stands beside them: the lowest mean loss of all networks as
    small as the median choice, and of those a quarter as large.
    """
    grouped = runs.groupby(KEYS, sort=False)
    measured = grouped[["loss", "lowest_loss", "regret", "params", "hypervolume", "seconds"]]
    quartiles = {"low": 0.25, "median": 0.5, "high": 0.75}
    table = pd.concat(
        [measured.quantile(q).add_suffix(f"_{name}") for name, q in quartiles.items()], axis=1
    )
    table["seeds"] = grouped.size()
    table = table.reset_index()
    ours = table[table["method"] == OURS].set_index(["dataset", "n"])
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


def beaten(runs: pd.DataFrame) -> pd.DataFrame:
    """Return, for each rival, how our front compares with what it chose with the same seed.

    ``held``: share of seeds in which a network on our front has no more loss and no more parameters
    than the rival's choice. ``loss_at_a_quarter``: median, over seeds, of our lowest loss at a
    quarter of the choice's size over the lowest that the table has there. ``wins``: share of seeds
    in which our hypervolume is larger.
    """
    ours = runs[runs["method"] == OURS].set_index(["dataset", "n", "seed"])
    rows = []
    for (dataset, n, method), rival in runs.groupby(["dataset", "n", "method"], sort=False):
        pairs = [
            (one, ours.loc[(dataset, n, one.seed)])
            for one in rival.itertuples()
            if method != OURS and (dataset, n, one.seed) in ours.index
        ]
        if not pairs:
            continue
        quarters = [
            _lowest(mine["front"], one.params / 4) / best_within(dataset, one.params / 4)
            for one, mine in pairs
        ]
        rows.append(
            {
                "dataset": dataset,
                "n": n,
                "rival": method,
                "seeds": len(pairs),
                "held": np.mean(
                    [
                        _lowest(mine["front"], one.params) <= one.loss * 1.000001
                        for one, mine in pairs
                    ]
                ),
                "wins": np.mean([mine["hypervolume"] > one.hypervolume for one, mine in pairs]),
                "hypervolume": np.median([one.hypervolume for one, _ in pairs]),
                "our_hypervolume": np.median([mine["hypervolume"] for _, mine in pairs]),
                "lowest_loss": np.median([_lowest(one.front, np.inf) for one, _ in pairs]),
                "our_lowest_loss": np.median([_lowest(mine["front"], np.inf) for _, mine in pairs]),
                "loss_at_a_quarter": np.nanmedian(quarters),
            }
        )
    return pd.DataFrame(rows)


def _lowest(front: str, largest: float) -> float:
    """Return the lowest loss on a front among networks of at most so many parameters."""
    # The front is stored by way of logarithms.
    within = [loss for size, loss in json.loads(front) if size <= largest * 1.000001]
    return min(within, default=np.inf)


def draw(table: pd.DataFrame, datasets: Sequence[str], path: Path) -> None:
    """Draw loss against size: medians with quartiles, and what the table holds at best."""
    n = table["n"].max()
    figure, axes = plt.subplots(1, len(datasets), figsize=(9.5, 4.4), layout="constrained")
    methods = list(dict.fromkeys(table["method"]))
    for ax, dataset in zip(axes, datasets, strict=True):
        sizes = np.unique(everything(dataset)[0])
        front = [best_within(dataset, size) for size in sizes]
        ax.step(sizes, front, where="post", color="0.6", label="best of the whole table")
        rows = table[(table["dataset"] == dataset) & (table["n"] == n)]
        for number, method in enumerate(methods):
            for one in rows[rows["method"] == method].itertuples():
                ax.errorbar(
                    one.params_median,
                    one.loss_median,
                    xerr=[
                        [one.params_median - one.params_low],
                        [one.params_high - one.params_median],
                    ],
                    yerr=[[one.loss_median - one.loss_low], [one.loss_high - one.loss_median]],
                    marker="osD^*vP><8dph"[number],
                    color=f"C{number % 10}",
                    linestyle="",
                    capsize=2,
                    label=method,
                )
        ax.set(
            xscale="log",
            yscale="log",
            title=f"{dataset}, {n} evaluations",
            xlabel="parameters of the chosen network",
            ylabel="mean squared error (mean of four trainings)",
        )
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=5)
    for ending in ("svg", "png"):
        figure.savefig(path.with_suffix(f".{ending}"))
    plt.close(figure)
