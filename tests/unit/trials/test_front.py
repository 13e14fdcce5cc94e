"""Places towards the front, beside a count of who dominates whom."""

import numpy as np
import pytest

from hsic_hpo.trials.front import front_places, with_front_places, without_dearer
from hsic_hpo.trials.goals import select_goal, target_values
from small_search import search


def ranks_by_definition(errors: np.ndarray, costs: np.ndarray) -> np.ndarray:
    """Peel one front after the other, each trial beside each."""
    better = (errors[:, None] <= errors) & (costs[:, None] <= costs)
    better &= (errors[:, None] < errors) | (costs[:, None] < costs)
    ranks, left = np.zeros(len(errors), dtype=int), np.ones(len(errors), dtype=bool)
    rank = 0
    while left.any():
        front = left & ~(better & left[:, None]).any(axis=0)
        ranks[front] = rank
        left &= ~front
        rank += 1
    return ranks


@pytest.mark.parametrize("levels", [5, 1000])
def test_fronts_follow_each_other_as_defined(levels: int) -> None:
    """With ties and equal trials, and without."""
    rng = np.random.default_rng(levels)
    errors, costs = rng.integers(1, levels, (2, 120)).astype(float)
    ranks, places = ranks_by_definition(errors, costs), front_places(errors, costs)
    for rank in range(ranks.max()):
        assert places[ranks == rank].max() < places[ranks == rank + 1].min()
    pairs = np.column_stack([errors, costs])
    assert len(np.unique(places)) == len(np.unique(pairs, axis=0))
    counted = [1 + (places < place).sum() for place in places]
    np.testing.assert_array_equal(places, counted)


def test_within_a_front_what_adds_most_to_the_hypervolume_comes_first() -> None:
    """Logarithms of (cost, error): the widest step is at (1, 1) among (0, 3), (1, 1), (2.9, 0)."""
    errors, costs = np.exp([3.0, 1.0, 0.0, 3.0]), np.exp([0.0, 1.0, 2.9, 3.0])
    # (0, 3): 1 x 0; (1, 1): 1.9 x 2; (2.9, 0): 0.1 x 1, beside the worst corner (3, 3).
    assert front_places(errors, costs).tolist() == [3.0, 1.0, 2.0, 4.0]


def test_a_trial_without_an_error_or_a_cost_has_no_place() -> None:
    places = front_places(np.array([1.0, np.inf, 2.0]), np.array([1.0, 1.0, np.inf]))
    assert places.tolist() == [1.0, np.inf, np.inf]
    assert not np.isfinite(front_places(np.array([np.inf]), np.array([1.0]))).any()


def test_the_best_by_place_are_those_nearest_to_the_front() -> None:
    trials = search(60, error=lambda c: None if c["n_layers"] == 8 else c["learning_rate"])
    placed = with_front_places(trials, "flops")
    errors, costs = target_values(trials, "error"), target_values(trials, "flops")
    np.testing.assert_array_equal(target_values(placed, "error"), front_places(errors, costs))
    reached = select_goal(target_values(placed, "error"), 0.05, "best").reached
    assert (ranks_by_definition(errors, costs)[reached] == 0).all()
    assert "place towards the front of error" in placed.attrs["error_name"]
    np.testing.assert_array_equal(target_values(placed, "flops"), costs)


def test_trials_up_to_a_cost_are_those_up_to_it() -> None:
    trials = search(60)
    costs = target_values(trials, "flops")
    limit = float(np.median(costs))
    kept = without_dearer(trials, "flops", limit)
    np.testing.assert_array_equal(target_values(kept, "flops"), costs[costs <= limit])
