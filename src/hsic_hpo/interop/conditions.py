"""Which values of other hyperparameters decide whether one is present: conditions from trials.

A hyperparameter that only some trials have exists where a few tests of others hold. The fewest
tests that tell exactly the trials that have it from those that do not are taken, unless so many
tests were possible that some would do so by chance.
"""

import functools
import math
import operator
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

UNORDERED, ORDERED, CONTINUOUS = "unordered", "ordered", "continuous"

_MOST_TESTS = 3
# Expected number of explanations as simple that a presence without any reason would have.
_MOST_CHANCE = 0.05
# Beyond, tests of three are tried among those that leave out the most trials.
_MOST_TRIPLED = 40
# A hyperparameter that fewer trials lack, and nothing explains it, was lost in them.
_FEW_WITHOUT = 0.05
# Numbers of so few values may decide by any of them, others by a threshold alone.
_FEW_VALUES = 12


class Observed:
    """What trials have of one hyperparameter.

    Parameters
    ----------
    kind
        ``UNORDERED``, ``ORDERED`` (numbers that repeat) or ``CONTINUOUS``.
    values
        A value per trial, None where it has none.
    """

    def __init__(self, kind: str, values: Sequence[Any]) -> None:
        self.kind = kind
        self.present = np.fromiter((value is not None for value in values), bool, len(values))
        self.codes = np.full(len(values), -1)
        known = [value for value in values if value is not None]
        self.levels: list[Any]
        if kind == UNORDERED:
            self.levels = sorted(set(known), key=_text)
            code = {level: i for i, level in enumerate(self.levels)}
            self.codes[self.present] = [code[value] for value in known]
        else:
            levels, self.codes[self.present] = np.unique(known, return_inverse=True)
            self.levels = levels.tolist()

    def __len__(self) -> int:
        return int(self.present.sum())


def kind_of(definition: Mapping[str, Any]) -> str:
    """Return the kind of the values of a hyperparameter that is defined so."""
    if definition["type"] in ("categorical", "boolean"):
        return UNORDERED
    is_range = definition["type"] == "float" and "levels" not in definition
    return CONTINUOUS if is_range and "step" not in definition else ORDERED


def _text(value: Any) -> tuple[str, str]:
    return type(value).__name__, str(value)


@dataclass(frozen=True)
class _Test:
    """A test of one parent: in which trials it holds, as bits, and how many were as simple."""

    parent: str
    operator: str
    value: Any
    holds: int
    alternatives: int


def with_conditions(
    definitions: Mapping[str, Mapping[str, Any]], observed: Mapping[str, Observed]
) -> tuple[dict[str, Any], list[str]]:
    """Add to definitions when each hyperparameter exists.

    Parameters
    ----------
    definitions
        Definitions by name, without conditions.
    observed
        What the trials have of each; failed ones should not be among them, as they may lack what
        their conditions promise.

    Returns
    -------
    spec : dict
        The definitions, parents first.
    unexplained : list of str
        Hyperparameters which nothing explains: each exists where a boolean of its own is true,
        called by `presence`. One that a few trials lack is taken to exist always: these trials
        do not fit the space.
    """
    # A parent is present in more trials than its children.
    order = sorted(definitions, key=lambda name: -len(observed[name]))
    spec: dict[str, Any] = {}
    unexplained = []
    for position, name in enumerate(order):
        definition = dict(definitions[name])
        present = observed[name].present
        if present.any() and not present.all():
            when = condition(present, {parent: observed[parent] for parent in order[:position]})
            if when is None and (~present).mean() <= _FEW_WITHOUT:
                spec[name] = definition
                continue
            if when is None:
                unexplained.append(name)
                share = float(present.mean())
                spec[presence(name)] = {"type": "boolean", "probability": share}
                when = {presence(name): True}
            definition["when"] = when
        spec[name] = definition
    return spec, unexplained


def presence(name: str) -> str:
    """Return the name of the boolean that says whether a hyperparameter is present."""
    return f"presence of {name}"


def condition(present: np.ndarray, parents: Mapping[str, Observed]) -> dict[str, Any] | None:
    """Find the tests of other hyperparameters that decide in which trials one is present.

    Parameters
    ----------
    present
        A truth value per trial: whether the trial has it.
    parents
        What the trials have of the others.

    Returns
    -------
    dict or None
        The ``when`` of a definition: up to three tests, which hold together in exactly these
        trials; None without an explanation that is better than chance.
    """
    tests = [
        test
        for name, parent in parents.items()
        if parent.present[present].all()
        for test in _tests(name, parent, present)
    ]
    wanted = _bits(present)
    if not tests or _hold_in(tests) != wanted:
        return None
    patterns = _log_choices(len(present), int(present.sum()))
    for size in range(1, _MOST_TESTS + 1):
        if size == _MOST_TESTS:
            tests = sorted(tests, key=lambda test: test.holds.bit_count())[:_MOST_TRIPLED]
        found = [chosen for chosen in combinations(tests, size) if _hold_in(chosen) == wanted]
        if found:
            best = min(found, key=lambda chosen: math.prod(test.alternatives for test in chosen))
            n_parents = len({test.parent for test in best})
            ways = math.prod(test.alternatives for test in best)
            ways *= math.comb(len(parents), n_parents)
            is_better = math.log(ways) < math.log(_MOST_CHANCE) + patterns
            return _written(best) if is_better else None
    return None


def _log_choices(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def _hold_in(tests: Sequence[_Test]) -> int:
    return functools.reduce(operator.and_, (test.holds for test in tests))


def _bits(mask: np.ndarray) -> int:
    return int.from_bytes(np.packbits(mask).tobytes())


def _tests(name: str, parent: Observed, present: np.ndarray) -> Iterator[_Test]:
    """Yield the tightest tests that hold where the child is present and fail somewhere."""
    codes, levels = parent.codes, parent.levels
    held = np.unique(codes[present])
    low, high = int(held[0]), int(held[-1])
    if len(held) == len(levels):
        return
    if parent.kind == UNORDERED or (parent.kind == ORDERED and len(levels) <= _FEW_VALUES):
        few = min(len(held), len(levels) - len(held))
        alternatives = sum(math.comb(len(levels), n) for n in range(1, few + 1))
        value = _one_of([levels[code] for code in held])
        is_run = high - low == len(held) - 1 and 0 < low < high < len(levels) - 1
        if parent.kind == ORDERED and is_run:
            value = {">=": levels[low], "<=": levels[high]}
        yield _Test(name, "in", value, _bits(np.isin(codes, held)), alternatives)
    if parent.kind == UNORDERED:
        return
    thresholds = 2 * (len(levels) - 1)
    is_continuous = parent.kind == CONTINUOUS
    if low > 0:
        held_from, sign = levels[low], ">="
        if is_continuous:
            held_from, sign = _between(levels[low - 1], held_from, levels[low - 1]), ">"
        yield _Test(name, sign, held_from, _bits(codes >= low), thresholds)
    if high < len(levels) - 1:
        held_to, sign = levels[high], "<="
        if is_continuous:
            held_to, sign = _between(held_to, levels[high + 1], levels[high + 1]), "<"
        yield _Test(name, sign, held_to, _bits((codes >= 0) & (codes <= high)), thresholds)


def _one_of(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else {"in": values}


def _between(low: float, high: float, otherwise: float) -> float:
    """Return the number of the fewest digits strictly between two."""
    middle = math.sqrt(low * high) if low > 0 else (low + high) / 2
    numbers = (float(f"{middle:.{digits}e}") for digits in range(17))
    return next((number for number in numbers if low < number < high), otherwise)


def _written(tests: Sequence[_Test]) -> dict[str, Any]:
    when: dict[str, Any] = {}
    for test in tests:
        if test.operator == "in":
            when[test.parent] = test.value
        else:
            when.setdefault(test.parent, {})[test.operator] = test.value
    return when
