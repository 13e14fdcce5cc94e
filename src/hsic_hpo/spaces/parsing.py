"""Read the definition of one hyperparameter, as a study config or a space file writes it."""

import sys
import unicodedata
from collections.abc import Callable, Mapping
from copy import deepcopy
from decimal import Decimal
from itertools import pairwise
from typing import Any

import numpy as np
import scipy

from hsic_hpo.errors import InputError, did_you_mean
from hsic_hpo.spaces.conditions import Condition, check_order, parse_conditions
from hsic_hpo.spaces.hyperparameter import Continuous, Hyperparameter, Law, Levels, Range

KEYS = {
    "float": ("range", "scale", "step", "distribution", "levels", "weights"),
    "integer": ("range", "scale", "step", "levels", "weights"),
    "categorical": ("levels", "weights"),
    "boolean": ("probability",),
}
SCALES = ("linear", "log")
# With what names get in front of them, as many bytes as a netCDF file admits.
_LONGEST_NAME = 240
# Up to this number the bin of an integer, on either scale, is wider than the spacing of floats.
_LARGEST_INTEGER = 10**12
# More are a range without steps in all but name.
_MOST_STEPS = 1000
_SMALLEST_PROBABILITY = 1e-12


def parse_hyperparameter(name: Any, definition: Any, where: str) -> Hyperparameter:
    """Read one hyperparameter.

    Parameters
    ----------
    name
        Its name.
    definition
        Mapping with ``type``, what the type asks for, and perhaps ``when``.
    where
        Place named first in messages.

    Raises
    ------
    InputError
        One line: place, key, value, what is allowed.
    """
    check_name(name, where)
    where = f"{where}.{name}"
    if not isinstance(definition, Mapping):
        raise InputError(
            f"{where}: {definition!r} is not a definition, such as {{type: float, range: [0, 1]}}"
        )
    if "type" not in definition:
        raise InputError(f"{where}: key 'type' is missing; allowed: {', '.join(KEYS)}")
    kind = definition["type"]
    if kind not in tuple(KEYS):
        raise InputError(
            f"{where}.type: {kind!r} is not a type; allowed: {', '.join(KEYS)}"
            f"{did_you_mean(kind, KEYS)}"
        )
    known = ("type", *KEYS[kind], "when")
    for key in definition:
        if key not in known:
            raise InputError(
                f"{where}: unknown key {key!r} for type {kind}; allowed: {', '.join(known)}"
                f"{did_you_mean(key, known)}"
            )
    for key, value in definition.items():
        check_order(value, f"{where}.{key}")
    conditions: tuple[Condition, ...] = ()
    if "when" in definition:
        conditions = parse_conditions(definition["when"], f"{where}.when")
    return Hyperparameter(
        name, kind, _LAWS[kind](definition, where), conditions, deepcopy(dict(definition))
    )


def check_name(name: Any, where: str) -> None:
    """Check the name of a hyperparameter or a cost.

    Raises
    ------
    InputError
        When it is empty, not printable, surrounded by spaces, not in composed form or too long.
    """
    if not isinstance(name, str) or not name or name != name.strip() or not name.isprintable():
        raise InputError(f"{where}: {name!r} is not a name; use printable text")
    # netCDF composes names when it writes them, and finds them under the composed form alone.
    if not unicodedata.is_normalized("NFC", name):
        raise InputError(f"{where}: {name!r} is not a name; write it in composed form (NFC)")
    # A file holds these two as three bytes each.
    if len(name.encode()) + 2 * (name.count("/") + name.count("%")) > _LONGEST_NAME:
        raise InputError(f"{where}: {name!r} is too long a name; at most {_LONGEST_NAME} bytes")


def _float(definition: Mapping[str, Any], where: str) -> Law:
    _check_alone(definition, where)
    if "levels" in definition:
        return _ordered(definition, where, integer=False)
    if "distribution" in definition:
        return _distribution(definition["distribution"], f"{where}.distribution")
    return _in_range(definition, where, integer=False)


def _integer(definition: Mapping[str, Any], where: str) -> Law:
    _check_alone(definition, where)
    if "levels" in definition:
        return _ordered(definition, where, integer=True)
    return _in_range(definition, where, integer=True)


def _check_alone(definition: Mapping[str, Any], where: str) -> None:
    for chosen, others in (
        ("levels", ("range", "scale", "step", "distribution")),
        ("distribution", ("range", "scale", "step", "weights")),
        ("range", ("weights",)),
    ):
        for key in others:
            if chosen in definition and key in definition:
                raise InputError(f"{where}: {chosen!r} and {key!r} exclude each other; keep one")


def _ordered(definition: Mapping[str, Any], where: str, *, integer: bool) -> Levels:
    law = _categorical(definition, where)
    for level in law.levels:
        if isinstance(level, str) or (integer and level != int(level)):
            noun = "an integer" if integer else "a number"
            raise InputError(f"{where}.levels: {level!r} is not {noun}")
    if any(low >= high for low, high in pairwise(law.levels)):
        raise InputError(
            f"{where}.levels: {list(law.levels)!r} is not increasing; the order of numbers counts"
        )
    number = int if integer else float
    return Levels(tuple(number(level) for level in law.levels), law.probabilities)


def _in_range(definition: Mapping[str, Any], where: str, *, integer: bool) -> Law:
    law = _range(definition, where, integer=integer)
    step = definition.get("step", 1)
    if "step" not in definition or (integer and step == 1 and not isinstance(step, bool)):
        return law
    return _stepped(law, step, where)


def _stepped(law: Range, step: Any, where: str) -> Levels:
    where = f"{where}.step"
    if not _is_finite(step) or step <= 0 or (law.integer and step != int(step)):
        noun = "a positive integer" if law.integer else "a positive number"
        raise InputError(f"{where}: {step!r} is not {noun}")
    if law.log:
        raise InputError(f"{where}: steps are equal, scale log is not; list them as levels")
    # In decimals, as written: 0.1 + 2 * 0.1 is not 0.3 in binary.
    low, high, width = (Decimal(str(end)) for end in (law.low, law.high, step))
    n_steps = int((high - low) / width)
    if low + n_steps * width != high:
        ends = f"{low + n_steps * width} or {low + (n_steps + 1) * width}"
        raise InputError(f"{where}: steps of {step} do not end at {law.high}, but at {ends}")
    if n_steps > _MOST_STEPS:
        raise InputError(f"{where}: {step} makes {n_steps} steps, at most {_MOST_STEPS}; leave out")
    number = int if law.integer else float
    levels = tuple(number(low + i * width) for i in range(n_steps + 1))
    return Levels(levels, (1.0 / len(levels),) * len(levels))


def _range(definition: Mapping[str, Any], where: str, *, integer: bool) -> Range:
    if "range" not in definition:
        choice = "or 'levels'" if integer else "or 'levels' or 'distribution'"
        raise InputError(f"{where}: key 'range' {choice} is missing; write range: [low, high]")
    ends, scale = definition["range"], definition.get("scale", "linear")
    if not isinstance(ends, list | tuple) or len(ends) != 2:
        raise InputError(f"{where}.range: {ends!r} is not a list of two numbers, [low, high]")
    for end in ends:
        if not _is_finite(end):
            raise InputError(f"{where}.range: {end!r} is not a finite number")
        if integer and end != int(end):
            raise InputError(f"{where}.range: {end!r} is not an integer")
        if integer and abs(end) > _LARGEST_INTEGER:
            raise InputError(f"{where}.range: {end!r} is too large; at most 1e12 for integers")
    low, high = ends
    if low >= high:
        raise InputError(f"{where}.range: [{low}, {high}] is not increasing; needed: low < high")
    if scale not in SCALES:
        raise InputError(
            f"{where}.scale: {scale!r} is not a scale; allowed: {', '.join(SCALES)}"
            f"{did_you_mean(scale, SCALES)}"
        )
    if scale == "log" and low <= 0:
        raise InputError(f"{where}.range: {low} is not positive; scale log needs low > 0")
    if not _is_finite(high - low):
        raise InputError(f"{where}.range: [{low}, {high}] is too wide for floating-point numbers")
    if integer:
        return Range(int(low), int(high), scale == "log", integer=True)
    return Range(float(low), float(high), scale == "log")


def _distribution(given: Any, where: str) -> Continuous:
    if not isinstance(given, Mapping) or "name" not in given:
        raise InputError(
            f"{where}: {given!r} does not name a distribution, such as {{name: norm, scale: 2}}"
        )
    name = given["name"]
    law = getattr(scipy.stats, name, None) if isinstance(name, str) else None
    if not isinstance(law, scipy.stats.rv_continuous):
        known = [
            key
            for key, value in vars(scipy.stats).items()
            if isinstance(value, scipy.stats.rv_continuous)
        ]
        raise InputError(
            f"{where}.name: {name!r} is not a continuous distribution of scipy.stats"
            f"{did_you_mean(name, known)}"
        )
    shapes = [shape.strip() for shape in law.shapes.split(",")] if law.shapes else []
    known = [*shapes, "loc", "scale"]
    parameters = {key: value for key, value in given.items() if key != "name"}
    for key, value in parameters.items():
        if key not in known:
            raise InputError(
                f"{where}: unknown parameter {key!r} of {name}; allowed: {', '.join(known)}"
                f"{did_you_mean(key, known)}"
            )
        if not _is_finite(value):
            raise InputError(f"{where}.{key}: {value!r} is not a finite number")
    for shape in shapes:
        if shape not in parameters:
            raise InputError(f"{where}: parameter {shape!r} of {name} is missing")
    with np.errstate(all="ignore"):
        frozen = law(**parameters)
        quartiles = frozen.ppf([0.25, 0.75])
    if not np.isfinite(quartiles).all():
        text = ", ".join(f"{key}={value}" for key, value in parameters.items())
        raise InputError(f"{where}: {name} is not defined for {text}")
    return Continuous(frozen)


def _categorical(definition: Mapping[str, Any], where: str) -> Levels:
    if "levels" not in definition:
        raise InputError(f"{where}: key 'levels' is missing; write levels: [first, second]")
    levels = definition["levels"]
    if not isinstance(levels, list | tuple):
        raise InputError(f"{where}.levels: {levels!r} is not a list")
    for level in levels:
        if isinstance(level, bool):
            raise InputError(
                f"{where}.levels: {level!r} is a truth value; use type: boolean, or quote the word"
            )
        if not isinstance(level, str) and not _is_finite(level):
            raise InputError(f"{where}.levels: {level!r} is neither text nor a finite number")
        if level == "":
            raise InputError(f"{where}.levels: '' is empty; a level needs a name")
    if len(levels) < 2:
        raise InputError(
            f"{where}.levels: {list(levels)!r} has too few levels; at least two needed"
        )
    texts = [str(level) for level in levels]
    for text in texts:
        if texts.count(text) > 1:
            raise InputError(f"{where}.levels: {text!r} stands there twice")
    return Levels(tuple(levels), _weights(definition.get("weights"), len(levels), where))


def _weights(weights: Any, n: int, where: str) -> tuple[float, ...]:
    if weights is None:
        return (1.0 / n,) * n
    where = f"{where}.weights"
    if not isinstance(weights, list | tuple) or len(weights) != n:
        raise InputError(f"{where}: {weights!r} is not a list of {n} numbers, one per level")
    for weight in weights:
        if not _is_finite(weight) or weight <= 0:
            raise InputError(f"{where}: {weight!r} is not a positive number")
    total = sum(map(float, weights))
    probabilities = tuple(float(weight) / total for weight in weights)
    if min(probabilities) < _SMALLEST_PROBABILITY:
        raise InputError(f"{where}: {min(weights)!r} is too small beside the other weights")
    return probabilities


def _boolean(definition: Mapping[str, Any], where: str) -> Levels:
    probability = definition.get("probability", 0.5)
    if not _is_finite(probability) or not 0 < probability < 1:
        raise InputError(f"{where}.probability: {probability!r} is not a number between 0 and 1")
    if min(probability, 1 - probability) < _SMALLEST_PROBABILITY:
        raise InputError(f"{where}.probability: {probability!r} is too near to 0 or 1")
    return Levels((False, True), (1.0 - probability, float(probability)))


_LAWS: dict[str, Callable[[Mapping[str, Any], str], Law]] = {
    "float": _float,
    "integer": _integer,
    "categorical": _categorical,
    "boolean": _boolean,
}


def _is_finite(value: Any) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and abs(value) <= sys.float_info.max
