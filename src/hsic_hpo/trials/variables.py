"""Where a trials Dataset keeps the values of hyperparameters and the costs that it was given.

Both have names that a user chose. Their variables are called ``value:NAME`` and ``cost:NAME``, so
that no name collides with that of a result; only the accessors below know them.
"""

import numpy as np
import xarray as xr

from hsic_hpo.errors import InputError, did_you_mean
from hsic_hpo.trials.costs import MEASURED_COSTS

# The status where a trial has fewer repeats than another.
ABSENT = "absent"


def value_variable(name: str) -> str:
    """Return the variable that holds the values of the hyperparameter ``name``."""
    return f"value:{_quoted(name)}"


def cost_variable(name: str) -> str:
    """Return the variable that holds the cost ``name``."""
    return name if name in MEASURED_COSTS else f"cost:{_quoted(name)}"


def _quoted(name: str) -> str:
    # netCDF refuses a slash in a name.
    return name.replace("%", "%25").replace("/", "%2F")


def hyperparameter_values(trials: xr.Dataset, name: str) -> np.ndarray:
    """Return the values of a hyperparameter as they are stored.

    Parameters
    ----------
    trials
        Trials Dataset.
    name
        A hyperparameter of its space.

    Returns
    -------
    numpy.ndarray
        ``(n_trials,)``: numbers, NaN where it is inactive; or text, empty where it is inactive.
        :meth:`hsic_hpo.spaces.hyperparameter.Hyperparameter.from_stored` gives them their type.
    """
    return trials[value_variable(name)].values


def is_active(trials: xr.Dataset, name: str) -> np.ndarray:
    """Tell in which trials a hyperparameter exists, ``(n_trials,)`` of bool."""
    values = hyperparameter_values(trials, name)
    return values != "" if values.dtype.kind in "OUT" else ~np.isnan(values)


def cost_values(trials: xr.Dataset, name: str) -> np.ndarray:
    """Return a cost of each trial.

    Parameters
    ----------
    trials
        Trials Dataset.
    name
        ``"flops"`` (of one forward pass of one sample), ``"n_params"``, ``"train_seconds"`` or
        ``"epochs"`` (means over the repeats), or a cost that came with imported trials.

    Returns
    -------
    numpy.ndarray
        ``(n_trials,)``, NaN where it is unknown.

    Raises
    ------
    InputError
        When the trials have no such cost.
    """
    variable = cost_variable(name)
    if variable not in trials:
        given = [one for key, one in trials.items() if str(key).startswith("cost:")]
        known = [*MEASURED_COSTS, *(str(one.attrs["long_name"]) for one in given)]
        raise InputError(
            f"cost {name!r}: the trials have no such cost; known: {', '.join(known)}"
            f"{did_you_mean(name, known)}"
        )
    values = trials[variable]
    return (mean_over_repeats(trials, values) if "repeat" in values.dims else values).values


def mean_over_repeats(trials: xr.Dataset, values: xr.DataArray) -> xr.DataArray:
    """Return the mean over the repeats that each trial has, missing where one of them is.

    Parameters
    ----------
    trials
        Trials Dataset.
    values
        ``(trial, repeat)``.

    Returns
    -------
    xarray.DataArray
        ``(trial,)``.
    """
    present = trials["status"] != ABSENT
    if present.all():
        return values.mean("repeat", skipna=False)
    return values.where(present, 0.0).sum("repeat", skipna=False) / present.sum("repeat")


def with_cost(trials: xr.Dataset, name: str, values: np.ndarray) -> xr.Dataset:
    """Return trials with a cost, in place of what they had under its name.

    Parameters
    ----------
    trials
        Trials Dataset of one training each.
    name
        Of the cost.
    values
        ``(n_trials,)``, NaN where it is unknown.
    """
    variable = cost_variable(name)
    if variable in trials and "repeat" in trials[variable].dims:
        measured = trials[variable]
        return trials.assign({variable: (measured.dims, values[:, None], measured.attrs)})
    return trials.assign({variable: ("trial", values, {"long_name": name, "units": ""})})


def with_named_variables(trials: xr.Dataset) -> xr.Dataset:
    """Bring a Dataset of version 0.1, where variables had the bare names, to the names of today.

    Parameters
    ----------
    trials
        Any Dataset with the coordinate ``hyperparameter``; one of today is returned as it is.
    """
    names = trials["hyperparameter"].values.tolist()
    if any(value_variable(name) in trials for name in names):
        return trials
    renamed = {name: value_variable(name) for name in names if name in trials}
    return trials.rename_vars(renamed)
