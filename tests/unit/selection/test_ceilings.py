"""Ceilings: the exact binomial bound, and which costs keep the success rate."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta

from hsic_hpo.selection.ceilings import ceiling, keeps_success_rate, lower_bound

SETTINGS = {"quantile": 0.5, "keep": 0.5, "assurance": 0.8, "min_successes": 5}


@pytest.mark.parametrize(("successes", "trials"), [(1, 10), (5, 20), (20, 20), (37, 400)])
def test_the_bound_is_clopper_and_pearsons(successes: int, trials: int) -> None:
    closed_form = beta.ppf(0.2, successes, trials - successes + 1)
    assert lower_bound(successes, trials, 0.8) == pytest.approx(closed_form, rel=1e-9)


def test_without_a_success_nothing_is_sure() -> None:
    assert lower_bound(0, 1000, 0.5) == 0.0


def test_few_successes_are_no_proof() -> None:
    lucky = np.array([True] * 4)
    assert keeps_success_rate(lucky, 0.1, 0.8, 4)
    assert not keeps_success_rate(lucky, 0.1, 0.8, 5)


def test_where_cost_does_not_matter_the_ceiling_falls() -> None:
    """Every tenth trial succeeds, whatever its cost: 10 % of 2000 trials prove 5 %."""
    costs = np.arange(2000.0)
    found = ceiling(costs, np.arange(2000) % 10 == 0, **SETTINGS)
    assert found.shown
    assert found.quantile == pytest.approx(0.05, abs=0.01)
    assert found.rate == pytest.approx(found.overall, abs=0.01)


def test_where_only_dear_trials_succeed_it_rises() -> None:
    """The dearest 10 % succeed: a rate of half of 10 % needs the cheapest 95 %."""
    costs = np.arange(1000.0)
    found = ceiling(costs, costs >= 900, **SETTINGS)
    assert not found.shown
    assert found.quantile == pytest.approx(0.95, abs=0.01)


def test_few_trials_leave_it_where_it_starts() -> None:
    costs = np.arange(60.0)
    reached = np.isin(costs, [3, 13, 23, 33, 43, 53])
    found = ceiling(costs, reached, **SETTINGS)
    assert not found.shown
    assert found.quantile == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize("costs", [np.full(50, np.inf), np.ones(50)])
def test_without_different_costs_there_is_none(costs: np.ndarray) -> None:
    assert ceiling(costs, np.arange(50) < 10, **SETTINGS).cost == np.inf


@given(
    st.lists(st.tuples(st.integers(1, 30), st.booleans()), min_size=10, max_size=120),
    st.floats(0.1, 1.0),
    st.floats(0.0, 1.0),
)
def test_it_always_keeps_the_rate(
    trials: list[tuple[int, bool]], quantile: float, keep: float
) -> None:
    costs = np.array([cost for cost, _ in trials], dtype=float)
    reached = np.array([success for _, success in trials])
    found = ceiling(costs, reached, quantile=quantile, keep=keep, assurance=0.8, min_successes=3)
    if np.isfinite(found.cost):
        inside = costs <= found.cost
        assert reached[inside].mean() >= keep * reached.mean() - 1e-12
        assert found.quantile == pytest.approx(inside.mean())


def test_where_the_best_told_no_cost_there_is_no_ceiling() -> None:
    costs = np.arange(200.0)
    reached = np.zeros(200, dtype=bool)
    reached[:20] = True
    costs[:20] = np.inf
    found = ceiling(costs, reached, **SETTINGS)
    assert found.cost == np.inf
