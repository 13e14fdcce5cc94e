"""One cell of a table as a value: of a hyperparameter, an error or a cost."""

import math
from datetime import date, time, timedelta
from typing import Any

import numpy as np
import pandas as pd

from hsic_hpo.errors import InputError, did_you_mean
from hsic_hpo.spaces.hyperparameter import Hyperparameter
from hsic_hpo.spaces.space import allowed

TIMES = (date, time, timedelta, np.datetime64, np.timedelta64, pd.Period)
"""Types of cells that say when something was, or how long it took."""

_TRUTH = {"true": True, "false": False, "1": True, "0": False, "yes": True, "no": False}
_MISSING = ("", "-", "nan", "none", "null", "na", "n/a", "<na>", "nat")


def is_missing(cell: Any) -> bool:
    """Tell whether a cell holds nothing: None, NaN, or a text that stands for it."""
    if isinstance(cell, float):
        return cell != cell
    if isinstance(cell, str):
        return cell.strip().lower() in _MISSING
    return cell is None or (np.ndim(cell) == 0 and bool(pd.isna(cell)))


def hyperparameter_value(cell: Any, parameter: Hyperparameter, where: str) -> Any:
    """Return a cell as a value of a hyperparameter, None where it holds nothing.

    Raises
    ------
    InputError
        When it is no value of the hyperparameter.
    """
    if parameter.type == "categorical":
        return _level(cell, parameter, where)
    if parameter.type == "float" and isinstance(cell, float) and math.isfinite(cell):
        return float(cell)
    if is_missing(cell):
        return None
    if parameter.type == "boolean":
        # A column of truth values in which some are missing holds 1.0 and 0.0, or objects.
        text = str(cell).lower() if isinstance(cell, str | bool | np.bool) else f"{cell:g}"
        if text not in _TRUTH:
            raise InputError(f"{where}: {cell!r} is not a truth value; allowed: true, false")
        return _TRUTH[text]
    found = number(cell, where)
    if parameter.type == "float" and math.isfinite(found):
        return found
    if parameter.type == "integer" and found.is_integer():
        return int(found)
    raise InputError(f"{where}: {cell} is not allowed; allowed: {allowed(parameter)}")


def missing_level(parameter: Hyperparameter) -> Any:
    """Return the level that an empty cell may stand for, such as ``"None"``; None without one."""
    if parameter.type != "categorical":
        return None
    return next((level for level in parameter.levels if is_missing(level)), None)


def _level(cell: Any, parameter: Hyperparameter, where: str) -> Any:
    if isinstance(cell, str) and cell in parameter.levels:
        # NumPy's texts equal levels, but are of another type.
        return parameter.levels[parameter.levels.index(cell)]
    by_text = {str(level): level for level in parameter.levels}
    if not isinstance(cell, str) and parameter.contains(cell):
        return next(level for level in parameter.levels if level == cell)
    if str(cell) in by_text:
        return by_text[str(cell)]
    if is_missing(cell):
        return None
    try:
        by_number = {float(level): level for level in parameter.levels}
        return by_number[float(cell)]
    except (KeyError, TypeError, ValueError):
        raise InputError(
            f"{where}: {str(cell)!r} is not a level; allowed: {', '.join(by_text)}"
            f"{did_you_mean(cell, by_text)}"
        ) from None


def number(cell: Any, where: str) -> float:
    """Return a cell as a number.

    Raises
    ------
    InputError
        When it is none.
    """
    try:
        if isinstance(cell, bool | np.bool):
            raise TypeError
        return float(cell)
    except (TypeError, ValueError):
        raise InputError(f"{where}: {cell!r} is not a number") from None


def amount(cell: Any, where: str) -> float:
    """Return a cell as a number, a duration in seconds, NaN where it holds nothing.

    Raises
    ------
    InputError
        When it is neither.
    """
    if is_missing(cell):
        return math.nan
    try:
        return number(cell, where)
    except InputError:
        try:
            return pd.Timedelta(cell).total_seconds()
        except (TypeError, ValueError):
            raise InputError(f"{where}: {cell!r} is neither a number nor a duration") from None
