"""The search space that trials were drawn from, inferred from their values alone."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from hsic_hpo.errors import InputError
from hsic_hpo.interop.conditions import (
    Observed,
    condition,
    kind_of,
    presence,
    with_conditions,
)
from hsic_hpo.interop.scales import is_log, rounded_outwards

# Numbers that are repeated and leave gaps are levels, not a range.
_FEW_LEVELS, _MANY_LEVELS = 12, 50
_SHARED = 2
_ROWS_PER_LEVEL = 3
_EMPTY_SHARE = 1.5
# Steps: so few possible values, and so many different ones that equal distances are no chance.
_MOST_STEPS, _MANY_SLOTS = 1000, 100
_CLEAR_LEVELS = 8
_FEW_CATEGORIES = 20
_NONE = "None"
_NONES = ("none", "null")


@dataclass(frozen=True)
class InferredSpace:
    """What trials tell about their search space.

    Attributes
    ----------
    definitions
        As a study config writes them, parents first.
    values
        The values of each hyperparameter, one per row, None where it does not exist; those whose
        presence nothing explains have their booleans beside them.
    notes
        What a reader must know, a sentence each.
    """

    definitions: dict[str, Any]
    values: dict[str, list[Any]]
    notes: tuple[str, ...]


def infer_space(
    columns: Mapping[str, Sequence[Any]], has_error: Sequence[bool], where: str
) -> InferredSpace:
    """Infer types, ranges, scales, levels, steps and conditions of hyperparameters.

    Parameters
    ----------
    columns
        By name: a value per row, None where there is none; in the order in which the trials ran
        where that is known.
    has_error
        Whether each row has an error: conditions are taken from those rows.
    where
        Place named first in messages.

    Raises
    ------
    InputError
        When no hyperparameter varies, or a value is infinite.
    """
    told = np.asarray(has_error, dtype=bool)
    notes: list[str] = []
    taken: dict[str, list[Any]] = {}
    for name, values in columns.items():
        infinite = [v for v in values if isinstance(v, float) and not math.isfinite(v)]
        if infinite:
            raise InputError(f"{where}: column {name}: {infinite[0]} is not a finite number")
        reason = _left_out(values, told)
        if reason:
            notes.append(f"{name} {reason} and is left out.")
        else:
            taken[name] = _texts(values)
    if not taken:
        raise InputError(f"{where}: no hyperparameter varies in {len(told)} rows")
    distinct = _first_of_each_configuration(taken)
    definitions = {
        name: _definition(
            [values[i] for i in distinct if values[i] is not None],
            sum(value is not None for value in values),
        )
        for name, values in taken.items()
    }
    for name, definition in definitions.items():
        if definition["type"] == "integer":
            taken[name] = [None if value is None else int(value) for value in taken[name]]
    notes += _settle_none(taken, definitions, told)
    observed = {name: _observed(taken[name], definitions[name], told) for name in taken}
    spec, unexplained = with_conditions(definitions, observed)
    for name in unexplained:
        taken[presence(name)] = [value is not None for value in taken[name]]
        notes.append(f"No hyperparameter tells when {name} is there: its presence counts as one.")
    return InferredSpace(spec, taken, tuple(notes))


def _left_out(values: Sequence[Any], told: np.ndarray) -> str:
    """Say why a column cannot be a hyperparameter; empty when it can."""
    known = [value for value in values if value is not None]
    if not known:
        return "is empty"
    if all(value is None for value, one in zip(values, told, strict=True) if one):
        return "has no value in a trial with an error"
    n_different = len(set(map(str, known)))
    if n_different == 1:
        return "has a single value"
    if any(isinstance(value, str) for value in known) and n_different > max(
        _FEW_CATEGORIES, len(known) / 3
    ):
        return f"has {n_different} different texts in {len(known)} trials"
    return ""


def _first_of_each_configuration(columns: Mapping[str, Sequence[Any]]) -> list[int]:
    """Return the numbers of rows without later repeats of their configurations."""
    table = pd.DataFrame(columns, dtype=object).astype(str)
    return np.flatnonzero(~table.duplicated()).tolist()


def _texts(values: Sequence[Any]) -> list[Any]:
    """Return texts beside numbers or truth values as texts all of them."""
    known = [value for value in values if value is not None]
    is_name = [isinstance(value, str) for value in known]
    is_truth = [isinstance(value, bool) for value in known]
    if any(is_name) or (any(is_truth) and not all(is_truth)):
        return [None if value is None else str(value) for value in values]
    return list(values)


def _definition(values: Sequence[Any], n_rows: int) -> dict[str, Any]:
    """Define a hyperparameter by its values, one per configuration, and its number of rows."""
    if all(isinstance(value, bool) for value in values):
        return {"type": "boolean"}
    if any(isinstance(value, str) for value in values):
        return {"type": "categorical", "levels": sorted(set(values))}
    return _number(values, n_rows)


def _number(values: Sequence[float], n_rows: int) -> dict[str, Any]:
    is_whole = all(float(value).is_integer() for value in values)
    number = {"type": "integer" if is_whole else "float"}
    if len(set(values)) > _MOST_STEPS + 1:
        return {**number, **_range(values, is_whole=is_whole)}
    levels = sorted(set(map(_decimal, values)))
    plain = [int(level) if is_whole else float(level) for level in levels]
    step = _step(levels)
    slots = (levels[-1] - levels[0]) / step + 1
    # Repeats of one configuration repeat its numbers too; levels are shared by configurations.
    is_repeated = len(values) >= _SHARED * len(levels) or (
        len(levels) < min(len(values), _FEW_LEVELS + 1) and n_rows >= _ROWS_PER_LEVEL * len(levels)
    )
    has_gaps = slots > _EMPTY_SHARE * len(levels)
    if is_repeated and has_gaps and len(levels) <= (_FEW_LEVELS if is_whole else _MANY_LEVELS):
        return {**number, "levels": plain}
    has_steps = slots <= (_MOST_STEPS if is_whole else _MANY_SLOTS) and (
        is_repeated or len(levels) >= _CLEAR_LEVELS
    )
    if has_steps and not (is_whole and step == 1):
        width = int(step) if is_whole else float(step)
        return {**number, "range": [plain[0], plain[-1]], "step": width}
    return {**number, **_range(values, is_whole=is_whole)}


def _range(values: Sequence[float], *, is_whole: bool) -> dict[str, Any]:
    log = is_log(values, integer=is_whole)
    low, high = min(values), max(values)
    ends: tuple[float, float] = (int(low), int(high))
    if not is_whole:
        ends = rounded_outwards(low, high, len(values), log=log)
    return {"range": list(ends), **({"scale": "log"} if log else {})}


def _decimal(value: float) -> Decimal:
    # Sums such as 0.1 + 0.2 differ in the last digits.
    return Decimal(f"{value:.12g}")


def _step(levels: Sequence[Decimal]) -> Decimal:
    """Return the largest step that leads from the lowest level to all others."""
    distances = [level - levels[0] for level in levels[1:]]
    digits = max(0, *(-int(distance.as_tuple().exponent) for distance in distances))
    scale = Decimal(10) ** digits
    return Decimal(math.gcd(*(int(distance * scale) for distance in distances))) / scale


def _settle_none(
    columns: dict[str, list[Any]], definitions: dict[str, Any], told: np.ndarray
) -> list[str]:
    """Decide where "None" is a level, and where an empty cell is one.

    An empty cell that no other hyperparameter explains is a level of a categorical one; a level
    None is an empty cell where others explain it.
    """
    notes = []
    doubtful = [
        name
        for name, definition in definitions.items()
        if definition["type"] == "categorical" and not _has_names_alone(columns[name])
    ]
    if not doubtful:
        return []
    observed = {name: _observed(columns[name], definitions[name], told) for name in columns}
    for name in doubtful:
        definition = definitions[name]
        values, levels = columns[name], definition["levels"]
        spelled = next((level for level in levels if level.lower() in _NONES), _NONE)
        present = np.array([v not in (None, spelled) for v in values])
        parents = {
            other: one
            for other, one in observed.items()
            if other != name and len(one) > present[told].sum()
        }
        if present.all():
            continue
        is_explained = condition(present[told], parents) is not None
        if spelled in levels and is_explained and None not in values and len(levels) > 2:
            columns[name] = [None if value == spelled else value for value in values]
            definitions[name] = {**definition, "levels": [x for x in levels if x != spelled]}
            notes.append(f"{name} does not exist where it is {spelled}: others tell when.")
        elif None in values and not is_explained and spelled not in levels:
            columns[name] = [spelled if value is None else value for value in values]
            definitions[name] = {**definition, "levels": [*levels, spelled]}
            notes.append(f"Empty cells of {name} count as a level of their own, {spelled}.")
    return notes


def _has_names_alone(values: Sequence[Any]) -> bool:
    return all(value is not None and value.lower() not in _NONES for value in values)


def _observed(values: Sequence[Any], definition: Mapping[str, Any], told: np.ndarray) -> Observed:
    return Observed(kind_of(definition), [v for v, one in zip(values, told, strict=True) if one])
