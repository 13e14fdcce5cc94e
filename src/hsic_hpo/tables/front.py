"""The table of the front: for every cost the best network that was found."""

import json

import numpy as np
import pandas as pd
import xarray as xr

from hsic_hpo.digits import value_in_words
from hsic_hpo.trials.costs import MEASURED_COSTS
from hsic_hpo.wording import costing, counted, number, percent

ALL = "all"
_NUMBERS = {
    "flops": "flops_per_sample",
    "n_params": "params",
    "train_seconds": "training_seconds",
    "error": "validation_error",
    "error_std": "validation_error_std",
    "test_error": "test_error",
}
_NEAR = 0.1
_RATIOS = {
    "dearer_cost": ("cost_ratio", "dearer"),
    "dearer_error": ("error_ratio", "dearer"),
    "cheaper_cost": ("cost_ratio", "cheaper"),
    "cheaper_error": ("error_ratio", "cheaper"),
}
_WORDS = ("search", "found_by", "chosen_by", "configuration")


def front_table(front: xr.Dataset, search: str = ALL) -> pd.DataFrame:
    """Tabulate the networks of a front, the cheapest first.

    Parameters
    ----------
    front
        Front Dataset.
    search
        Whose front: ``"all"`` or a method.

    Returns
    -------
    pandas.DataFrame
        One row per network: costs (one of the user's that is called as another column
        ``cost_<name>``), errors, ``dearer_cost`` and ``dearer_error`` (what the next
        dearer network costs and errs, over what this one does), ``cheaper_cost`` and
        ``cheaper_error`` likewise, ``found_by``, ``chosen_by`` and the ``configuration``. Columns
        of which nothing is known are left out.
    """
    found = front.sel(search=search)
    found = found.isel(place=np.flatnonzero(np.isfinite(found["error"].values)))
    columns: dict[str, object] = {}
    if (cost := cost_column(front)) is not None:
        columns[cost] = found["cost"].values
    columns |= {column: found[name].values for name, column in _NUMBERS.items()}
    columns |= {
        column: found[name].sel(neighbour=neighbour).values
        for column, (name, neighbour) in _RATIOS.items()
    }
    table = pd.DataFrame(columns).dropna(axis="columns", how="all")
    return table.assign(
        found_by=[_found_by(found.isel(place=i)) for i in range(found.sizes["place"])],
        chosen_by=found["chosen_by"].values.astype(str),
        configuration=[_in_words(text) for text in found["configuration"].values],
    )


def cost_column(front: xr.Dataset) -> str | None:
    """Return the column of a cost that came with the trials; None for a measured one."""
    if str(front.attrs["cost"]) in MEASURED_COSTS.keys() & _NUMBERS:
        return None
    name = str(front.attrs["cost_name"])
    return f"cost_{name}" if name in {*_NUMBERS.values(), *_RATIOS, *_WORDS} else name


def all_fronts_table(front: xr.Dataset) -> pd.DataFrame:
    """Put the fronts of all trials and of each method into one table, by ``search``."""
    tables = []
    for search in front["search"].values:
        table = front_table(front, str(search))
        table.insert(0, "search", str(search))
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def _found_by(network: xr.Dataset) -> str:
    method, repeat = str(network["method"].item()), int(network["search_repeat"])
    place = f", repeat {repeat}, round {int(network['search_round'])}"
    return method if repeat < 0 else f"{method}{place}"


def _in_words(configuration: str) -> str:
    values = json.loads(configuration)
    return ", ".join(f"{name} {value_in_words(value)}" for name, value in values.items())


def front_sentence(front: xr.Dataset) -> str:
    """Say in one sentence what the front offers, from its cheapest network to its best."""
    found = front.sel(search=ALL)
    errors = found["error"].values[np.isfinite(found["error"].values)]
    n, ended = len(errors), int(found["n_ended_well"])
    name, units = str(front.attrs["error_name"]), str(front.attrs["error_units"])
    cost = str(front.attrs["cost"])
    if n == 0:
        return "No trial has both an error and a cost."
    costs = found["cost"].values[:n]
    ends = [
        f"{name} {number(errors[i])}{'' if units == '1' else f' {units}'} with "
        f"{costing(costs[i], cost)}"
        for i in (0, n - 1)
    ]
    if n == 1:
        return f"One of {counted(ended, 'trials')} is best in error and cost: {ends[0]}."
    near = int(np.argmax(errors <= errors[-1] + _NEAR * abs(errors[-1])))
    within = ""
    if 0 < near < n - 1:
        within = f"; within {percent(_NEAR)} of the lowest from {costing(costs[near], cost)} on"
    return (
        f"Of {counted(ended, 'trials')} that ended well, {n} are the best for what they cost: from "
        f"{ends[0]} to {ends[1]}{within}."
    )


def front_remark(front: xr.Dataset) -> str:
    """State what the columns are."""
    return (
        f"To each of these networks no other of the study is preferable in both validation error "
        f"and {front.attrs['cost_name']}. dearer and cheaper: cost and error of the next dearer or "
        f"cheaper network over those of this one. The lowest of many validation errors is also the "
        f"luckiest: the comparison shows networks that were trained again with new seeds."
    )
