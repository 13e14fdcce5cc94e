"""Importances from a few trials of Optuna, for which there is no test."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from hsic_hpo.indices.features import Categories, Column, Intervals
from hsic_hpo.indices.hsic import hsic
from hsic_hpo.interop.optuna_space import converter, definition
from hsic_hpo.spaces.parsing import parse_hyperparameter
from hsic_hpo.trials.goals import select_goal

# Two trials, one of which is the best, are the four that `hsic` needs.
_COPIES = 2


def rough_importances(
    values: Sequence[tuple[Any, float]], goal_fraction: float
) -> dict[str, float]:
    """Return the index of each parameter by the trials as they are.

    Parameters
    ----------
    values
        Completed trials of Optuna, at least two, and their finite values, lower is better.
    goal_fraction
        Fraction of the trials that counts as the best, in (0, 1).

    Returns
    -------
    dict
        By name: HSIC, without its bias removed, which few trials would leave nothing of; summed
        over the ranges that a parameter has in different trials, each counted by the squared part
        of the trials that have it (see :mod:`hsic_hpo.sensitivity.whole_space`).
    """
    trials = [trial for trial, _ in values]
    reached = select_goal(np.array([value for _, value in values]), goal_fraction, "best").reached
    members: dict[tuple[str, Any], list[int]] = {}
    for i, trial in enumerate(trials):
        for key in trial.distributions.items():
            members.setdefault(key, []).append(i)
    found: dict[str, float] = {}
    for (name, distribution), rows in members.items():
        found.setdefault(name, 0.0)
        goal = reached[rows]
        if goal.any() and not goal.all() and not distribution.single():
            # This index depends on shares alone, so that it may be asked of each trial twice.
            given = [trials[i].params[name] for i in rows] * _COPIES
            index = hsic([_column(name, distribution, given)], np.tile(goal, _COPIES))[0]
            found[name] += float(index) * (len(rows) / len(trials)) ** 2
    return found


def _column(name: str, distribution: Any, given: list[Any]) -> Column:
    parameter = parse_hyperparameter(name, definition(distribution), "study")
    convert = converter(distribution)
    values = [convert(value) for value in given]
    if parameter.type in ("categorical", "boolean"):
        levels = list(parameter.levels)
        index = np.array([levels.index(value) for value in values], dtype=int)
        return Categories(index, np.ones(len(levels)))
    low, high = np.array([parameter.interval(value) for value in values]).T
    return Intervals(low, high)
