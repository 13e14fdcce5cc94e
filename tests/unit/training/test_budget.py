"""Limits become steps as counting them one by one does; bad ones are refused in one line."""

import re
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hsic_hpo.errors import InputError
from hsic_hpo.training.budget import Budget, Patience, parse_budget


def counted_steps(budget: Budget, n_samples: int, batch_size: int, flops: int) -> int:
    """Train on paper, mini-batch by mini-batch."""
    steps, seen = 0, 0
    for epoch in count(1):
        for first in range(0, n_samples, batch_size):
            seen += min(batch_size, n_samples - first)
            steps += 1
            if budget.steps == steps:
                return steps
            limit = budget.max_training_flops
            if limit is not None and 3 * flops * seen >= limit:
                return steps
        if budget.epochs == epoch:
            return steps
    raise AssertionError


@given(
    passes=st.integers(1, 5),
    in_steps=st.booleans(),
    limit=st.none() | st.floats(1.0, 5000.0),
    n_samples=st.integers(1, 40),
    batch_size=st.integers(1, 50),
    flops=st.integers(1, 20),
)
def test_steps_are_those_of_counting(
    passes: int, in_steps: bool, limit: float | None, n_samples: int, batch_size: int, flops: int
) -> None:
    kind = "steps" if in_steps else "epochs"
    budget = Budget(**{kind: passes}, max_training_flops=limit)
    expected = counted_steps(budget, n_samples, batch_size, flops)
    assert budget.in_steps(n_samples, batch_size, flops) == expected


def test_operations_that_are_not_known_limit_nothing() -> None:
    budget = Budget(epochs=2, max_training_flops=1.0)
    assert budget.in_steps(10, 5, None) == budget.in_steps(10, 5, 0) == 4


def test_a_full_budget_is_read() -> None:
    given_budget = {
        "steps": 5,
        "early_stopping": {"patience": 3, "min_delta": 0.1},
        "max_training_flops": 1e9,
        "max_seconds": 2.5,
    }
    assert parse_budget(given_budget) == Budget(
        steps=5, early_stopping=Patience(3, 0.1), max_training_flops=1e9, max_seconds=2.5
    )
    assert parse_budget({"epochs": 4}) == Budget(epochs=4)
    assert parse_budget({"epochs": 4}).seconds == float("inf")


@pytest.mark.parametrize(
    ("budget", "message"),
    [
        ({"epochs": 0}, "training.epochs: 0 is not an integer of at least 1"),
        ({"epochs": 2.5}, "training.epochs: 2.5 is not an integer of at least 1"),
        ({"steps": True}, "training.steps: True is not an integer of at least 1"),
        ({}, "training: give either 'epochs' or 'steps'"),
        ({"epochs": 1, "steps": 1}, "training: give either 'epochs' or 'steps'"),
        (
            {"epochs": 1, "epoch": 2},
            "training.epoch: unknown; known: epochs, steps, early_stopping, max_training_flops, "
            "max_seconds; did you mean 'epochs'?",
        ),
        (
            {"epochs": 1, "max_seconds": 0},
            "training.max_seconds: 0 is not a positive number",
        ),
        (
            {"epochs": 1, "max_training_flops": float("inf")},
            "training.max_training_flops: inf is not a positive number",
        ),
        (
            {"epochs": 1, "early_stopping": {"patience": 0}},
            "training.early_stopping.patience: 0 is not an integer of at least 1",
        ),
        (
            {"epochs": 1, "early_stopping": True},
            "training.early_stopping: True is not a mapping of patience and min_delta, such as "
            "{patience: 10}",
        ),
        (
            {"epochs": 1, "early_stopping": {"patiense": 3}},
            "training.early_stopping.patiense: unknown; known: patience, min_delta; did you mean "
            "'patience'?",
        ),
        (
            {"epochs": 1, "early_stopping": {"min_delta": -1}},
            "training.early_stopping.min_delta: -1 is not a number of at least 0",
        ),
        (
            {"epochs": 1, "early_stopping": {"min_delta": "0.1"}},
            "training.early_stopping.min_delta: '0.1' is not a number of at least 0",
        ),
    ],
    ids=str,
)
def test_bad_budgets_are_refused(budget: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        parse_budget(budget)
