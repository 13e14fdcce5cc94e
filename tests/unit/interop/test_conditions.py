"""Conditions found in trials hold in exactly the trials that have a hyperparameter."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from hsic_hpo.interop.conditions import (
    CONTINUOUS,
    ORDERED,
    UNORDERED,
    Observed,
    presence,
    with_conditions,
)
from hsic_hpo.spaces.space import Space
from random_spaces import specs

KINDS = {"categorical": UNORDERED, "boolean": UNORDERED, "integer": ORDERED, "float": CONTINUOUS}


def found(spec: Mapping[str, Any], n: int, seed: int = 0) -> tuple[dict[str, Any], list[str], Any]:
    """Find the conditions of a space from its trials alone."""
    space = Space.from_dict(spec)
    u = np.random.default_rng(seed).random((n, len(space)))
    configurations = space.configurations(u)
    observed = {
        p.name: Observed(KINDS[p.type], [c.get(p.name) for c in configurations])
        for p in space.hyperparameters
    }
    bare = {
        name: {key: value for key, value in definition.items() if key != "when"}
        for name, definition in spec.items()
    }
    return *with_conditions(bare, observed), configurations


BASE: dict[str, dict[str, Any]] = {
    "opt": {"type": "categorical", "levels": ["sgd", "adam", "rmsprop"]},
    "sched": {"type": "boolean"},
    "layers": {"type": "integer", "range": [1, 8]},
    "rate": {"type": "float", "range": [1e-4, 0.1], "scale": "log"},
    "idle": {"type": "float", "range": [0, 1]},
}


@pytest.mark.parametrize(
    "when",
    [
        {"opt": "sgd"},
        {"opt": {"in": ["adam", "sgd"]}},
        {"opt": "sgd", "sched": True},
        {"opt": "sgd", "sched": True, "layers": {">=": 4}},
        {"layers": {">=": 3}},
        {"layers": {">=": 3, "<=": 6}},
        {"layers": 2},
        {"rate": {">": 0.01}},
        {"rate": {">": 0.001, "<": 0.01}},
        {"sched": False, "rate": {"<": 0.001}},
    ],
    ids=str,
)
def test_joint_conditions_of_up_to_three_tests_are_found(when: dict[str, Any]) -> None:
    spec, unexplained, _ = found({**BASE, "child": {**BASE["idle"], "when": when}}, 400)
    assert unexplained == []
    assert spec["child"]["when"].keys() == when.keys()
    for parent, test in when.items():
        written = spec["child"]["when"][parent]
        if parent == "rate":
            assert written == {sign: pytest.approx(cut, rel=0.2) for sign, cut in test.items()}
        else:
            assert written == test


def test_a_condition_on_a_conditional_parent_names_that_parent_alone() -> None:
    nested = {
        **BASE,
        "momentum": {"type": "boolean", "when": {"opt": "sgd"}},
        "nesterov": {"type": "boolean", "when": {"momentum": True}},
        "decay": {"type": "float", "range": [0, 1], "when": {"nesterov": True, "sched": True}},
    }
    spec, unexplained, _ = found(nested, 300)
    assert unexplained == []
    assert {name: spec[name].get("when") for name in nested} == {
        name: nested[name].get("when") for name in nested
    }


def test_parents_stand_before_their_children() -> None:
    reverse = {"child": {"type": "boolean"}, **BASE}
    values = ["sgd", "adam", "rmsprop"] * 20
    observed = {name: Observed(UNORDERED, values) for name in BASE}
    observed["child"] = Observed(UNORDERED, [True if v == "sgd" else None for v in values])
    assert list(with_conditions(reverse, observed)[0]) == [*BASE, "child"]


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("share", [0.03, 0.1, 0.5, 0.9])
def test_a_presence_without_reason_is_a_parameter_of_its_own(seed: int, share: float) -> None:
    rng = np.random.default_rng(seed)
    n = 100
    observed = {f"x{i}": Observed(CONTINUOUS, list(rng.random(n))) for i in range(10)}
    observed |= {f"b{i}": Observed(UNORDERED, list(rng.random(n) < 0.5)) for i in range(5)}
    chosen = set(rng.choice(n, int(share * n), replace=False))
    observed["odd"] = Observed(CONTINUOUS, [1.0 if i in chosen else None for i in range(n)])
    definitions = {name: {"type": "float", "range": [0, 1]} for name in observed}
    spec, unexplained = with_conditions(definitions, observed)
    assert unexplained == ["odd"]
    assert spec["presence of odd"] == {"type": "boolean", "probability": len(chosen) / n}


def test_a_hyperparameter_that_a_few_trials_lack_without_reason_exists_always() -> None:
    rng = np.random.default_rng(0)
    observed = {
        "x": Observed(CONTINUOUS, list(rng.random(100))),
        "lost": Observed(CONTINUOUS, [None if i in (3, 50) else 0.1 * i for i in range(100)]),
    }
    definition = {"type": "float", "range": [0, 10]}
    spec, unexplained = with_conditions({"x": definition, "lost": definition}, observed)
    assert unexplained == []
    assert spec == {"x": definition, "lost": definition}


@settings(max_examples=60, deadline=None)
@given(specs())
def test_conditions_found_hold_where_the_true_ones_do(spec: dict[str, Any]) -> None:
    finding, unexplained, configurations = found(spec, 300)
    never = {name for name in spec if not any(name in c for c in configurations)}
    space = Space.from_dict({key: finding[key] for key in finding if key not in never})
    for name in set(spec) - set(unexplained) - never:
        for configuration in configurations:
            known = configuration | {
                presence(other): other in configuration for other in unexplained
            }
            assert space[name].is_active(known) == (name in configuration)
