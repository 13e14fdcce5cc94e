"""What trainings return, in every form."""

import math
from typing import Any

import numpy as np
import pytest

from hsic_hpo.errors import InputError
from hsic_hpo.search.results import Result, check_costs, read_result


class Tensor:
    """A number of another library."""

    def __float__(self) -> float:
        return 0.5


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (0.5, Result(0.5)),
        (1, Result(1.0)),
        (np.float32(0.5), Result(0.5)),
        (Tensor(), Result(0.5)),
        ({"error": 0.5}, Result(0.5)),
        ({"error": 0.5, "cost": 3}, Result(0.5, 3.0)),
        (math.nan, Result(None, None, "diverged", "error is nan")),
        ({"error": math.inf, "cost": 3}, Result(None, 3.0, "diverged", "error is inf")),
        (ValueError("no\n  memory"), Result(None, None, "failed", "ValueError: no memory")),
        (KeyError(), Result(None, None, "failed", "KeyError")),
    ],
)
def test_results_are_read(given: Any, expected: Result) -> None:
    assert read_result(given, {}, None, "here") == expected


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("0.5", "here: '0.5' is not a number"),
        (None, "here: None is not a number"),
        (True, "here: True is not a number"),
        ([0.5, 1.0], "here: [0.5, 1.0] is not a number"),
        ({"cost": 3}, "here: key 'error' is missing"),
        (
            {"error": 1, "costs": 3},
            "here: unknown key 'costs'; allowed: error, cost; did you mean 'cost'?",
        ),
        ({"error": "low"}, "here: error: 'low' is not a number"),
        ({"error": 1, "cost": None}, "here: cost: None is not a number"),
        ({"error": 1, "cost": math.nan}, "here: cost: nan is not a finite number"),
    ],
)
def test_what_is_no_result_is_named(given: Any, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read_result(given, {}, None, "here")
    assert str(caught.value) == message


def test_a_function_gives_the_cost_also_of_a_failed_training() -> None:
    cost_of = len
    for given, error in ((0.5, 0.5), (RuntimeError("x"), None), (math.nan, None)):
        found = read_result(given, {"a": 1, "b": 2}, cost_of, "here")
        assert (found.error, found.cost) == (error, 2.0)
    with pytest.raises(InputError, match="here: key 'cost': not allowed, as a function"):
        read_result({"error": 1, "cost": 1}, {}, cost_of, "here")
    with pytest.raises(InputError, match="here: cost: 'large' is not a number"):
        read_result(1, {}, lambda _: "large", "here")  # type: ignore[arg-type, return-value]


WITH, WITHOUT = Result(1.0, 2.0), Result(1.0)
FAILED = Result(None, None, "failed", "x")


@pytest.mark.parametrize(
    ("results", "before", "after"),
    [
        ([], None, None),
        ([FAILED], None, None),
        ([FAILED, WITH], None, True),
        ([WITHOUT, FAILED], None, False),
        ([WITH, FAILED], True, True),
        ([Result(None, 2.0, "diverged", "x")], None, True),
    ],
)
def test_costs_are_known_of_all_or_of_none(
    results: list[Result], before: bool | None, after: bool | None
) -> None:
    assert check_costs(results, before) is after


@pytest.mark.parametrize(
    ("results", "before", "message"),
    [
        ([WITH, WITHOUT], None, "tell: result 1: key 'cost' is missing; other results have it"),
        ([WITHOUT], True, "tell: result 0: key 'cost' is missing; other results have it"),
        ([WITHOUT, WITH], None, "tell: result 1: key 'cost': other results have none"),
        ([WITH], False, "tell: result 0: key 'cost': other results have none"),
    ],
)
def test_a_cost_that_only_some_have_is_named(
    results: list[Result], before: bool | None, message: str
) -> None:
    with pytest.raises(InputError) as caught:
        check_costs(results, before)
    assert str(caught.value) == message
