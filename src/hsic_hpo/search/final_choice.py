"""The configuration that a search ends with, and what it took to find it."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr

from hsic_hpo.spaces.space import Space
from hsic_hpo.trials.design import label_design
from hsic_hpo.trials.history import History

# Methods that weigh the cost end with the cheapest of their nearly best trials.
COST_AWARE = ("hsic-gpbo", "nsga2")
# A backward pass takes twice the operations of a forward pass.
_PASSES = 3
DESCRIPTIONS = {
    "validation_error": ("validation error of the chosen trial in the search", ""),
    "n_trainings": ("trainings that the search knew, those of the random search included", "1"),
    "training_flops": ("floating-point operations of these trainings", "1"),
    "train_seconds": ("wall time of these trainings, one after the other", "s"),
}


def choose(finished: History, *, ceiling: float = np.inf, tolerance: float | None = None) -> int:
    """Return the place of the chosen trial.

    Parameters
    ----------
    finished
        All trials that the search knew.
    ceiling
        Trials that cost more are not chosen.
    tolerance
        None chooses the lowest validation error. A number, for methods that weigh error and
        cost, chooses the cheapest trial whose error is at most this fraction above the lowest.

    Raises
    ------
    InputError
        When no trial ended well.
    """
    best = finished.best(ceiling)
    if tolerance is None:
        return best
    limit = finished.errors[best] + tolerance * abs(finished.errors[best])
    near = np.flatnonzero(finished.errors <= limit)
    return int(min(near, key=lambda i: (finished.costs[i], finished.errors[i])))


def effort(datasets: Sequence[xr.Dataset]) -> dict[str, float]:
    """Sum up what the trainings of a search took.

    Parameters
    ----------
    datasets
        Trials Datasets, each with the attribute ``training_samples``.

    Returns
    -------
    dict
        ``n_trainings``; ``training_flops``, three forward passes per sample seen, NaN when no
        training's are known; ``train_seconds``.
    """
    sums = {"n_trainings": 0.0, "training_flops": 0.0, "train_seconds": 0.0}
    n_known = 0
    for dataset in datasets:
        passes = _PASSES * float(dataset.attrs["training_samples"])
        operations = dataset["flops"] * dataset["epochs"] * passes
        sums["n_trainings"] += dataset["status"].size
        sums["training_flops"] += float(operations.sum())
        sums["train_seconds"] += float(dataset["train_seconds"].sum())
        n_known += int(operations.count())
    return sums if n_known else sums | {"training_flops": np.nan}


def chosen_design(
    space: Space,
    searches: Sequence[Sequence[xr.Dataset]],
    budget: Mapping[str, Any],
    *,
    cost: str,
    ceiling: float = np.inf,
    tolerance: float | None = None,
) -> xr.Dataset:
    """Put the chosen configuration of every repeat of a method into a design.

    Parameters
    ----------
    space
        The search space.
    searches
        For each repeat, the trials Datasets that it knew.
    budget
        Training budget.
    cost, ceiling, tolerance
        See :func:`choose`.

    Returns
    -------
    xarray.Dataset
        A design with one trial per repeat and the variables of ``DESCRIPTIONS``.
    """
    finished = [History.of(datasets, cost) for datasets in searches]
    places = [choose(known, ceiling=ceiling, tolerance=tolerance) for known in finished]
    configurations = [
        dict(known.configurations[i]) for known, i in zip(finished, places, strict=True)
    ]
    u = np.array([space.point(configuration) for configuration in configurations])
    found = [
        {"validation_error": known.errors[i], **effort(datasets)}
        for known, i, datasets in zip(finished, places, searches, strict=True)
    ]
    design = label_design(space, u, configurations, budget)
    for name, (long_name, units) in DESCRIPTIONS.items():
        values = np.array([row[name] for row in found], dtype=float)
        design[name] = xr.Variable("trial", values, {"long_name": long_name, "units": units})
    return design


def initial_trials(trials: xr.Dataset, n: int, repeat: int) -> xr.Dataset:
    """Return the trials of the random search that a repeat of a method starts from.

    Parameters
    ----------
    trials
        Trials Dataset of the random search.
    n
        How many; 0 for all.
    repeat
        Each repeat takes the next n, round and round.
    """
    size = trials.sizes["trial"]
    if n == 0 or n >= size:
        return trials
    return trials.isel(trial=(repeat * n + np.arange(n)) % size)


def join_rounds(rounds: Sequence[xr.Dataset]) -> xr.Dataset:
    """Put the trials of a search's rounds together, with the number of their ``round``."""
    numbered = [
        dataset.assign(
            round=(
                "trial",
                np.full(dataset.sizes["trial"], number),
                {"long_name": "round of the search", "units": "1"},
            )
        )
        for number, dataset in enumerate(rounds, start=1)
    ]
    return xr.concat(
        numbered,
        "trial",
        data_vars="minimal",
        coords="minimal",
        compat="override",
        join="outer",
        combine_attrs="override",
    )
