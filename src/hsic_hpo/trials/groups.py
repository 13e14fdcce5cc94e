"""Which trials belong to a conditional group, and where u lies in them."""

import numpy as np
import xarray as xr

from hsic_hpo.spaces.hyperparameter import Hyperparameter
from hsic_hpo.spaces.space import Group, Space
from hsic_hpo.trials.variables import hyperparameter_values, is_active


def in_group(trials: xr.Dataset, group: Group) -> np.ndarray:
    """Tell which trials belong to a conditional group.

    Returns
    -------
    numpy.ndarray
        ``(n_trials,)`` of bool.
    """
    inside = np.ones(trials.sizes["trial"], dtype=bool)
    if not group.conditions:
        return inside
    space = Space.from_json(trials.attrs["space"])
    for condition in group.conditions:
        values = hyperparameter_values(trials, condition.parent)
        present = is_active(trials, condition.parent)
        inside &= present
        # Levels of which some are texts are stored as texts.
        parent = space[condition.parent]
        here = values[present].tolist()
        holds = {value: condition.holds(parent.from_stored(value)) for value in set(here)}
        inside[present] &= np.array([holds[value] for value in here], dtype=bool)
    return inside


def bounds(
    trials: xr.Dataset, hyperparameter: Hyperparameter, *, recorded: bool = True
) -> tuple[np.ndarray, np.ndarray]:
    """Return the lower and the upper bound of u in each trial, (n,) each.

    They are equal where u was recorded, unless ``recorded`` is false: then they are those of the
    value's bin. The hyperparameter must be active in all trials.
    """
    u = trials["u"].sel(hyperparameter=hyperparameter.name).values
    low, high = u.copy(), u.copy()
    values = hyperparameter_values(trials, hyperparameter.name)
    unknown = np.isnan(u) if recorded else np.ones(len(u), dtype=bool)
    if unknown.any():
        # A table of many trials has few different values.
        kinds, place = np.unique(values[unknown], return_inverse=True)
        ends = [hyperparameter.interval(hyperparameter.from_stored(kind)) for kind in kinds]
        low[unknown], high[unknown] = np.array(ends)[place].T
    return low, high
