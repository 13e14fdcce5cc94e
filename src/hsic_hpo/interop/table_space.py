"""The space of a table of trials, given or inferred, and its columns under the space's names."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from hsic_hpo.errors import InputError
from hsic_hpo.interop.column_roles import (
    bare_result,
    column_roles,
    error_column,
    result_column,
)
from hsic_hpo.interop.costs import Costs, listed_costs
from hsic_hpo.interop.inference import infer_space
from hsic_hpo.interop.raw_table import RawTable
from hsic_hpo.interop.states import COMPLETE, state, state_column
from hsic_hpo.interop.typed_columns import typed
from hsic_hpo.spaces.hyperparameter import Levels
from hsic_hpo.spaces.space import Space

_MOST_SHOWN = 8
_INFERRED = (
    "The search space was inferred from the values that the trials have: a search that crowds may "
    "not have reached the ends of its ranges. Give the space where it is known."
)


@dataclass(frozen=True)
class Results:
    """A table of which it is known which columns are results.

    Attributes
    ----------
    frame
        Typed cells.
    error, costs, budget
        Names of these columns; perhaps no costs, and None as the budget.
    notes
        What a reader must know, a sentence each.
    """

    frame: pd.DataFrame
    error: str
    costs: tuple[str, ...]
    budget: str | None
    notes: tuple[str, ...] = ()

    @property
    def used(self) -> list[str]:
        """Names of the columns of the results."""
        return [self.error, *self.costs, *([] if self.budget is None else [self.budget])]


def given_columns(
    table: RawTable, space: Space, error: str | None, cost: Costs, budget: str | None
) -> Results:
    """Take the columns of a space that is known.

    Parameters
    ----------
    table
        As it was read.
    space
        Its space: a column may have a prefix before the name, and a slash where the name has a
        dot.
    error, cost, budget
        Names of these columns; without an error the one that is called so.

    Raises
    ------
    InputError
        When there is no such column, or it is not clear which one is the error.
    """
    names = [str(name) for name in table.frame.columns]
    renamed = {}
    for name in space.names:
        alike = [column for column in names if _plain(column) == _plain(name)]
        if name not in names and len(alike) == 1:
            renamed[alike[0]] = name
    frame = table.frame.rename(columns=renamed)
    as_text = [
        parameter.name
        for parameter in space.hyperparameters
        if parameter.type == "categorical" and isinstance(parameter.law, Levels)
        if all(isinstance(level, str) for level in parameter.levels)
    ]
    frame = typed(frame, table.where, as_text)
    return _with_results(table, frame, space.names, error, cost, budget)


def _plain(name: str) -> str:
    return name.replace("/", ".")


def inferred_columns(
    table: RawTable, error: str | None, cost: Costs, budget: str | None
) -> tuple[Results, Space]:
    """Take the columns that look like hyperparameters, and infer their space.

    Parameters
    ----------
    table
        As it was read.
    error, cost, budget
        Names of these columns; without an error the one that is called so.

    Raises
    ------
    InputError
        When no column is a hyperparameter, none varies, or it is not clear which one is the error.
    """
    frame = typed(table.frame, table.where)
    results = _with_results(table, frame, [], error, cost, budget)
    frame, used = results.frame, results.used
    for name in frame.columns[frame.columns.duplicated()]:
        raise InputError(f"{table.where}: column {str(name)!r} stands twice")
    roles = column_roles(frame, used, table.where)
    names = {name: name.removeprefix(roles.prefix) for name in roles.hyperparameters}
    if len({*names.values(), *used}) < len(names) + len(used):
        names = {name: name for name in names}
    cells = {names[name]: _cells(frame[name]) for name in names}
    found = infer_space(cells, _have_errors(frame, results.error), table.where)
    others = [name for name in roles.others if name not in found.values]
    columns = pd.DataFrame(
        {name: pd.Series(values, frame.index, object) for name, values in found.values.items()}
    )
    notes = [*results.notes, _INFERRED]
    if roles.others:
        shown = ", ".join(roles.others[:_MOST_SHOWN])
        shown += ", ..." if len(roles.others) > _MOST_SHOWN else ""
        notes.append(f"Columns that were not taken as hyperparameters: {shown}.")
    taken = replace(
        results,
        frame=pd.concat([frame[[*used, *others]], columns], axis="columns"),
        notes=(*notes, *found.notes),
    )
    return taken, Space(found.definitions, f"{table.where}: inferred space")


def _with_results(
    table: RawTable,
    frame: pd.DataFrame,
    hyperparameters: Sequence[str],
    error: str | None,
    cost: Costs,
    budget: str | None,
) -> Results:
    """Find the columns of the results and take what tools put in front of their names off."""
    names = [str(name) for name in frame.columns]
    notes = []
    error = error or table.error
    if error is None:
        error = error_column([name for name in names if name not in hyperparameters], table.where)
        notes.append(f"Column {error} was taken as the error.")
    renamed = {}

    def column(name: str) -> str:
        found = result_column(names, name, table.where)
        if bare_result(found) not in names:
            renamed[found] = bare_result(found)
        return renamed.get(found, found)

    return Results(
        error=column(error),
        costs=tuple(map(column, listed_costs(cost))),
        budget=None if budget is None else column(budget),
        frame=frame.rename(columns=renamed),
        notes=tuple(notes),
    )


def _have_errors(frame: pd.DataFrame, error: str) -> list[bool]:
    """Tell which rows have an error and belong to trials that ended well."""
    errors = pd.to_numeric(frame[error], errors="coerce").astype(float)
    finite = np.isfinite(errors.to_numpy())
    column = state_column(frame, [error])
    if column is not None:
        finite = finite & np.array([state(cell) == COMPLETE for cell in frame[column]])
    return [bool(one) for one in finite]


def _cells(cells: pd.Series) -> list[Any]:
    """Return cells as plain values, None where there is none."""
    return [None if pd.isna(cell) else cell for cell in cells.astype(object).to_list()]
