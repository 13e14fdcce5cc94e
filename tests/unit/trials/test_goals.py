"""The best and the worst trials, ties and failures included."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from hsic_hpo.trials.goals import select_goal, target_values, worst_for_missing
from small_search import search

VALUES = arrays(float, st.integers(10, 60), elements=st.floats(0, 10) | st.just(np.inf))


def test_the_best_tenth_and_the_worst_tenth() -> None:
    values = np.random.default_rng(0).permutation(np.arange(50.0))
    best, worst = select_goal(values, 0.1, "best"), select_goal(values, 0.1, "worst")
    assert set(values[best.reached]) == {0, 1, 2, 3, 4}
    assert set(values[worst.reached]) == {45, 46, 47, 48, 49}
    assert (best.threshold, worst.threshold) == (4, 45)


def test_ties_at_the_threshold_are_all_in() -> None:
    values = np.array([1.0, 2, 2, 2, 3, 4, 5, 5, 6, 6])
    assert select_goal(values, 0.2, "best").reached.sum() == 4
    assert select_goal(values, 0.3, "worst").reached.sum() == 4


def test_trials_without_a_value_rank_worst_and_are_never_best() -> None:
    values = np.array([np.inf] * 6 + [1.0, 2, 3, 4])
    np.testing.assert_array_equal(select_goal(values, 0.8, "best").reached, np.isfinite(values))
    np.testing.assert_array_equal(select_goal(values, 0.2, "worst").reached, np.isinf(values))


def test_no_value_at_all() -> None:
    goal = select_goal(np.full(10, np.inf), 0.1, "best")
    assert not goal.reached.any()
    assert np.isnan(goal.threshold)


@given(VALUES, st.floats(0.01, 0.99), st.sampled_from(["best", "worst"]))
def test_it_depends_on_ranks_alone(values: np.ndarray, fraction: float, subset: str) -> None:
    goal = select_goal(values, fraction, subset)
    np.testing.assert_array_equal(select_goal(8 * values, fraction, subset).reached, goal.reached)
    order = np.random.default_rng(0).permutation(len(values))
    np.testing.assert_array_equal(
        select_goal(values[order], fraction, subset).reached, goal.reached[order]
    )


@given(VALUES, st.floats(0.01, 0.99))
def test_at_least_the_fraction_is_selected(values: np.ndarray, fraction: float) -> None:
    worst = select_goal(values, fraction, "worst").reached.sum()
    assert worst >= max(1, round(fraction * len(values)))


@pytest.mark.parametrize("target", ["error", "flops", "train_seconds"])
def test_missing_values_of_a_target_are_infinite(target: str) -> None:
    trials = search(40, error=lambda c: None if c["n_layers"] == 1 else 1.0)
    trials["flops"][3] = np.nan
    values = target_values(trials, target)
    failed = trials["status"].values[:, 0] == "failed"
    assert values.shape == (40,)
    if target == "error":
        np.testing.assert_array_equal(np.isinf(values), failed)
    else:
        assert np.isinf(values[3]) == (target == "flops")
        assert np.isfinite(np.delete(values, 3)).all()


def test_the_worst_finite_value_stands_for_a_missing_one() -> None:
    found = worst_for_missing(np.array([1.0, np.inf, 3.0, np.nan]))
    np.testing.assert_array_equal(found, [1, 3, 3, 3])
    np.testing.assert_array_equal(worst_for_missing(np.array([np.inf, np.inf])), [0, 0])


@pytest.mark.parametrize("size", [1.0, 1e-300, 1.5e308, -3.0])
def test_values_that_are_equal_up_to_rounding_tie(size: float) -> None:
    noise = np.random.default_rng(0).integers(-8, 9, 60) * np.finfo(float).eps
    values = size * (1 + noise)
    assert len(np.unique(values)) > 5
    for subset in ("best", "worst"):
        assert select_goal(values, 0.1, subset).reached.all()
    # One in twelve digits is a difference, whatever the size of the others.
    other = np.append(values, [size - 1e-11 * abs(size), 1.7e308, np.inf])
    assert select_goal(other, 0.01, "best").reached.sum() == 1


def test_the_worst_and_the_best_of_the_largest_numbers_are_found() -> None:
    values = np.array([-1.7e308, 0.0, 1.7e308, np.inf])
    assert select_goal(values, 0.25, "best").reached.tolist() == [True, False, False, False]
    assert select_goal(values, 0.75, "best").reached.tolist() == [True, True, True, False]
    assert select_goal(values, 0.5, "worst").reached.tolist() == [False, False, True, True]
