"""Search spaces in ConfigSpace's JSON, of ConfigSpace 0.7 and 1, read as definitions.

SMAC, DeepCAVE, HyperSHAP and NePS use it. Needs no ConfigSpace.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import scipy

from hsic_hpo.errors import InputError
from hsic_hpo.interop.choices import as_level, choices, is_increasing
from hsic_hpo.interop.quantised import numbers, rounded_levels
from hsic_hpo.wording import counted

_ORDERINGS = {"GT": ">", "LT": "<"}
_STRICTEST: dict[str, Callable[[Any, Any], Any]] = {">": max, "<": min}


def is_configspace(content: Mapping[str, Any]) -> bool:
    """Tell whether a file's content is a space of ConfigSpace."""
    found = content.get("hyperparameters")
    return isinstance(found, list) and all(
        isinstance(one, Mapping) and "type" in one for one in found
    )


def configspace_definitions(
    content: Mapping[str, Any], where: str
) -> tuple[dict[str, Any], list[str]]:
    """Return the definitions of a space of ConfigSpace, parents first, and what a reader must know.

    Constants are left out. Forbidden clauses are no part of a space here: a note counts them.

    Parameters
    ----------
    content
        The JSON.
    where
        Place named first in messages.

    Raises
    ------
    InputError
        For a hyperparameter or a condition that has no counterpart here: alternatives (OR) of
        different parents.
    """
    found: dict[str, Any] = {}
    sequences: dict[str, list[Any]] = {}
    constants: dict[str, Any] = {}
    notes = []
    for given in content["hyperparameters"]:
        name, place = str(given.get("name")), f"{where}: {given.get('name')}"
        definition = _definition(given, place)
        if definition is None:
            constants[name] = given.get("value", (given.get("choices") or [None])[0])
            notes.append(f"{name} is a constant of the space and is left out.")
            continue
        found[name] = definition
        if given["type"] == "ordinal":
            sequences[name] = list(given["sequence"])
            if definition["type"] == "categorical":
                notes.append(f"{name} counts as a choice without order.")
    for condition in content.get("conditions") or []:
        child = condition["child"]
        if child in found:
            when = found[child].setdefault("when", {})
            for parent, test in _tests(condition, sequences, f"{where}: condition of {child}"):
                if parent not in constants:
                    test = _of_levels(test, found.get(parent, {}))
                    _add(when, parent, test, f"{where}: condition of {child}")
            if not when:
                del found[child]["when"]
    forbidden = content.get("forbiddens") or []
    if forbidden:
        notes.append(
            f"{counted(len(forbidden), 'forbidden clauses')} of the space cannot be kept: all "
            "combinations of values count as possible."
        )
    return _parents_first(found, where), notes


def _definition(given: Mapping[str, Any], where: str) -> dict[str, Any] | None:
    kind = str(given["type"])
    if kind in ("constant", "unparametrized"):
        return None
    if kind == "categorical":
        return choices(given["choices"], given.get("weights"), ordered=False)
    if kind == "ordinal":
        return choices(given["sequence"], ordered=is_increasing(given["sequence"]))
    law, _, number = kind.partition("_")
    if law not in ("uniform", "normal", "beta") or number not in ("float", "int"):
        raise InputError(f"{where}: type {kind!r} is not supported")
    low, high, log = given.get("lower"), given.get("upper"), bool(given.get("log"))
    step = given.get("q")
    if law == "uniform" and number == "int" and step in (None, 1):
        scale = {"scale": "log"} if log else {}
        return {"type": "integer", "range": [int(low), int(high)], **scale}  # type: ignore[arg-type]
    if law == "uniform":
        return numbers(low, high, step, log=log, where=where)  # type: ignore[arg-type]
    if log:
        raise InputError(f"{where}: {kind} on a logarithmic scale is not supported")
    definition, below = _bell(law, given, low, high)
    if number == "float" and step is None:
        return {"type": "float", "distribution": definition}
    if low is None or high is None:
        raise InputError(f"{where}: {kind} without lower and upper is not supported")
    if step is not None and step != 1:
        return rounded_levels(low, high, step, below, where)
    return _in_equal_bins(int(low), int(high), below)


def _in_equal_bins(low: int, high: int, below: Callable[[float], float]) -> dict[str, Any]:
    """Return whole numbers with the shares of a law in equal parts of its range, as they draw."""
    levels = list(range(low, high + 1))
    edges = [low + i * (high - low) / len(levels) for i in range(len(levels) + 1)]
    weights = [float(below(b) - below(a)) for a, b in pairwise(edges)]
    return {"type": "integer", "levels": levels, "weights": weights}


def _bell(
    law: str, given: Mapping[str, Any], low: float | None, high: float | None
) -> tuple[dict[str, Any], Callable[[float], float]]:
    """Return a normal or a beta law and its distribution function."""
    if law == "beta" and low is not None and high is not None:
        shape = {"a": given["alpha"], "b": given["beta"], "loc": low, "scale": high - low}
        return {"name": "beta", **shape}, scipy.stats.beta(**shape).cdf
    mu, sigma = given["mu"], given["sigma"]
    if low is None or high is None:
        return {"name": "norm", "loc": mu, "scale": sigma}, scipy.stats.norm(mu, sigma).cdf
    shape = {"a": (low - mu) / sigma, "b": (high - mu) / sigma, "loc": mu, "scale": sigma}
    return {"name": "truncnorm", **shape}, scipy.stats.truncnorm(**shape).cdf


def _tests(
    condition: Mapping[str, Any], sequences: Mapping[str, Sequence[Any]], where: str
) -> list[tuple[str, Any]]:
    """Return the tests of parents that must all hold."""
    kind = condition["type"]
    if kind == "AND":
        return [test for one in condition["conditions"] for test in _tests(one, sequences, where)]
    if kind == "OR":
        return [
            _alternative([_tests(one, sequences, where) for one in condition["conditions"]], where)
        ]
    parent = condition["parent"]
    if kind == "EQ":
        return [(parent, condition["value"])]
    if kind == "NEQ":
        return [(parent, {"not": condition["value"]})]
    if kind == "IN":
        return [(parent, _one_of(condition["values"]))]
    if kind not in _ORDERINGS:
        raise InputError(f"{where}: type {kind!r} is not supported")
    sequence = sequences.get(parent, [])
    if sequence and not is_increasing(sequence):
        at = sequence.index(condition["value"])
        return [(parent, _one_of(sequence[at + 1 :] if kind == "GT" else sequence[:at]))]
    return [(parent, {_ORDERINGS[kind]: condition["value"]})]


def _alternative(parts: Sequence[Sequence[tuple[str, Any]]], where: str) -> tuple[str, Any]:
    """Return one test for alternatives on the values of one parent."""
    parents = {parent for part in parts for parent, _ in part}
    values: list[Any] = []
    for part in parts:
        for _, test in part:
            values += test["in"] if isinstance(test, Mapping) and "in" in test else [test]
    if (
        len(parents) > 1
        or any(len(part) > 1 for part in parts)
        or any(isinstance(value, Mapping) for value in values)
    ):
        raise InputError(
            f"{where}: alternatives (OR) are supported for values of one parent alone, not for "
            f"{' or '.join(sorted(parents))}"
        )
    return parents.pop(), _one_of(values)


def _of_levels(test: Any, parent: Mapping[str, Any]) -> Any:
    """Return a test of a categorical parent with its values as they are called as levels."""
    if parent.get("type") != "categorical":
        return test
    if not isinstance(test, Mapping):
        return as_level(test)
    return {
        sign: [as_level(one) for one in value] if sign == "in" else as_level(value)
        for sign, value in test.items()
    }


def _one_of(values: Sequence[Any]) -> Any:
    return values[0] if len(values) == 1 else {"in": list(values)}


def _add(when: dict[str, Any], parent: str, test: Any, where: str) -> None:
    known = when.setdefault(parent, test)
    if known == test:
        return
    both = isinstance(known, dict) and isinstance(test, dict)
    if not both or not known.keys() & test.keys() <= _STRICTEST.keys():
        raise InputError(f"{where}: several conditions on {parent} do not go together")
    for sign, value in test.items():
        known[sign] = _STRICTEST[sign](known[sign], value) if sign in known else value


def _parents_first(found: Mapping[str, Any], where: str) -> dict[str, Any]:
    ordered: dict[str, Any] = {}
    waiting = dict(found)
    while waiting:
        ready = [
            name
            for name, definition in waiting.items()
            if all(parent in ordered for parent in definition.get("when", {}))
        ]
        if not ready:
            raise InputError(
                f"{where}: conditions of {', '.join(waiting)} are circular, or on none"
            )
        ordered |= {name: waiting.pop(name) for name in ready}
    return ordered
