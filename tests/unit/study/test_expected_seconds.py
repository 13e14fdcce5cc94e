"""How long trainings would take under another budget."""

import math

import pytest

from hsic_hpo.study.expected_seconds import best_of, furthest, seconds_under
from hsic_hpo.study.finished_trainings import Training


def training(
    status: str = "ok", *, trial: str = "a", error: float = 0.1, flops: float = 100.0
) -> Training:
    return Training(trial, 0, status, "", error, 8.0, flops, 4)


@pytest.mark.parametrize(
    ("status", "budget", "own", "expected"),
    [
        # Left after 4 epochs, 2 s each.
        ("stopped", {"epochs": 10}, {"epochs": 10}, 20.0),
        # Early stopping may have ended it after 4 of 10 epochs: it would again.
        ("ok", {"epochs": 10}, {"epochs": 10}, 8.0),
        ("ok", {"epochs": 30}, {"epochs": 10}, 24.0),
        # 3 · 100 operations for each of 50 samples: 6 epochs.
        ("stopped", {"epochs": 10, "max_training_flops": 9e4}, {"epochs": 10}, 12.0),
        ("ok", {"steps": 50}, {"steps": 100}, 4.0),
        # Nobody knows how many steps an epoch has.
        ("ok", {"steps": 50}, {"epochs": 10}, 8.0),
        ("ok", {"epochs": 30, "max_seconds": 9.0}, {"epochs": 10}, 9.0),
    ],
)
def test_time_is_in_proportion_to_what_a_budget_allows(
    status: str, budget: dict[str, float], own: dict[str, float], expected: float
) -> None:
    assert seconds_under(training(status), budget, own, 50) == pytest.approx(expected)


def test_limits_of_operations_count_for_nothing_where_these_are_unknown() -> None:
    budget = {"epochs": 10, "max_training_flops": 9e4}
    for flops, samples in ((math.nan, 50.0), (100.0, math.nan)):
        found = seconds_under(training("stopped", flops=flops), budget, {"epochs": 10}, samples)
        assert found == pytest.approx(20.0)


def test_those_that_went_on_after_a_rung_are_the_best_and_count_once() -> None:
    first = [
        training(trial=name, error=error)
        for name, error in zip("abc", (0.3, 0.2, math.inf), strict=True)
    ]
    second = [training(trial="a", error=0.25)]
    found = furthest([first, second])
    assert [(one.trial, one.error) for one in found] == [("a", 0.25), ("b", 0.2)]
    assert best_of(found, 0.1) == found[:1]
    assert best_of([], 0.1) == []
