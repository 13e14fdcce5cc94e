"""Which share of a search space each conditional group has, by the space's own law."""

import math
from collections.abc import Sequence
from itertools import pairwise

from hsic_hpo.spaces.conditions import Condition
from hsic_hpo.spaces.hyperparameter import Hyperparameter, Levels
from hsic_hpo.spaces.space import Group, Space


def share_of_space(space: Space, group: Group) -> float:
    """Return the probability that a random configuration of a space belongs to a group.

    Hyperparameters are drawn independently, and the conditions of a group include those under
    which its parents exist: the probability is the product of those that each parent meets.

    Parameters
    ----------
    space
        The search space.
    group
        One of its conditional groups.

    Returns
    -------
    float
        In [0, 1]; 1 for the main group.

    Examples
    --------
    >>> import hsic_hpo as hh
    >>> space = hh.Space({
    ...     "optimizer": hh.Categorical(["sgd", "adam", "rmsprop"], weights=[2, 1, 1]),
    ...     "momentum": hh.Float(0, 0.99, when={"optimizer": "sgd"}),
    ... })
    >>> [share_of_space(space, group) for group in space.groups()]
    [1.0, 0.5]
    """
    parents = dict.fromkeys(condition.parent for condition in group.conditions)
    return math.prod(
        _probability(space[name], [one for one in group.conditions if one.parent == name])
        for name in parents
    )


def _probability(parent: Hyperparameter, conditions: Sequence[Condition]) -> float:
    """Return the part of [0, 1] on which conditions on one hyperparameter hold together."""
    cuts = {0.0, 1.0}
    for value in _turning(parent, conditions):
        cuts.update(parent.interval(value))
    # Between two cuts that follow each other no condition changes.
    pieces = [(low, high) for low, high in pairwise(sorted(cuts)) if low < high]
    values = parent.scalars([(low + high) / 2 for low, high in pieces])
    return math.fsum(
        high - low
        for (low, high), value in zip(pieces, values, strict=True)
        if all(condition.holds(value) for condition in conditions)
    )


def _turning(parent: Hyperparameter, conditions: Sequence[Condition]) -> list[float | int | str]:
    """Return the values at which the truth of a condition may change."""
    if isinstance(parent.law, Levels):
        return list(parent.levels)
    low, high = parent.value(0.0), parent.value(1.0)
    named = {value for one in conditions for value in one.operands if low <= value <= high}
    # Of an integer, the bin of the value itself or, where it is none, of the one below it.
    return sorted({math.floor(value) for value in named} if parent.type == "integer" else named)
