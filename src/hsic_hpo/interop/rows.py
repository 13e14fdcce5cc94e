"""Trials from the rows of a table: states, budgets, directions, and what does not fit."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import xarray as xr

from hsic_hpo.errors import InputError, did_you_mean
from hsic_hpo.interop.budgets import check_no_budget, configuration_keys, highest_budget
from hsic_hpo.interop.cells import amount, hyperparameter_value, is_missing, missing_level, number
from hsic_hpo.interop.conversion import to_dataset
from hsic_hpo.interop.costs import Costs, listed_costs
from hsic_hpo.interop.direction import maximised
from hsic_hpo.interop.imported import ImportedTrial, LeftOut, lacks_values
from hsic_hpo.interop.row_range import row_slice
from hsic_hpo.interop.states import COMPLETE, ENDED_EARLY, UNFINISHED, state, state_column
from hsic_hpo.spaces.space import Space

# What tools put in front of the names of hyperparameters.
PREFIXES = ("params_", "param_", "params.", "config/", "config.")


def trials_of_rows(
    table: pd.DataFrame,
    places: Sequence[str],
    space: Space | Mapping[str, Any],
    where: str,
    *,
    error: str,
    cost: Costs = None,
    maximise: bool | None = None,
    budget: str | None = None,
    rows: str | None = None,
    notes: Sequence[str] = (),
    attrs: Mapping[str, str] | None = None,
) -> xr.Dataset:
    """Take finished trials from the rows of a table, see :func:`trials_from_frame`.

    Parameters
    ----------
    table
        One row a trial, cells of any type.
    places
        What to call each row in messages: ``"line 7"``.
    space, error, cost, maximise, budget, rows
        As for :func:`trials_from_frame`.
    where
        Place named first in messages.
    notes
        Sentences that a reader must know of how the rows were read.
    attrs
        More attributes of the Dataset.
    """
    space = space if isinstance(space, Space) else Space(space)
    part = row_slice(rows)
    table, places = table.iloc[part].reset_index(drop=True), list(places)[part]
    table.columns = pd.Index([str(column) for column in table.columns])
    columns = {name: _column(name, table, where, PREFIXES) for name in space.names}
    costs = listed_costs(cost)
    others = [error, *costs, *([] if budget is None else [budget])]
    for name in others:
        _column(name, table, where)
    is_maximised = maximised(error, maximise, where)
    used = [*columns.values(), *others]
    ended = state_column(table, used)
    states = [COMPLETE] * len(table) if ended is None else list(map(state, table[ended]))
    cells = table[list(dict.fromkeys(used))].to_dict("records")
    _check_errors([row[error] for row in cells], places, error, where)
    taken = [
        _taken(row, place, one, space, columns, error, costs)
        for row, place, one in zip(cells, places, states, strict=True)
    ]
    left_out = [one for one in taken if isinstance(one, LeftOut)]
    kept = [i for i, one in enumerate(taken) if not isinstance(one, LeftOut)]
    finished = [one for one in taken if not isinstance(one, LeftOut)]
    keys = configuration_keys([trial.configuration for trial in finished])
    rest = table.iloc[kept].reset_index(drop=True)
    if budget is None:
        check_no_budget(
            rest, keys, [trial.error for trial in finished], [*used, ended or ""], where
        )
    else:
        spent = [
            amount(cell, f"{where}: {trial.place}, column {budget}")
            for cell, trial in zip(rest[budget], finished, strict=True)
        ]
        errors = [trial.error for trial in finished]
        top, said = highest_budget(rest, keys, spent, errors, used)
        finished, notes = [finished[i] for i in top], [*notes, *said]
    return to_dataset(
        finished,
        space,
        where,
        error_name=error,
        maximise=is_maximised,
        left_out=left_out,
        notes=notes,
        attrs={"space_origin": "given", **(attrs or {})},
    )


def _column(name: str, table: pd.DataFrame, where: str, prefixes: Sequence[str] = ()) -> str:
    """Return the column of a name, also where one of the two has a prefix."""
    known = list(table.columns)
    bare = [name.removeprefix(prefix) for prefix in prefixes if name.startswith(prefix)]
    candidates = [name, *(f"{prefix}{name}" for prefix in prefixes), *bare]
    found = next((column for column in candidates if column in known), None)
    if found is None:
        raise InputError(
            f"{where}: column {name!r} is missing; columns: {', '.join(known)}"
            f"{did_you_mean(name, known)}"
        )
    if known.count(found) > 1:
        raise InputError(f"{where}: column {found!r} stands twice")
    return found


def _check_errors(cells: Sequence[Any], places: Sequence[str], error: str, where: str) -> None:
    """Check that the errors are numbers; single texts, such as "diverged", are failures."""
    texts = [
        (cell, place)
        for cell, place in zip(cells, places, strict=True)
        if not is_missing(cell) and _measured(cell) is None
    ]
    if len(texts) > len(cells) / 2:
        cell, place = texts[0]
        number(cell, f"{where}: {place}, column {error}")


def _measured(cell: Any) -> float | None:
    try:
        return math.nan if is_missing(cell) else number(cell, "")
    except InputError:
        return None


def _taken(
    row: Mapping[Any, Any],
    place: str,
    ended: str,
    space: Space,
    columns: Mapping[str, str],
    error: str,
    costs: Sequence[str],
) -> ImportedTrial | LeftOut:
    if ended in UNFINISHED:
        return LeftOut(ended, is_expected=True)
    try:
        configuration = _configuration(row, place, space, columns)
        paid = {cost: amount(row[cost], f"{place}, column {cost}") for cost in costs}
    except InputError as fault:
        return LeftOut(str(fault))
    if ended in ENDED_EARLY and lacks_values(configuration, space):
        return LeftOut(f"{ended} before all hyperparameters had values", is_expected=True)
    if ended != COMPLETE:
        early = ended in ENDED_EARLY
        return ImportedTrial(place, configuration, None, ended, paid, ended_early=early)
    value = _measured(row[error])
    if value is not None and math.isfinite(value):
        return ImportedTrial(place, configuration, value, costs=paid)
    shown = "empty" if row[error] in ("", None) else row[error]
    return ImportedTrial(place, configuration, None, f"error is {shown}", paid)


def _configuration(
    row: Mapping[Any, Any], place: str, space: Space, columns: Mapping[str, str]
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for parameter in space.hyperparameters:
        column = columns[parameter.name]
        value = hyperparameter_value(row[column], parameter, f"{place}, column {column}")
        if value is None and parameter.is_active(found):
            value = missing_level(parameter)
        if value is not None:
            found[parameter.name] = value
    return found
