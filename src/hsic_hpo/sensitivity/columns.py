"""The columns of u of a conditional group's hyperparameters, from which its indices follow."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from hsic_hpo.indices.features import Categories, Column, Intervals, Points
from hsic_hpo.spaces.conditions import ORDERINGS, Condition
from hsic_hpo.spaces.hyperparameter import Hyperparameter
from hsic_hpo.spaces.space import Group, Space, runs
from hsic_hpo.trials.groups import bounds
from hsic_hpo.trials.variables import hyperparameter_values

# The levels of longer ranges are not listed: the ends of what the conditions leave say the same,
# up to rounding.
_MOST_LISTED = 1_000_000


@dataclass(frozen=True)
class GroupColumns:
    """The columns of a group's hyperparameters over the group's trials.

    Attributes
    ----------
    names
        The d hyperparameters that have an index in the group.
    columns
        d columns of the group's n trials, by u: the paper's embedding.
    order_free
        The same by the values alone (not in the paper): a discrete value by the exact mean of the
        features over its bin, without the noise of where in the bin u was drawn, and categorical
        and boolean ones by a kernel that does not see the order in which levels are listed.
    """

    names: tuple[str, ...]
    columns: tuple[Column, ...]
    order_free: tuple[Column, ...]


def group_columns(trials: xr.Dataset, space: Space, group: Group) -> GroupColumns:
    """Return the columns of a group over its trials.

    A parent that the group's conditions leave with a single level has no index there and is left
    out. One that keeps several has u mapped back to [0, 1]: what remains of its law fills the
    interval. A discrete value without a recorded u counts as u uniform in its bin.

    Parameters
    ----------
    trials
        The trials of the group alone.
    space
        Their search space.
    group
        One of its groups.
    """
    names, columns, order_free = [], [], []
    for name in group.members:
        hyperparameter = space[name]
        about = [condition for condition in group.conditions if condition.parent == name]
        if about and _keeps_one_level(hyperparameter, about):
            continue
        low, high = _within(bounds(trials, hyperparameter), hyperparameter, about)
        names.append(name)
        columns.append(_column(low, high))
        order_free.append(_by_value(trials, hyperparameter, about))
    return GroupColumns(tuple(names), tuple(columns), tuple(order_free))


def _column(low: np.ndarray, high: np.ndarray) -> Column:
    return Points(low) if np.array_equal(low, high) else Intervals(low, high)


def _within(
    ends: tuple[np.ndarray, np.ndarray],
    hyperparameter: Hyperparameter,
    about: Sequence[Condition],
) -> tuple[np.ndarray, np.ndarray]:
    if not about:
        return ends
    pieces = _remaining(hyperparameter, about)
    return _rescaled(ends[0], pieces), _rescaled(ends[1], pieces)


def _by_value(
    trials: xr.Dataset, hyperparameter: Hyperparameter, about: Sequence[Condition]
) -> Column:
    if hyperparameter.type in ("categorical", "boolean"):
        return _by_level(trials, hyperparameter, about)
    ends = bounds(trials, hyperparameter, recorded=not hyperparameter.is_discrete)
    return _column(*_within(ends, hyperparameter, about))


def _keeps_one_level(hyperparameter: Hyperparameter, about: Sequence[Condition]) -> bool:
    if not hyperparameter.is_discrete:
        return False
    if _is_long(hyperparameter):
        kept = runs(hyperparameter, about)
        return len(kept) == 1 and kept[0][0] == kept[0][1]
    return len(_levels(hyperparameter, about)) < 2


def _is_long(hyperparameter: Hyperparameter) -> bool:
    return len(hyperparameter.levels) > _MOST_LISTED


def _levels(hyperparameter: Hyperparameter, about: Sequence[Condition]) -> list[object]:
    return [
        level
        for level in hyperparameter.levels
        if all(condition.holds(level) for condition in about)
    ]


def _remaining(hyperparameter: Hyperparameter, about: Sequence[Condition]) -> np.ndarray:
    """Return the intervals of u, shape (k, 2), increasing, that the conditions leave."""
    if _is_long(hyperparameter):
        return np.array(
            [
                (hyperparameter.interval(first)[0], hyperparameter.interval(last)[1])
                for first, last in runs(hyperparameter, about)
            ]
        )
    if hyperparameter.is_discrete:
        return np.array(
            [hyperparameter.interval(level) for level in _levels(hyperparameter, about)]
        )
    low, high = 0.0, 1.0
    for condition in about:
        # Other conditions on a continuous value hold with probability 0 or 1.
        if condition.operator in ORDERINGS:
            point = hyperparameter.interval(condition.value)[0]
            if condition.operator.startswith(">"):
                low = max(low, point)
            else:
                high = min(high, point)
    return np.array([[low, high]])


def _rescaled(u: np.ndarray, pieces: np.ndarray) -> np.ndarray:
    """Close the gaps between the pieces of [0, 1] in which u lies, and stretch them to [0, 1]."""
    widths = pieces[:, 1] - pieces[:, 0]
    filled = np.concatenate([[0.0], np.cumsum(widths)]) / widths.sum()
    return np.interp(u, pieces.ravel(), np.column_stack([filled[:-1], filled[1:]]).ravel())


def _by_level(
    trials: xr.Dataset, hyperparameter: Hyperparameter, about: Sequence[Condition]
) -> Categories:
    levels = _levels(hyperparameter, about)
    position = {level: i for i, level in enumerate(levels)}
    values = hyperparameter_values(trials, hyperparameter.name)
    index = np.array([position[hyperparameter.from_stored(value)] for value in values], dtype=int)
    ends = np.array([hyperparameter.interval(level) for level in levels])
    return Categories(index, ends[:, 1] - ends[:, 0])
