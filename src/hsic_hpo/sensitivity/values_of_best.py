"""Which values the best have: the levels, or the range, that stand out among them.

An index says that a hyperparameter matters, not which way. What stands here says it in shares: of
the trials that reach the goal, this part has these values, of all trials that part, see
:mod:`hsic_hpo.trials.standout`. Not in the paper.
"""

from collections.abc import Sequence

import numpy as np
import xarray as xr

from hsic_hpo.sensitivity.settings import AnalysisSettings
from hsic_hpo.spaces.space import Group
from hsic_hpo.trials import dataset as trials_data
from hsic_hpo.trials.goals import SUBSETS, select_goal, target_values
from hsic_hpo.trials.groups import in_group
from hsic_hpo.trials.standout import standout
from hsic_hpo.trials.variables import hyperparameter_values


def values_of_trials(trials: xr.Dataset, settings: AnalysisSettings) -> xr.Dataset:
    """Describe which values the best, and the worst, of random trials have.

    Parameters
    ----------
    trials
        Trials Dataset.
    settings
        Of the analysis: what counts as best.

    Returns
    -------
    xarray.Dataset
        See :func:`values_of_best`.
    """
    groups = trials_data.space(trials).groups()
    errors = {subset: target_values(trials, "error", subset) for subset in SUBSETS}
    reached = np.zeros((len(groups), len(SUBSETS), trials.sizes["trial"]))
    for g, group in enumerate(groups):
        inside = np.ones(trials.sizes["trial"], dtype=bool)
        if settings.group_threshold == "group":
            inside = in_group(trials, group)
        for s, subset in enumerate(SUBSETS):
            if inside.any():
                goal = select_goal(errors[subset][inside], settings.goal_fraction, subset)
                reached[g, s, inside] = goal.reached
    return values_of_best(trials, reached)


def with_values(sensitivity: xr.Dataset, trials: xr.Dataset) -> xr.Dataset:
    """Return a sensitivity Dataset of ``trials`` with what stands out, where it lacks it."""
    if "values_at_goal" in sensitivity:
        return sensitivity
    settings = AnalysisSettings(
        goal_fraction=float(sensitivity.attrs["goal_fraction"]),
        group_threshold=sensitivity.attrs.get("group_threshold", "all"),
    )
    return sensitivity.merge(values_of_trials(trials, settings))


def values_of_best(points: xr.Dataset, reached: np.ndarray) -> xr.Dataset:
    """Describe which values reach a goal.

    Parameters
    ----------
    points
        Trials Dataset, or points of its space with their values, n in all; they stand for the
        space.
    reached
        ``(group, subset, n)``: how often each reaches the goal, in [0, 1].

    Returns
    -------
    xarray.Dataset
        Over ``(group, subset, hyperparameter)``, for the error: ``values_at_goal``, which stand
        out, as text, empty where none do or the hyperparameter has a single value in the group;
        ``share_at_goal`` and ``share_of_all``, in [0, 1], of those of the group.
    """
    space = trials_data.space(points)
    groups, names = space.groups(), space.names
    shape = (len(groups), len(SUBSETS), len(names))
    texts = np.full(shape, "", dtype=object)
    shares = np.full((2, *shape), np.nan)
    for g, group in enumerate(groups):
        inside = in_group(points, group)
        members = points.isel(trial=inside)
        for name in group.members:
            values = hyperparameter_values(members, name)
            for s in range(len(SUBSETS)):
                weights = reached[g, s, inside]
                if not weights.any():
                    continue
                found = standout(space[name], values, weights)
                place = (g, s, names.index(name))
                texts[place] = found.text
                shares[(0, *place)], shares[(1, *place)] = found.at_goal, found.of_all
    return _label(groups, names, texts, shares)


def _label(
    groups: Sequence[Group], names: Sequence[str], texts: np.ndarray, shares: np.ndarray
) -> xr.Dataset:
    dims = ("group", "subset", "hyperparameter")
    described = {
        "share_at_goal": "share of those that reach the goal with one of these values",
        "share_of_all": "share of all with one of these values",
    }
    variables = {
        name: xr.Variable(dims, part, {"long_name": text, "units": "1"})
        for (name, text), part in zip(described.items(), shares, strict=True)
    }
    variables["values_at_goal"] = xr.Variable(
        dims, texts, {"long_name": "values that stand out among those that reach the goal"}
    )
    coords = {
        "group": np.array([group.label for group in groups], dtype=object),
        "subset": np.array(SUBSETS, dtype=object),
        "hyperparameter": np.array(names, dtype=object),
    }
    return xr.Dataset(variables, coords)
