"""The noise that repeated trainings show, against the law that they were drawn from."""

import numpy as np
import pytest

from hsic_hpo.search.noise import known_noise
from hsic_hpo.trials.history import History
from small_search import search


def _history(errors: np.ndarray) -> History:
    spreads = np.column_stack([errors.std(axis=1, ddof=1), np.full(len(errors), errors.shape[1])])
    return History([{}] * len(errors), errors.mean(axis=1), np.ones(len(errors)), spreads)


@pytest.mark.parametrize("repeats", [2, 5])
def test_the_variance_of_a_mean_of_trainings_is_found(repeats: int) -> None:
    """Errors over four decades with a relative deviation of a tenth."""
    rng = np.random.default_rng(0)
    size = 10 ** rng.uniform(-4, 0, 4000)
    errors = size[:, None] * (1 + 0.1 * rng.standard_normal((4000, repeats)))
    assert known_noise(_history(errors)) == pytest.approx(0.01 / repeats, rel=0.06)


def test_errors_that_are_not_all_positive_are_not_seen_by_their_logarithm() -> None:
    rng = np.random.default_rng(0)
    errors = rng.uniform(-5, 5, (3000, 1)) + 0.3 * rng.standard_normal((3000, 3))
    assert known_noise(_history(errors)) == pytest.approx(0.09 / 3, rel=0.06)


def test_single_trainings_show_no_noise() -> None:
    assert known_noise(History.of([search(8)], None)).tolist() == [0] * 8


def test_the_spread_of_a_trial_is_that_of_its_trainings() -> None:
    trials = search(3)
    twice = trials.isel(repeat=[0, 0])
    twice["validation_error"] = (
        ("trial", "repeat"),
        np.array([[1.0, 3.0], [2.0, np.nan], [4.0, 4.0]]),
    )
    spreads = History.of([twice], None).spreads
    assert spreads is not None
    np.testing.assert_allclose(spreads, [[np.sqrt(2), 2], [np.nan, 1], [0, 2]])
