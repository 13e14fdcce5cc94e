"""The knee of fronts of which it is known."""

import numpy as np
import pytest

from hsic_hpo.search.knee import knee

X = np.linspace(0, 1, 101)


@pytest.mark.parametrize(("power", "place"), [(2.0, 0.5), (3.0, 1 - (1 / 3) ** (1 / 2))])
def test_it_is_where_the_slope_is_that_of_the_chord(power: float, place: float) -> None:
    """Of log error = (1 - x)^p over log cost = x: 1 - p (1 - x)^(p - 1) = 0."""
    costs, errors = 10 ** (4 * X), 0.01 * 10 ** (1.5 * (1 - X) ** power)
    assert X[knee(costs, errors)] == pytest.approx(place, abs=0.01)


@pytest.mark.parametrize(("cost_unit", "error_unit"), [(1e6, 1.0), (1.0, 100.0), (1e-3, 1e3)])
def test_units_do_not_move_it(cost_unit: float, error_unit: float) -> None:
    rng = np.random.default_rng(0)
    costs, errors = np.sort(rng.uniform(1, 1e5, 30)), np.sort(rng.uniform(0.01, 1, 30))[::-1]
    assert knee(cost_unit * costs, error_unit * errors) == knee(costs, errors)


def test_it_is_the_point_of_largest_distance_from_the_chord_by_geometry() -> None:
    rng = np.random.default_rng(1)
    for _ in range(50):
        costs, errors = np.sort(rng.uniform(1, 1e4, 8)), np.sort(rng.uniform(0.01, 1, 8))[::-1]
        points = np.log(np.stack([costs, errors], axis=1))
        along = (points[-1] - points[0]) / np.linalg.norm(points[-1] - points[0])
        offsets = points - points[0]
        # Positive to the right of the way from the cheapest to the dearest, which is below it.
        below = offsets[:, 0] * along[1] - offsets[:, 1] * along[0]
        expected = int(np.argmax(below)) if below.max() > 1e-9 else 7
        assert knee(costs, errors) == expected


def test_without_a_knee_the_lowest_error_stands_for_it() -> None:
    assert knee(np.array([5.0]), np.array([0.1])) == 0
    assert knee(np.array([5.0, 6.0]), np.array([0.1, 0.05])) == 1
    # A straight line, and one that lies above its chord.
    assert knee(10 ** (3 * X), 10 ** (-2 * X)) == 100
    assert knee(10 ** (3 * X), 10 ** (2 * (1 - X**2))) == 100


def test_errors_that_have_no_logarithm_count_as_they_are() -> None:
    assert knee(np.array([1.0, 10.0, 100.0]), np.array([1.0, -0.9, -1.0])) == 1
    assert knee(np.array([1.0, 2.0, 3.0]), np.array([2.0, 0.1, 0.0])) == 1
