"""Which values of one hyperparameter stand out among the trials that reach a goal.

Not in the paper. Levels are chosen by their excess, the share among the best less the share among
all: the largest, and others with at least half of it. A range of numbers is the one of the largest
excess, which makes it short where the best crowd. Both are chosen by the same trials as the shares,
so that these flatter a little; an index with its test tells whether there is anything to describe.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from hsic_hpo.digits import values_in_words
from hsic_hpo.spaces.hyperparameter import Hyperparameter

_ENOUGH = 0.5


@dataclass(frozen=True)
class Standout:
    """Values that are more frequent among the best than among all.

    Attributes
    ----------
    text
        The values, such as ``"adam"`` or ``"0.0001 to 0.001"``; empty where none stand out.
    at_goal, of_all
        Share of those that reach the goal, and of all, that have one of them; in [0, 1].
    """

    text: str
    at_goal: float
    of_all: float


def standout(parameter: Hyperparameter, values: np.ndarray, weights: np.ndarray) -> Standout:
    """Choose the values of one hyperparameter that stand out among those that reach a goal.

    Parameters
    ----------
    parameter
        The hyperparameter.
    values
        ``(n,)``, as they are stored.
    weights
        ``(n,)``, how often each reaches the goal; not all are 0.
    """
    kinds, place = np.unique(values, return_inverse=True)
    share = np.bincount(place, minlength=len(kinds)) / len(values)
    at_goal = np.bincount(place, weights, minlength=len(kinds)) / weights.sum()
    if parameter.type in ("categorical", "boolean"):
        levels = [parameter.from_stored(kind) for kind in kinds.tolist()]
        return _levels(levels, at_goal, share)
    return _range(parameter, kinds, at_goal, share)


def _levels(levels: list[Any], at_goal: np.ndarray, share: np.ndarray) -> Standout:
    excess = at_goal - share
    largest = excess.max()
    if largest <= 0:
        return Standout("", 1.0, 1.0)
    chosen = np.flatnonzero(excess >= _ENOUGH * largest)
    # Those that stand out most come first.
    chosen = chosen[np.argsort(-excess[chosen], kind="stable")]
    text = ", ".join(values_in_words([levels[i] for i in chosen]))
    return Standout(text, float(at_goal[chosen].sum()), float(share[chosen].sum()))


def _range(
    parameter: Hyperparameter, numbers: np.ndarray, at_goal: np.ndarray, share: np.ndarray
) -> Standout:
    excess = np.concatenate([[0.0], np.cumsum(at_goal - share)])
    end = int(np.argmax(excess - np.minimum.accumulate(excess)))
    start = int(np.argmin(excess[: end + 1]))
    if end == start:
        return Standout("", 1.0, 1.0)
    low, high = (parameter.from_stored(numbers[i].item()) for i in (start, end - 1))
    text = _between(low, high, start == 0, end == len(numbers))
    return Standout(text, float(at_goal[start:end].sum()), float(share[start:end].sum()))


def _between(low: Any, high: Any, is_lowest: bool, is_highest: bool) -> str:
    first, last = values_in_words([low, high])
    if low == high:
        return first
    if is_lowest:
        return f"up to {last}"
    if is_highest:
        return f"from {first} on"
    return f"{first} to {last}"
