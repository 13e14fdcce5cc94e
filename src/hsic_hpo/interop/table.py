"""Trials from a table: one row a trial, one column a hyperparameter."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from hsic_hpo.errors import InputError, did_you_mean
from hsic_hpo.interop.conversion import ImportedTrial, to_dataset
from hsic_hpo.spaces.hyperparameter import Hyperparameter
from hsic_hpo.spaces.space import Space, allowed

_TRUTH = {"true": True, "false": False, "1": True, "0": False, "yes": True, "no": False}


def trials_from_table(
    path: Path | str,
    space: Space | Mapping[str, Any],
    *,
    error: str,
    cost: str | None = None,
) -> xr.Dataset:
    """Read finished trials from a CSV file.

    Parameters
    ----------
    path
        UTF-8, comma-separated, with a header. An empty cell of a hyperparameter means that it is
        inactive; other columns are ignored.
    space
        The search space, or its definitions: each of its hyperparameters has a column of its
        name.
    error
        Column of the error, lower is better. Empty, NaN or infinite: the trial failed.
    cost
        Column of a cost, lower is better, if there is one.

    Returns
    -------
    xarray.Dataset
        Trials Dataset; the cost is the variable ``cost:NAME`` of its column's name.

    Raises
    ------
    InputError
        One line: file, line, column, value, what is allowed.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> import pandas as pd
    >>> import hsic_hpo as hh
    >>> x = np.linspace(0, 1, 40)
    >>> table = pd.DataFrame({"x": x, "loss": (x - 0.3) ** 2})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     table.to_csv(f"{folder}/trials.csv", index=False)
    ...     space = {"x": hh.Float(0, 1)}
    ...     trials = hh.trials_from_table(f"{folder}/trials.csv", space, error="loss")
    >>> trials.sizes["trial"]
    40
    """
    table = _read(path)
    places = [f"line {number}" for number in range(2, 2 + len(table))]
    return _trials(table, places, space, error, cost, str(path))


def trials_from_frame(
    frame: pd.DataFrame,
    space: Space | Mapping[str, Any],
    *,
    error: str,
    cost: str | None = None,
    name: str = "trials",
) -> xr.Dataset:
    """Take finished trials from a DataFrame.

    Parameters
    ----------
    frame
        One row a trial. None, NaN or an empty text of a hyperparameter means that it is inactive;
        other columns are ignored.
    space
        The search space, or its definitions: each of its hyperparameters has a column of its
        name.
    error
        Column of the error, lower is better. Missing or infinite: the trial failed.
    cost
        Column of a cost, lower is better, if there is one.
    name
        What to call the trials, in messages and in a report.

    Returns
    -------
    xarray.Dataset
        Trials Dataset; the cost is the variable ``cost:NAME`` of its column's name.

    Raises
    ------
    InputError
        One line: row, column, value, what is allowed.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> import hsic_hpo as hh
    >>> frame = pd.DataFrame(np.random.default_rng(0).random((50, 2)), columns=["x", "y"])
    >>> frame["loss"] = (frame["x"] - 0.3) ** 2
    >>> space = {"x": hh.Float(0, 1), "y": hh.Float(0, 1)}
    >>> hh.trials_from_frame(frame, space, error="loss").sizes["trial"]
    50
    """
    if not isinstance(frame, pd.DataFrame):
        raise InputError(f"{name}: {type(frame).__name__}; a pandas DataFrame is needed")
    places = [f"row {label}" for label in frame.index]
    return _trials(frame, places, space, error, cost, name)


def _trials(
    table: pd.DataFrame,
    places: list[str],
    space: Space | Mapping[str, Any],
    error: str,
    cost: str | None,
    where: str,
) -> xr.Dataset:
    space = space if isinstance(space, Space) else Space(space)
    needed = list(dict.fromkeys([*space.names, error, *([cost] if cost else [])]))
    known = [str(column) for column in table.columns]
    for column in needed:
        if column not in known:
            raise InputError(
                f"{where}: column {column!r} is missing; columns: {', '.join(known)}"
                f"{did_you_mean(column, known)}"
            )
        if known.count(column) > 1:
            raise InputError(f"{where}: column {column!r} stands twice")
    rows = table.set_axis(known, axis="columns")[needed].to_dict("records")
    finished = [
        _finished(row, place, space, error, cost, where)
        for place, row in zip(places, rows, strict=True)
    ]
    return to_dataset(finished, space, where, error_name=error)


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
    row: Mapping[Any, Any],
    place: str,
    space: Space,
    error: str,
    cost: str | None,
    where: str,
) -> ImportedTrial:
    def here(column: str) -> str:
        return f"{where}: {place}, column {column}"

    def number(column: str) -> float:
        return math.nan if _is_missing(row[column]) else _number(row[column], here(column))

    configuration = {
        parameter.name: _value(row[parameter.name], parameter, here(parameter.name))
        for parameter in space.hyperparameters
        if not _is_missing(row[parameter.name])
    }
    value = number(error)
    costs = {cost: number(cost)} if cost else {}
    if math.isfinite(value):
        return ImportedTrial(place, configuration, value, costs=costs)
    shown = "empty" if row[error] in ("", None) else row[error]
    return ImportedTrial(place, configuration, None, f"error is {shown}", costs)


def _is_missing(cell: Any) -> bool:
    return cell == "" if isinstance(cell, str) else bool(pd.isna(cell))


def _value(cell: Any, parameter: Hyperparameter, where: str) -> Any:
    if parameter.type == "categorical":
        return _level(cell, parameter, where)
    if parameter.type == "boolean":
        # A column of truth values in which some are missing holds 1.0 and 0.0, or objects.
        text = str(cell).lower() if isinstance(cell, str | bool | np.bool) else f"{cell:g}"
        if text not in _TRUTH:
            raise InputError(f"{where}: {cell!r} is not a truth value; allowed: true, false")
        return _TRUTH[text]
    number = _number(cell, where)
    if not parameter.contains(number):
        raise InputError(f"{where}: {cell} is not allowed; allowed: {allowed(parameter)}")
    return int(number) if parameter.type == "integer" else number


def _level(cell: Any, parameter: Hyperparameter, where: str) -> Any:
    by_text = {str(level): level for level in parameter.levels}
    if not isinstance(cell, str) and parameter.contains(cell):
        return next(level for level in parameter.levels if level == cell)
    if str(cell) not in by_text:
        raise InputError(
            f"{where}: {str(cell)!r} is not a level; allowed: {', '.join(by_text)}"
            f"{did_you_mean(cell, by_text)}"
        )
    return by_text[str(cell)]


def _number(cell: Any, where: str) -> float:
    try:
        if isinstance(cell, bool | np.bool):
            raise TypeError
        return float(cell)
    except (TypeError, ValueError):
        raise InputError(f"{where}: {cell!r} is not a number") from None
