"""Columns of text as values: numbers with decimal commas or percent signs, truth values, None."""

import ast
import functools
import json
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from hsic_hpo.errors import InputError
from hsic_hpo.interop.cells import TIMES, is_missing

# What Optuna's samplers and MLflow note beside a trial.
_ASIDE = ("system_attrs_", "user_attrs_", "tags.")
_TRUTH = {"true": True, "false": False}
_KEPT = (str, int, float, np.number, np.bool, *TIMES)
_THOUSANDS = r"[-+]?[1-9]\d{0,2},\d{3}"
_DECIMAL_COMMA = r"[-+]?\d*,\d+(?:[eE][-+]?\d+)?"
# How NumPy 2 shows its numbers inside a dict.
_NUMPY = re.compile(r"\bnp\.(?:float|int|str|bool)\w*\(([^()]*)\)")


def typed(frame: pd.DataFrame, where: str, as_text: Sequence[str] = ()) -> pd.DataFrame:
    """Return a table whose texts are values where a whole column of them is.

    Parameters
    ----------
    frame
        Cells of any type; those that are no text stay as they are.
    where
        Place named first in messages.
    as_text
        Columns to leave as they are, as their texts are names.

    Returns
    -------
    pandas.DataFrame
        Numbers, truth values and texts, None where a cell holds nothing. A text such as "None"
        stays in a column of other texts, where it can be a category. Mappings, also as JSON or
        as Python writes them, become columns ``COLUMN/KEY``.

    Raises
    ------
    InputError
        When commas may be decimal commas or separate thousands.
    """
    columns: dict[Any, Any] = {}
    decimal_commas = functools.cache(lambda: _has_decimal_commas(frame))
    for position, name in enumerate(frame.columns):
        cells = frame.iloc[:, position]
        is_aside = str(name) in as_text or str(name).startswith(_ASIDE)
        if is_aside or pd.api.types.is_numeric_dtype(cells):
            columns[position] = cells.rename(name)
            continue
        values = cells.astype(object).to_list()
        mappings = _mappings(values)
        if mappings is None:
            found = _typed(values, f"{where}: column {name!r}", decimal_commas)
            columns[position] = pd.Series(found, frame.index, object, name)
        else:
            inner = list(dict.fromkeys(key for mapping in mappings for key in mapping))
            for key in inner:
                label, place = f"{name}/{key}", f"{where}: column {name!r}, {key}"
                found = _typed([one.get(key) for one in mappings], place, decimal_commas)
                columns[position, key] = pd.Series(found, frame.index, object, label)
    if not columns:
        return frame
    return pd.concat(columns.values(), axis="columns")


def _mappings(cells: Sequence[Any]) -> list[dict[str, Any]] | None:
    """Return cells as flat mappings, None unless all of them that hold something are mappings."""
    found, some = [], False
    for cell in cells:
        mapping = cell
        if isinstance(cell, str):
            if cell[:1] != "{" and not is_missing(cell):
                return None
            mapping = _mapping(cell)
        if isinstance(mapping, Mapping):
            some = True
            found.append(flat(mapping))
        elif mapping is None or is_missing(mapping):
            found.append({})
        else:
            return None
    return found if some else None


def _mapping(text: str) -> Any:
    for parse in (json.loads, lambda given: ast.literal_eval(_NUMPY.sub(r"\1", given))):
        try:
            return parse(text)
        except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
            continue
    return None if is_missing(text) else text


def flat(mapping: Mapping[Any, Any]) -> dict[str, Any]:
    """Return a mapping in which inner ones are written out: ``{"a": {"b": 1}}`` as ``a/b``."""
    found: dict[str, Any] = {}
    for key, value in mapping.items():
        if isinstance(value, Mapping) and value:
            found |= {f"{key}/{inner}": item for inner, item in flat(value).items()}
        else:
            found[str(key)] = value
    return found


def _typed(cells: Sequence[Any], where: str, decimal_commas: Callable[[], bool]) -> list[Any]:
    found = pd.Series([_plain(cell) for cell in cells], dtype=object)
    is_text = np.fromiter((isinstance(cell, str) for cell in found), bool, len(found))
    if is_text.all():
        numbers = _plain_numbers(found)
        if numbers is not None:
            return numbers
    found[is_text] = found[is_text].str.strip()
    missing = found.map(is_missing).to_numpy(dtype=bool)
    told = found[is_text & ~missing]
    if len(told):
        values = _values(told, where, decimal_commas)
        if values is None:
            # Among other texts "None" can be one of them; an empty cell cannot.
            may_be_level = found.astype(str).str.lower().isin(["none", "null"]).to_numpy()
            missing = missing & ~(is_text & may_be_level)
        else:
            found[told.index] = values
    found[missing] = None
    return found.to_list()


def _plain(cell: Any) -> Any:
    """Return a cell as a number, a truth value, a time, nothing, or else as a text."""
    if cell is None or cell is pd.NA or isinstance(cell, _KEPT):
        return cell
    if isinstance(cell, Decimal | Fraction):
        return float(cell)
    # Such as a class of an optimiser; what a function is shown as differs between processes.
    name = cell.tolist() if isinstance(cell, np.ndarray) else getattr(cell, "__name__", cell)
    return str(name)


def _plain_numbers(texts: pd.Series) -> list[Any] | None:
    """Return numbers, None for cells that hold nothing; None unless all cells are either."""
    is_number = pd.to_numeric(texts, errors="coerce").notna().to_numpy()
    if not is_number.any() or not texts[~is_number].map(is_missing).all():
        return None
    found = pd.Series([None] * len(texts), dtype=object)
    found[is_number] = pd.to_numeric(texts[is_number]).to_list()
    return found.to_list()


def _values(told: pd.Series, where: str, decimal_commas: Callable[[], bool]) -> Any:
    """Return what all texts say, None when some are names."""
    lower = told.str.lower()
    if lower.isin(list(_TRUTH)).all():
        return lower.map(_TRUTH).to_list()
    has_percent = told.str.endswith("%")
    bare = told.str.removesuffix("%").str.rstrip()
    has_comma = bare.str.contains(",", regex=False)
    commas = bare[has_comma]
    if len(commas) and commas.str.fullmatch(_DECIMAL_COMMA).all():
        bare = bare.str.replace(",", ".", regex=False)
    numbers = pd.to_numeric(bare, errors="coerce")
    if numbers.isna().any():
        return None
    if len(commas) and commas.str.fullmatch(_THOUSANDS).all() and not decimal_commas():
        text = commas.iloc[0]
        raise InputError(
            f"{where}: {text!r}: does the comma mark decimals or thousands? write "
            f"{text.replace(',', '.')} or {text.replace(',', '')}"
        )
    # A percentage is a part of one, also beside plain numbers.
    return numbers.where(~has_percent, numbers / 100).to_list()


def _has_decimal_commas(frame: pd.DataFrame) -> bool:
    return any(
        isinstance(cell, str)
        and re.fullmatch(_DECIMAL_COMMA, cell.strip())
        and not re.fullmatch(_THOUSANDS, cell.strip())
        for column in frame.to_numpy(dtype=object).T
        for cell in column
    )
