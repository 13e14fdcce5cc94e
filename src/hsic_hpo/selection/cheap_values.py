"""Which values of a hyperparameter are the cheap ones, and which of them keep the success rate."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy

from hsic_hpo.selection.ceilings import keeps_success_rate
from hsic_hpo.spaces.hyperparameter import Hyperparameter

_STEPS = 20


@dataclass(frozen=True)
class CheapValue:
    """The cheap values of a hyperparameter: the fewest that still keep the success rate.

    Attributes
    ----------
    value
        The dearest of them.
    trials, successes
        Trials with one of them, and how many of these reach the goal.
    fraction
        Part of all trials that have one of them.
    rising
        Whether larger values cost more; False for values without order.
    """

    value: Any
    trials: int
    successes: int
    fraction: float
    rising: bool


def rises_with_cost(values: Sequence[float], costs: np.ndarray) -> bool:
    """Tell whether larger values cost more, by the sign of Spearman's rank correlation.

    A few trials of extraordinary cost do not turn it, as they would turn Pearson's correlation.
    """
    return bool(scipy.stats.spearmanr(np.array(values, dtype=float), costs).statistic >= 0)


def cheapest_first(
    hyperparameter: Hyperparameter, values: Sequence[Any], costs: np.ndarray
) -> list[Any]:
    """Order values by their cost: numbers from the cheap end on, others by the mean cost.

    Parameters
    ----------
    hyperparameter
        Its levels are ordered, or 20 quantiles of its law when there are more levels.
    values, costs
        ``(n,)`` of the trials in which it is active; costs are finite.
    """
    if hyperparameter.type in ("categorical", "boolean"):
        by_level = {
            level: np.mean([c for v, c in zip(values, costs, strict=True) if v == level])
            for level in hyperparameter.levels
            if level in values
        }
        return sorted(by_level, key=lambda level: by_level[level])
    u = np.arange(1, _STEPS + 1) / _STEPS
    if not hyperparameter.is_discrete:
        levels = sorted(set(hyperparameter.scalars(u)))
    elif is_long := len(hyperparameter.levels) > _STEPS:
        levels = sorted(set(hyperparameter.scalars(np.nextafter(u, 0))))
    else:
        levels = sorted(hyperparameter.levels)
    if rises_with_cost(values, costs):
        return levels
    if not hyperparameter.is_discrete or is_long:
        # Values from here on: the last ones are all.
        levels = sorted(set(hyperparameter.scalars(u - 1 / _STEPS)))
    return levels[::-1]


def cheapest_kept(
    hyperparameter: Hyperparameter,
    values: Sequence[Any],
    costs: np.ndarray,
    reached: np.ndarray,
    *,
    keep: float,
    assurance: float,
    min_successes: int,
) -> CheapValue:
    """Find the fewest cheap values that keep the success rate with the stated assurance.

    Parameters
    ----------
    hyperparameter
        Whose values.
    values, costs, reached
        ``(n,)`` of the trials in which it is active: value, finite cost, whether the goal is
        reached.
    keep
        In [0, 1]: the success rate among the cheap values over that of all, at least.
    assurance
        In (0, 1): probability that it is kept.
    min_successes
        Trials of the cheap values that reach the goal, at least.

    Returns
    -------
    CheapValue
        All values, if no smaller set keeps it with this assurance. Every larger set of cheap
        values must keep it too, so that a few lucky trials do not decide.
    """
    order = cheapest_first(hyperparameter, values, costs)
    needed = keep * float(reached.mean())
    ordered = hyperparameter.type not in ("categorical", "boolean")
    rising = ordered and order[0] < order[-1]
    found = CheapValue(order[-1], len(values), int(reached.sum()), 1.0, rising)
    for k in range(len(order) - 1, 0, -1):
        inside = _among(hyperparameter, values, order, k)
        if not keeps_success_rate(reached[inside], needed, assurance, min_successes):
            break
        trials, successes = int(inside.sum()), int(reached[inside].sum())
        found = CheapValue(order[k - 1], trials, successes, trials / len(values), rising)
    return found


def _among(
    hyperparameter: Hyperparameter, values: Sequence[Any], order: Sequence[Any], k: int
) -> np.ndarray:
    if hyperparameter.type in ("categorical", "boolean"):
        return np.array([value in order[:k] for value in values])
    numbers, last = np.array(values, dtype=float), order[k - 1]
    return numbers <= last if order[0] < order[-1] else numbers >= last
