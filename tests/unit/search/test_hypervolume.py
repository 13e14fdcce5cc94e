"""The staircase of error and cost: its area and its expected growth, against independent ones."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hsic_hpo.search.hypervolume import Staircase

POINTS = st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=0, max_size=12).map(
    lambda points: np.array(points, dtype=float).reshape(-1, 2)
)


def staircase(points: np.ndarray) -> Staircase:
    return Staircase.of(points[:, 0], points[:, 1], low=0.0, high=1.0, top=1.0)


@given(POINTS)
def test_the_hypervolume_is_the_area_of_the_union_of_the_dominated_rectangles(
    points: np.ndarray,
) -> None:
    # By sweeping over all pairs of coordinates as cells of a grid.
    xs, ys = (np.unique([*points[:, k], 0.0, 1.0]) for k in (0, 1))
    area = 0.0
    for left, right in pairwise(xs):
        for low, high in pairwise(ys):
            if ((points[:, 0] <= left) & (points[:, 1] <= low)).any():
                area += (right - left) * (high - low)
    assert staircase(points).hypervolume == pytest.approx(area, abs=1e-12)


@given(POINTS, st.integers(0, 2**32 - 1))
def test_the_staircase_does_not_depend_on_the_order_of_trials(
    points: np.ndarray, seed: int
) -> None:
    shuffled = np.random.default_rng(seed).permutation(points)
    first, second = staircase(points), staircase(shuffled)
    assert np.array_equal(first.edges, second.edges)
    assert np.array_equal(first.heights, second.heights)


def test_failed_trials_and_those_without_a_cost_do_not_count() -> None:
    costs, values = np.array([0.2, np.inf, 0.5]), np.array([np.inf, 0.1, np.nan])
    found = Staircase.of(costs, values, low=0.0, high=1.0, top=1.0)
    assert found.hypervolume == 0.0


@pytest.mark.parametrize("cost", [-0.3, 0.0, 0.4, 0.75, 1.0, 2.0])
@pytest.mark.parametrize("mean", [-0.5, 0.3, 0.9])
def test_the_expected_improvement_is_the_mean_over_simulated_errors(
    cost: float, mean: float
) -> None:
    points = np.array([[0.1, 0.8], [0.4, 0.5], [0.7, 0.2]])
    drawn = np.random.default_rng(0).normal(mean, 0.3, 20_000)
    before = staircase(points)
    gains = [
        Staircase.of(
            np.append(points[:, 0], cost),
            np.append(points[:, 1], value),
            low=0.0,
            high=1.0,
            top=1.0,
        ).hypervolume
        - before.hypervolume
        for value in drawn
    ]
    found = before.expected_improvement(np.array([cost]), np.array([mean]), np.array([0.3]))
    error = np.std(gains) / np.sqrt(len(gains))
    assert found[0] == pytest.approx(np.mean(gains), abs=4 * error + 1e-12)


def test_a_certain_error_improves_by_what_it_adds() -> None:
    before = staircase(np.array([[0.4, 0.5]]))
    found = before.expected_improvement(np.array([0.2]), np.array([0.25]), np.array([0.0]))
    assert found[0] == pytest.approx(0.2 * 0.75 + 0.6 * 0.25)
