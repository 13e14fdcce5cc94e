"""Trials from a CSV table: one row a trial, one column a hyperparameter."""

import math
from pathlib import Path
from typing import Any

import pandas as pd
import xarray as xr

from hsic_hpo.errors import InputError, did_you_mean
from hsic_hpo.interop.conversion import ImportedTrial, to_dataset
from hsic_hpo.spaces.hyperparameter import Hyperparameter
from hsic_hpo.spaces.space import Space, allowed

_TRUTH = {"true": True, "false": False, "1": True, "0": False, "yes": True, "no": False}


def read_table(
    path: Path | str, space: Space, *, error: str, cost: str | None = None
) -> xr.Dataset:
    """Read finished trials from a CSV file.

    Parameters
    ----------
    path
        UTF-8, comma-separated, with a header. An empty cell of a hyperparameter means that it is
        inactive; other columns are ignored.
    space
        The search space: each of its hyperparameters has a column of its name.
    error
        Column of the error, lower is better. Empty, NaN or infinite: the trial failed.
    cost
        Column of a cost, lower is better, if there is one.

    Returns
    -------
    xarray.Dataset
        Trials Dataset; the cost is a variable of its column's name.

    Raises
    ------
    InputError
        One line: file, line, column, value, what is allowed.
    """
    table = _read(path)
    for column in (*space.names, error, *([cost] if cost else [])):
        if column not in table:
            known = list(table.columns)
            raise InputError(
                f"{path}: column {column!r} is missing; columns: {', '.join(known)}"
                f"{did_you_mean(column, known)}"
            )
    finished = [
        _finished(row, f"line {number}", space, error, cost, str(path))
        for number, row in enumerate(table.to_dict("records"), start=2)
    ]
    return to_dataset(finished, space, str(path), error_name=error)


def _read(path: Path | str) -> pd.DataFrame:
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except pd.errors.EmptyDataError:
        raise InputError(f"{path}: empty; a header and one row per trial are needed") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 text (byte {error.start})") from None
    except (pd.errors.ParserError, OSError) as error:
        raise InputError(f"{path}: not a CSV table ({' '.join(str(error).split())})") from None
    table.columns = table.columns.str.strip()
    return table.apply(lambda column: column.str.strip())


def _finished(
    row: dict[Any, str], place: str, space: Space, error: str, cost: str | None, path: str
) -> ImportedTrial:
    def here(column: str) -> str:
        return f"{path}: {place}, column {column}"

    configuration = {
        parameter.name: _value(row[parameter.name], parameter, here(parameter.name))
        for parameter in space.hyperparameters
        if row[parameter.name] != ""
    }
    value = _number(row[error], here(error)) if row[error] else math.nan
    costs = {cost: _number(row[cost], here(cost)) if row[cost] else math.nan} if cost else {}
    if math.isfinite(value):
        return ImportedTrial(place, configuration, value, costs=costs)
    return ImportedTrial(place, configuration, None, f"error is {row[error] or 'empty'}", costs)


def _value(text: str, parameter: Hyperparameter, where: str) -> Any:
    if parameter.type == "categorical":
        by_text = {str(level): level for level in parameter.levels}
        if text not in by_text:
            raise InputError(
                f"{where}: {text!r} is not a level; allowed: {', '.join(by_text)}"
                f"{did_you_mean(text, by_text)}"
            )
        return by_text[text]
    if parameter.type == "boolean":
        if text.lower() not in _TRUTH:
            raise InputError(f"{where}: {text!r} is not a truth value; allowed: true, false")
        return _TRUTH[text.lower()]
    number = _number(text, where)
    if not parameter.contains(number):
        raise InputError(f"{where}: {text} is not allowed; allowed: {allowed(parameter)}")
    return int(number) if parameter.type == "integer" else number


def _number(text: str, where: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise InputError(f"{where}: {text!r} is not a number") from None
