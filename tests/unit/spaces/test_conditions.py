"""Conditions: what each operator means, and how people read it."""

from typing import Any

import pytest

from hsic_hpo.errors import InputError
from hsic_hpo.spaces.conditions import Condition, parse_conditions


@pytest.mark.parametrize(
    ("operator", "value", "holds", "fails", "label"),
    [
        ("=", "sgd", ["sgd"], ["adam", "SGD"], "p = sgd"),
        ("=", True, [True], [False], "p = true"),
        ("in", ("sgd", "adam"), ["sgd", "adam"], ["rmsprop"], "p in {sgd, adam}"),
        ("not", "sgd", ["adam"], ["sgd"], "p ≠ sgd"),
        ("<", 3, [2, 2.9], [3, 4], "p < 3"),
        ("<=", 3, [2, 3], [3.1], "p ≤ 3"),
        (">", 0.1, [0.2], [0.1, 0.0], "p > 0.1"),
        (">=", 3, [3, 4], [2], "p ≥ 3"),
    ],
)
def test_operators(operator: str, value: Any, holds: list, fails: list, label: str) -> None:
    condition = Condition("p", operator, value)
    assert all(condition.holds(other) is True for other in holds)
    assert all(condition.holds(other) is False for other in fails)
    assert condition.label == label


def test_several_parents_and_several_operators() -> None:
    when = {"a": "x", "b": {">=": 1, "<": 5}, "c": {"in": [1, 2]}}
    parsed = parse_conditions(when, "when")
    assert parsed == (
        Condition("a", "=", "x"),
        Condition("b", ">=", 1),
        Condition("b", "<", 5),
        Condition("c", "in", (1, 2)),
    )
    assert [condition.operands for condition in parsed] == [("x",), (1,), (5,), (1, 2)]


def test_a_refusal_begins_with_the_place() -> None:
    with pytest.raises(InputError) as error:
        parse_conditions({"a": {"in": []}}, "file: space.b.when")
    assert str(error.value) == "file: space.b.when.a.in: [] is not a list of values"
