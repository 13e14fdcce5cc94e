"""The configuration that a search chooses in the end, and the effort of finding it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import xarray as xr

from hsic_hpo.search.choices import Choice
from hsic_hpo.search.knee import knee as knee_of
from hsic_hpo.trials import dataset as trials_data
from hsic_hpo.trials.costs import TRAINING_FACTOR
from hsic_hpo.trials.design import label_design
from hsic_hpo.trials.goals import target_values
from hsic_hpo.trials.history import History, initial_part

DESCRIPTIONS = {
    "validation_error": ("validation error of the chosen trial in the search", ""),
    "n_trainings": ("trainings that the search knew, those of the random search included", "1"),
    "training_flops": ("floating-point operations of these trainings", "1"),
    "train_seconds": ("wall time of these trainings, one after the other", "s"),
}


@dataclass(frozen=True)
class FinishedTrial:
    """A trial that ended well.

    Attributes
    ----------
    configuration
        Values of its active hyperparameters by name.
    error
        Lower is better.
    cost
        None where unknown.
    """

    configuration: dict[str, Any]
    error: float
    cost: float | None


def finished_trial(finished: History, place: int) -> FinishedTrial:
    """Return one of the trials that a search knew."""
    cost = float(finished.costs[place])
    return FinishedTrial(
        dict(finished.configurations[place]),
        float(finished.errors[place]),
        cost if np.isfinite(cost) else None,
    )


def choose(finished: History, *, ceiling: float = np.inf, tolerance: float | None = None) -> int:
    """Return the index of the chosen trial.

    Parameters
    ----------
    finished
        All finished trials of the search, and those that it started from.
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


def choose_among(
    datasets: Sequence[xr.Dataset],
    cost: str | None,
    *,
    ceiling: float = np.inf,
    tolerance: float | None = None,
    knee: bool = False,
    limits: Mapping[str, float] | None = None,
) -> int | None:
    """Return the place of the chosen trial among those of several Datasets, one after another.

    Parameters
    ----------
    datasets
        Trials Datasets of one space.
    cost
        Name of the cost that is weighed; None where there is none.
    ceiling, tolerance
        See :func:`choose`.
    knee
        Chooses the knee of the front of error and cost, see :func:`hsic_hpo.search.knee.knee`.
    limits
        Largest cost of what is chosen, by the name of the cost.

    Returns
    -------
    int or None
        None where trials ended well, but all of these cost more than the limits.

    Raises
    ------
    InputError
        When no trial ended well, or the trials lack a cost.
    """
    finished = History.of(datasets, cost)
    # Without limits, a ceiling under which nothing ended well is told as that.
    inside = finished.costs <= ceiling if limits else np.ones(len(finished), dtype=bool)
    for name, limit in (limits or {}).items():
        costs = np.concatenate([target_values(dataset, name) for dataset in datasets])
        inside &= costs <= limit
    within = replace(finished, errors=np.where(inside, finished.errors, np.inf))
    if not np.isfinite(within.errors).any() and np.isfinite(finished.errors).any():
        return None
    if knee:
        known = np.isfinite(within.costs) & (within.costs <= ceiling)
        front = replace(within, errors=np.where(known, within.errors, np.inf)).front()
        if front:
            return front[knee_of(within.costs[front], within.errors[front])]
    return choose(within, ceiling=ceiling, tolerance=tolerance)


def training_operations(trials: xr.Dataset) -> xr.DataArray:
    """Count the floating-point operations of trainings: three forward passes per sample seen.

    Parameters
    ----------
    trials
        Trials Dataset with the attribute ``training_samples``.

    Returns
    -------
    xarray.DataArray
        Over ``trial`` and ``repeat``; NaN where unknown.
    """
    passes = TRAINING_FACTOR * float(trials.attrs["training_samples"])
    return trials["flops"] * trials["epochs"] * passes


def effort(datasets: Sequence[xr.Dataset]) -> dict[str, float]:
    """Add up the trainings of a search, their operations and their time.

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
        operations = training_operations(dataset)
        sums["n_trainings"] += dataset["status"].size
        sums["training_flops"] += float(operations.sum())
        sums["train_seconds"] += float(dataset["train_seconds"].sum())
        n_known += int(operations.count())
    return sums if n_known else sums | {"training_flops": np.nan}


def chosen_design(
    random: xr.Dataset,
    searches: Sequence[xr.Dataset],
    budget: Mapping[str, Any],
    *,
    cost: str | None,
    initial_trials: int = 0,
    ceiling: float = np.inf,
    **choice: Any,
) -> xr.Dataset:
    """Put the chosen configuration of every repeat of a method into a design.

    Parameters
    ----------
    random
        Trials Dataset of the random search.
    searches
        For each repeat the trials Dataset of its rounds; none for the random search itself.
    budget
        Training budget.
    cost
        Variable of the trials that counts as the cost.
    initial_trials
        How many trials of the random search each repeat knew, see
        :func:`hsic_hpo.trials.history.initial_part`.
    ceiling, **choice
        See :func:`choose_among`.

    Returns
    -------
    xarray.Dataset
        A design with one trial per repeat, ``search_repeat``, and the variables of
        ``DESCRIPTIONS``. A repeat of which every trial costs more than the choice allows has none.
        The attribute ``choice`` says in words how was chosen.
    """
    space = trials_data.space(random)
    known = [
        [initial_part(random, initial_trials, repeat), rounds]
        for repeat, rounds in enumerate(searches)
    ] or [[random]]
    repeats, configurations, rows = [], [], []
    for repeat, datasets in enumerate(known):
        place = choose_among(datasets, cost, ceiling=ceiling, **choice)
        if place is None:
            continue
        finished = History.of(datasets, cost)
        repeats.append(repeat)
        configurations.append(dict(finished.configurations[place]))
        rows.append({"validation_error": finished.errors[place], **effort(datasets)})
    u = np.array([space.point(configuration) for configuration in configurations])
    design = label_design(space, u.reshape(-1, len(space)), configurations, budget)
    for name, (long_name, units) in DESCRIPTIONS.items():
        values = np.array([row[name] for row in rows], dtype=float)
        design[name] = xr.Variable("trial", values, {"long_name": long_name, "units": units})
    described = {"long_name": "repeat of the search", "units": "1"}
    design["search_repeat"] = xr.Variable("trial", np.array(repeats, dtype=int), described)
    return design.assign_attrs(choice=choice_in_words(**choice))


def choice_in_words(
    *,
    tolerance: float | None = None,
    knee: bool = False,
    limits: Mapping[str, float] | None = None,
) -> str:
    """Say what :func:`choose_among` was told."""
    return Choice(tolerance=tolerance or 0.0, knee=knee, limits=limits or {}).words
