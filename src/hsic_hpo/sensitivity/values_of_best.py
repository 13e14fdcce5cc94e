"""Which values the best have: the levels, or the range, that stand out among them.

An index says that a hyperparameter matters, not which way. What stands here says it in shares: of
the trials that reach the goal, this part has these values, of all trials that part. Not in the
paper. Levels are chosen by their excess, the share among the best less the share among all: the
largest, and others with at least half of it. A range of numbers is the one of the largest excess,
which makes it short where the best crowd. Both are chosen by the same trials as the shares, so that
these flatter a little; an index with its test tells whether there is anything to describe.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from hsic_hpo.sensitivity.settings import AnalysisSettings
from hsic_hpo.spaces.hyperparameter import Hyperparameter
from hsic_hpo.spaces.sampling import sample
from hsic_hpo.spaces.space import Group, Space
from hsic_hpo.trials import dataset as trials_data
from hsic_hpo.trials.goals import SUBSETS, select_goal, target_values
from hsic_hpo.trials.groups import in_group
from hsic_hpo.trials.variables import hyperparameter_values
from hsic_hpo.wording import readable

_ENOUGH = 0.5
# They stand for the space where trials do not.
_N_POINTS = 4096


@dataclass(frozen=True)
class Standout:
    """Values that are more frequent among the best than among all.

    Attributes
    ----------
    text
        The values, such as ``"adam"`` or ``"0.0001 to 0.001"``; empty where none stand out.
    of_best, of_all
        Share of those that reach the goal, and of all, that have one of them; in [0, 1].
    """

    text: str
    of_best: float
    of_all: float


def values_of_best(
    trials: xr.Dataset, settings: AnalysisSettings, *, by_space: bool = False
) -> xr.Dataset:
    """Describe which values the best, and the worst, trials have.

    Parameters
    ----------
    trials
        Trials Dataset.
    settings
        Of the analysis: what counts as best.
    by_space
        Compare with points drawn from the space in place of all trials: for trials that were not
        drawn at random, which crowd somewhere.

    Returns
    -------
    xarray.Dataset
        Over ``(group, subset, hyperparameter)``, for the error: ``values``, which stand out, as
        text, empty where none do or the hyperparameter has a single value in the group;
        ``share_of_best`` and ``share_of_all``, in [0, 1], of the trials of the group. The attribute
        ``compared_with`` is ``"trials"`` or ``"space"``.
    """
    space = trials_data.space(trials)
    points = sample(space, _N_POINTS, settings.seed) if by_space else None
    groups, names = space.groups(), space.names
    shape = (len(groups), len(SUBSETS), len(names))
    texts = np.full(shape, "", dtype=object)
    shares = np.full((2, *shape), np.nan)
    errors = target_values(trials, "error")
    for g, group in enumerate(groups):
        inside = in_group(trials, group)
        if not inside.any():
            continue
        members = trials.isel(trial=inside)
        whole = _of_trials(members, group) if points is None else _of_space(space, group, points)
        for s, subset in enumerate(SUBSETS):
            reached = _reached(errors, inside, subset, settings)
            if not reached.any():
                continue
            for name in group.members:
                found = standout(
                    space[name],
                    hyperparameter_values(members.isel(trial=reached), name),
                    whole[name],
                )
                place = (g, s, names.index(name))
                texts[place] = found.text
                shares[(0, *place)], shares[(1, *place)] = found.of_best, found.of_all
    return _label(groups, names, texts, shares, "space" if by_space else "trials")


def _reached(
    errors: np.ndarray, inside: np.ndarray, subset: str, settings: AnalysisSettings
) -> np.ndarray:
    if settings.group_threshold == "group":
        return select_goal(errors[inside], settings.goal_fraction, subset).reached
    return select_goal(errors, settings.goal_fraction, subset).reached[inside]


def _of_trials(members: xr.Dataset, group: Group) -> dict[str, np.ndarray]:
    return {name: hyperparameter_values(members, name) for name in group.members}


def _of_space(space: Space, group: Group, u: np.ndarray) -> dict[str, np.ndarray]:
    """Return the values of a group's members at the points u, (n, d), that belong to the group."""
    inside = np.ones(len(u), dtype=bool)
    columns = dict(zip(space.names, u.T, strict=True))
    for condition in group.conditions:
        inside &= np.isfinite(columns[condition.parent])
        values = space[condition.parent].scalars(columns[condition.parent][inside])
        inside[inside] = [condition.holds(value) for value in values]
    return {name: space[name].values(columns[name][inside]) for name in group.members}


def standout(parameter: Hyperparameter, of_best: np.ndarray, of_all: np.ndarray) -> Standout:
    """Choose the values of one hyperparameter that stand out among the best.

    Parameters
    ----------
    parameter
        The hyperparameter.
    of_best, of_all
        Its stored values in the trials that reach the goal, and in all.
    """
    if parameter.type in ("categorical", "boolean"):
        return _levels(parameter, of_best, of_all)
    return _range(parameter, of_best, of_all)


def _levels(parameter: Hyperparameter, of_best: np.ndarray, of_all: np.ndarray) -> Standout:
    levels = list(parameter.levels)
    best, everything = (_shares(parameter, levels, values) for values in (of_best, of_all))
    excess = best - everything
    largest = excess.max()
    if largest <= 0:
        return Standout("", 1.0, 1.0)
    chosen = np.flatnonzero(excess >= _ENOUGH * largest)
    # Those that stand out most come first.
    chosen = chosen[np.argsort(-excess[chosen], kind="stable")]
    text = ", ".join(readable(levels[i]) for i in chosen)
    return Standout(text, float(best[chosen].sum()), float(everything[chosen].sum()))


def _shares(parameter: Hyperparameter, levels: list[Any], values: np.ndarray) -> np.ndarray:
    found, counts = np.unique(values, return_counts=True)
    shares = np.zeros(len(levels))
    for value, count in zip(found.tolist(), counts.tolist(), strict=True):
        shares[levels.index(parameter.from_stored(value))] = count / len(values)
    return shares


def _range(parameter: Hyperparameter, of_best: np.ndarray, of_all: np.ndarray) -> Standout:
    values, place = np.unique(np.concatenate([of_best, of_all]), return_inverse=True)
    best, everything = (
        np.concatenate([[0.0], np.bincount(part, minlength=len(values)).cumsum() / len(part)])
        for part in np.split(place, [len(of_best)])
    )
    excess = best - everything
    end = int(np.argmax(excess - np.minimum.accumulate(excess)))
    start = int(np.argmin(excess[: end + 1]))
    if end == start:
        return Standout("", 1.0, 1.0)
    low, high = (parameter.from_stored(values[i]) for i in (start, end - 1))
    return Standout(
        _between(low, high, start == 0, end == len(values)),
        float(best[end] - best[start]),
        float(everything[end] - everything[start]),
    )


def _between(low: Any, high: Any, is_lowest: bool, is_highest: bool) -> str:
    if low == high:
        return readable(low)
    if is_lowest:
        return f"up to {readable(high)}"
    if is_highest:
        return f"from {readable(low)} on"
    return f"{readable(low)} to {readable(high)}"


def _label(
    groups: Sequence[Group],
    names: Sequence[str],
    texts: np.ndarray,
    shares: np.ndarray,
    compared_with: str,
) -> xr.Dataset:
    dims = ("group", "subset", "hyperparameter")
    described = {
        "share_of_best": "share of those that reach the goal with one of these values",
        "share_of_all": "share of all with one of these values",
    }
    variables = {
        name: xr.Variable(dims, part, {"long_name": text, "units": "1"})
        for (name, text), part in zip(described.items(), shares, strict=True)
    }
    variables["values"] = xr.Variable(
        dims, texts, {"long_name": "values that stand out among those that reach the goal"}
    )
    coords = {
        "group": np.array([group.label for group in groups], dtype=object),
        "subset": np.array(SUBSETS, dtype=object),
        "hyperparameter": np.array(names, dtype=object),
    }
    return xr.Dataset(variables, coords, {"compared_with": compared_with})
