"""Random search spaces with nested conditions, and a second, recursive reading of conditions."""

import itertools
from collections.abc import Mapping
from typing import Any

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st

from hsic_hpo.errors import InputError
from hsic_hpo.spaces.space import Space

# Conditions on floats name values at tenths that are even, so that one point between each two
# of them sees every case.
_CUTS = (0.2, 0.4, 0.6, 0.8)
_BETWEEN = (0.1, 0.3, 0.5, 0.7, 0.9)

_definitions = st.sampled_from(
    [
        {"type": "boolean"},
        {"type": "boolean", "probability": 0.2},
        {"type": "categorical", "levels": ["a", "b"]},
        {"type": "categorical", "levels": ["a", "b", "c"], "weights": [3, 1, 2]},
        {"type": "categorical", "levels": [1, 2.5, "x", -3]},
        {"type": "integer", "range": [0, 3]},
        {"type": "integer", "range": [1, 5], "scale": "log"},
        {"type": "float", "range": [0, 1]},
        {"type": "float", "range": [1e-4, 1.0], "scale": "log"},
        {"type": "float", "distribution": {"name": "norm", "loc": 1, "scale": 2}},
        {"type": "float", "distribution": {"name": "expon"}},
    ]
)


@st.composite
def specs(draw: st.DrawFn, max_size: int = 5) -> dict[str, dict[str, Any]]:
    """Draw the mapping of a valid space whose conditions often nest."""
    spec: dict[str, dict[str, Any]] = {}
    for name in "pqrstuvw"[: draw(st.integers(1, max_size))]:
        definition: dict[str, Any] = dict(draw(_definitions))
        parents = draw(st.lists(st.sampled_from([*spec]), max_size=2, unique=True)) if spec else []
        if parents:
            definition["when"] = {p: draw(_tests(Space.from_dict(spec)[p])) for p in parents}
        spec[name] = definition
        try:
            Space.from_dict(spec)
        except InputError as error:
            assume("never hold" not in str(error))
            raise
    return spec


def _tests(parent: Any) -> st.SearchStrategy[Any]:
    levels = list(parent.levels)
    if not parent.is_discrete:
        cuts = st.sampled_from([parent.value(u) for u in _CUTS])
        return st.dictionaries(st.sampled_from(["<", "<=", ">", ">="]), cuts, min_size=1)
    tests = [st.sampled_from(levels), st.builds(lambda x: {"not": x}, st.sampled_from(levels))]
    some = st.lists(st.sampled_from(levels), min_size=1, max_size=len(levels) - 1, unique=True)
    tests.append(some.map(lambda values: {"in": values}))
    if parent.type == "integer":
        low, high = levels[0], levels[-1]
        between = st.integers(low, high - 1)
        tests += [
            between.map(lambda x: {">": x}),
            between.map(lambda x: {"<=": x}),
            between.map(lambda x: {">=": x + 0.5}),
            between.map(lambda x: {"<": x + 1}),
        ]
    return st.one_of(tests)


def grid(space: Space) -> np.ndarray:
    """Return points that see every combination of truths: bin middles and points between cuts."""
    axes = [
        [sum(parameter.interval(level)) / 2 for level in parameter.levels] or _BETWEEN
        for parameter in space.hyperparameters
    ]
    return np.array(list(itertools.product(*axes)))


def exists(spec: Mapping[str, Any], values: Mapping[str, Any], name: str) -> bool:
    """Tell from the YAML form whether a hyperparameter exists, given a value for every one."""
    return all(
        exists(spec, values, parent) and _holds(test, values[parent])
        for parent, test in spec[name].get("when", {}).items()
    )


def _holds(test: Any, value: Any) -> bool:
    if not isinstance(test, dict):
        return value == test
    verdicts = {
        "in": lambda x: value in x,
        "not": lambda x: value != x,
        "<": lambda x: value < x,
        "<=": lambda x: value <= x,
        ">": lambda x: value > x,
        ">=": lambda x: value >= x,
    }
    return all(verdicts[operator](operand) for operator, operand in test.items())
