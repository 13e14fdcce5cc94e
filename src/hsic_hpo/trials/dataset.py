"""The trials Dataset, the currency between stages: its contract, gathering, reading, writing."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from hsic_hpo.errors import InputError
from hsic_hpo.files import read_netcdf, write_netcdf
from hsic_hpo.spaces.space import Hyperparameter, Space
from hsic_hpo.trials.costs import MEASURED_COSTS, NETWORK_COSTS
from hsic_hpo.trials.drawn import carried_drawn
from hsic_hpo.trials.kinds import TRIALS, check_no_other_kind
from hsic_hpo.trials.variables import (
    ABSENT,
    hyperparameter_values,
    is_active,
    mean_over_repeats,
    value_variable,
    with_named_variables,
)

# By a halving: not trained to its end, and no failure.
STOPPED = "stopped"
STATUSES = ("ok", "diverged", "failed", STOPPED, ABSENT)

ERRORS = {"validation_error": "validation error", "test_error": "test error"}


def gather_records(
    design: xr.Dataset,
    records: Iterable[Mapping[str, Any]],
    attrs: Mapping[str, Any],
    *,
    n_repeats: int,
    error_name: str,
    error_units: str,
) -> xr.Dataset:
    """Join the records of finished trainings to the design that they were trained from.

    Parameters
    ----------
    design
        Proposed configurations, as :func:`hsic_hpo.trials.design.make_design` labels them; how
        they were drawn is carried over, see :mod:`hsic_hpo.trials.drawn`.
    records
        One mapping per training with the keys ``trial``, ``repeat``, ``status``, ``reason``,
        ``validation_error``, ``test_error``, ``train_seconds``, ``epochs``, ``n_params``,
        ``flops`` and ``learning_curve``; None stands for a missing number. Any order.
    attrs
        Attributes of the study: its name, problem, seed, versions, fingerprints.
    n_repeats
        Trainings per trial.
    error_name, error_units
        What the errors measure.

    Returns
    -------
    xarray.Dataset
        Dimensions ``trial``, ``repeat``, ``epoch``, ``hyperparameter``: see the section
        on the trials Dataset in ``docs/datasets.md``.

    Raises
    ------
    InputError
        When a training of the design has no record.
    """
    by_key = {(record["trial"], record["repeat"]): record for record in records}
    identifiers = [str(name) for name in design["trial"].values]
    try:
        table = [[by_key[name, repeat] for repeat in range(n_repeats)] for name in identifiers]
    except KeyError as missing:
        trial, repeat = missing.args[0]
        raise InputError(f"trial {trial}, repeat {repeat}: no record of a training") from None
    space = Space.from_json(design.attrs["space"])
    configurations = [json.loads(text) for text in design["configuration"].values]
    variables = {"u": design["u"].variable, **value_variables(space, configurations)}
    for name, long_name in ERRORS.items():
        described = {"long_name": f"{long_name} ({error_name})", "units": error_units}
        variables[name] = xr.Variable(
            ("trial", "repeat"), _numbers(table, name, n_repeats), described
        )
    for name, cost in MEASURED_COSTS.items():
        described = {"long_name": cost.long_name, "units": cost.units}
        numbers = _numbers(table, name, n_repeats)
        if cost.of_network:
            variables[name] = xr.Variable("trial", numbers[:, 0], described)
        else:
            variables[name] = xr.Variable(("trial", "repeat"), numbers, described)
    for name, long_name in (
        ("status", "outcome: ok, diverged or failed"),
        ("reason", "why the training did not end well, empty when it did"),
    ):
        texts = [[record[name] for record in row] for row in table]
        values = np.array(texts, dtype=object).reshape(-1, n_repeats)
        variables[name] = xr.Variable(("trial", "repeat"), values, {"long_name": long_name})
    variables["learning_curve"] = xr.Variable(
        ("trial", "repeat", "epoch"),
        _curves(table, n_repeats),
        {"long_name": f"validation error after each epoch ({error_name})", "units": error_units},
    )
    dataset = xr.Dataset(
        variables,
        coords={
            "trial": design["trial"],
            "hyperparameter": design["hyperparameter"],
            "repeat": ("repeat", np.arange(n_repeats), {"long_name": "repeat"}),
            "epoch": (
                "epoch",
                1 + np.arange(variables["learning_curve"].shape[2]),
                {"long_name": "epoch"},
            ),
        },
        attrs={
            **attrs,
            **carried_drawn(design),
            "space": design.attrs["space"],
            "budget": design.attrs["budget"],
            "error_name": error_name,
            "error_units": error_units,
        },
    )
    check_trials(dataset, "gathered trials")
    return dataset


def value_variables(
    space: Space, configurations: Sequence[Mapping[str, Any]]
) -> dict[str, xr.Variable]:
    """Return the variables, over ``trial``, that hold the values of n configurations."""
    return {
        value_variable(hyperparameter.name): _value_variable(hyperparameter, configurations)
        for hyperparameter in space.hyperparameters
    }


def _value_variable(
    hyperparameter: Hyperparameter, configurations: Sequence[Mapping[str, Any]]
) -> xr.Variable:
    values = [configuration.get(hyperparameter.name) for configuration in configurations]
    described = {"long_name": hyperparameter.name, "type": hyperparameter.type}
    if _is_text(hyperparameter):
        texts = np.array(["" if value is None else str(value) for value in values], dtype=object)
        return xr.Variable("trial", texts, {**described, "inactive": "empty"})
    numbers = np.array([np.nan if value is None else float(value) for value in values])
    return xr.Variable("trial", numbers, {**described, "inactive": "missing"})


def _is_text(hyperparameter: Hyperparameter) -> bool:
    # As a number in double precision a larger whole number may be another one.
    return hyperparameter.type == "categorical" and not all(
        isinstance(level, float) or (isinstance(level, int) and abs(level) <= 2**53)
        for level in hyperparameter.levels
    )


def _numbers(table: Sequence[Sequence[Mapping[str, Any]]], name: str, n_repeats: int) -> np.ndarray:
    # A round without a new configuration to propose has no rows.
    return np.array(
        [[np.nan if record[name] is None else record[name] for record in row] for row in table],
        dtype=float,
    ).reshape(-1, n_repeats)


def _curves(table: Sequence[Sequence[Mapping[str, Any]]], n_repeats: int) -> np.ndarray:
    longest = max((len(record["learning_curve"]) for row in table for record in row), default=0)
    curves = np.full((len(table), n_repeats, longest), np.nan)
    for i, row in enumerate(table):
        for j, record in enumerate(row):
            curve = [np.nan if error is None else error for error in record["learning_curve"]]
            curves[i, j, : len(curve)] = curve
    return curves


def check_trials(dataset: Any, where: str) -> None:
    """Check that a Dataset has what a trials Dataset must have.

    Raises
    ------
    InputError
        One line: ``where``, what was given in place of a trials Dataset, or the variable or
        attribute, what is wrong, what is needed.
    """
    check_no_other_kind(where, dataset, TRIALS)
    for attribute in ("space", "error_name", "error_units"):
        if attribute not in dataset.attrs:
            raise InputError(f"{where}: attribute {attribute!r} is missing")
    space = Space.from_json(dataset.attrs["space"])
    needed = {
        "u": ("trial", "hyperparameter"),
        **dict.fromkeys([*ERRORS, *MEASURED_COSTS, "status", "reason"], ("trial", "repeat")),
        **dict.fromkeys([*NETWORK_COSTS, *map(value_variable, space.names)], ("trial",)),
        "learning_curve": ("trial", "repeat", "epoch"),
    }
    for name, dims in needed.items():
        if name not in dataset:
            raise InputError(f"{where}: variable {name!r} is missing")
        if dataset[name].dims != dims:
            raise InputError(f"{where}: {name} has dimensions {dataset[name].dims}, not {dims}")
    if tuple(dataset["hyperparameter"].values) != tuple(space.names):
        raise InputError(f"{where}: hyperparameter does not list the names of the space")
    u = dataset["u"].values
    if not np.all(np.isnan(u) | ((u >= 0) & (u <= 1))):
        raise InputError(f"{where}: u lies outside [0, 1]")
    unknown = set(dataset["status"].values.ravel()) - set(STATUSES)
    if unknown:
        raise InputError(
            f"{where}: status {sorted(unknown)[0]!r} is not one of {', '.join(STATUSES)}"
        )
    for status in ("ok", STOPPED):
        there = dataset["status"].values == status
        if not np.isfinite(dataset["validation_error"].values[there]).all():
            raise InputError(
                f"{where}: validation_error is not finite in a trial whose status is {status}"
            )


def read_trials(path: Path | str) -> xr.Dataset:
    """Read and check a trials Dataset, one of an earlier version too.

    Parameters
    ----------
    path
        netCDF4 file.

    Raises
    ------
    InputError
        When the file is missing, unreadable or breaks the contract.

    Examples
    --------
    >>> import tempfile
    >>> import hsic_hpo as hh
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     hh.write_trials(hh.example_trials(), f"{folder}/trials.nc")
    ...     hh.read_trials(f"{folder}/trials.nc").sizes["trial"]
    300
    """
    dataset = read_netcdf(path)
    if "hyperparameter" in dataset.coords:
        dataset = with_named_variables(dataset)
    check_trials(dataset, str(path))
    return dataset


def write_trials(dataset: xr.Dataset, path: Path | str) -> None:
    """Check a trials Dataset and write it as netCDF4, atomically.

    Parameters
    ----------
    dataset
        Trials Dataset.
    path
        File to write.

    Raises
    ------
    InputError
        When the Dataset breaks the contract.

    Examples
    --------
    >>> import tempfile
    >>> import hsic_hpo as hh
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     hh.write_trials(hh.example_trials(50), f"{folder}/trials.nc")
    """
    check_trials(dataset, str(path))
    write_netcdf(dataset, path)


def space(dataset: xr.Dataset) -> Space:
    """Return the search space that the trials were drawn from."""
    return Space.from_json(dataset.attrs["space"])


def configurations(dataset: xr.Dataset) -> list[dict[str, Any]]:
    """Return the values of the active hyperparameters of each trial, as plain Python scalars."""
    found: list[dict[str, Any]] = [{} for _ in range(dataset.sizes["trial"])]
    for hyperparameter in space(dataset).hyperparameters:
        values = hyperparameter_values(dataset, hyperparameter.name).tolist()
        for i in np.flatnonzero(is_active(dataset, hyperparameter.name)):
            found[i][hyperparameter.name] = hyperparameter.from_stored(values[i])
    return found


def error(dataset: xr.Dataset) -> np.ndarray:
    """Return one validation error per trial.

    Returns
    -------
    numpy.ndarray
        ``(n_trials,)``: the mean over the repeats that a trial has, infinite where any of them
        diverged, failed or was stopped. By which error a stopped trial ranks tells
        :func:`hsic_hpo.trials.stopped.ranked_errors`.
    """
    ok = dataset["status"] == "ok"
    errors = dataset["validation_error"].where(ok, np.inf)
    return mean_over_repeats(dataset, errors).values
