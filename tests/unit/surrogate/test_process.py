"""What the surrogate sees, and what it predicts."""

import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from scipy.spatial.distance import pdist
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

from hsic_hpo.spaces.sampling import sample
from hsic_hpo.spaces.space import Space
from hsic_hpo.surrogate import process as surrogate
from small_search import SPACE


def test_numbers_become_their_normalised_values() -> None:
    space = Space.from_dict(
        {
            "rate": {"type": "float", "range": [1e-4, 1e-2], "scale": "log"},
            "layers": {"type": "integer", "range": [1, 4]},
            "flag": {"type": "boolean", "probability": 0.2},
            "size": {"type": "integer", "levels": [8, 16]},
        }
    )
    found = surrogate.features(
        space,
        [
            {"rate": 1e-3, "layers": 2, "flag": False, "size": 8},
            {"rate": 1e-2, "layers": 4, "flag": True, "size": 16},
        ],
    )
    expected = [[0.5, 0.375, 0.4, 0.25], [1.0, 0.875, 0.9, 0.75]]
    np.testing.assert_allclose(found, expected, rtol=1e-12)


@pytest.mark.parametrize("n_levels", [2, 3, 7])
def test_levels_lie_1_apart_and_their_absence_equally_far_from_all(n_levels: int) -> None:
    levels = [f"l{i}" for i in range(n_levels)]
    space = Space.from_dict({"kind": {"type": "categorical", "levels": levels}})
    corners = surrogate.features(space, [{"kind": level} for level in levels])
    np.testing.assert_allclose(pdist(corners), 1.0)
    away = np.linalg.norm(corners - surrogate.features(space, [{}]), axis=1)
    np.testing.assert_allclose(away, np.sqrt((1 - 1 / n_levels) / 2))


def test_configurations_that_lack_the_same_differ_only_in_what_they_have() -> None:
    space = Space.from_dict(SPACE)
    drawn = space.configurations(sample(space, 200, 0))
    lacking = [c for c in drawn if "momentum" not in c and "decay" not in c][:2]
    first, second = ({**c, "n_layers": 2, "learning_rate": 0.01} for c in lacking)
    first |= {"activation": "relu", "n_units": 8, "optimizer": "adam"}
    second |= {"activation": "relu", "n_units": 8, "optimizer": "adam"}
    x = surrogate.features(space, [first, second])
    np.testing.assert_array_equal(x[0], x[1])
    assert x.shape[1] == len(space) - 2 + 3 + 3


def test_diverged_trials_count_as_the_worst_and_errors_by_their_logarithm() -> None:
    errors = np.array([1e-3, np.inf, 1.0, 1e-5])
    np.testing.assert_allclose(surrogate.modelled_errors(errors), np.log([1e-3, 1.0, 1.0, 1e-5]))


def test_errors_that_are_not_positive_count_as_they_are() -> None:
    errors = np.array([-1.0, np.inf, 0.0, 3.0])
    np.testing.assert_array_equal(surrogate.modelled_errors(errors), [-1.0, 3.0, 0.0, 3.0])


def test_where_all_diverged_none_is_better() -> None:
    np.testing.assert_array_equal(surrogate.modelled_errors(np.full(3, np.inf)), np.zeros(3))


def _data(n: int = 40, noise: float = 0.05) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    x = rng.random((n, 2))
    return x, np.sin(5 * x[:, 0]) + np.cos(3 * x[:, 1]) + noise * rng.standard_normal(n)


def test_fit_agrees_with_a_gaussian_process_of_scikit_learn() -> None:
    x, y = _data()
    z = np.random.default_rng(1).random((30, 2))
    kernel = ConstantKernel(1.0, (0.01, 100)) * Matern([1, 1], [(0.05, 20.01)] * 2, nu=2.5)
    reference = GaussianProcessRegressor(
        kernel + WhiteKernel(), normalize_y=True, n_restarts_optimizer=3, random_state=0
    ).fit(x, y)
    fitted = surrogate.fit(x, y, seed=0)
    np.testing.assert_allclose(fitted.predict(z), reference.predict(z), atol=0.01)


def test_the_seed_decides_the_fit() -> None:
    x, y = _data()
    first, second = (surrogate.fit(x, y, seed=5).predict(x) for _ in range(2))
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("n", [1, 2])
def test_few_or_equal_targets_are_fitted_too(n: int) -> None:
    x = np.linspace(0.2, 0.8, n)[:, None]
    fitted = surrogate.fit(x, np.zeros(n), seed=0)
    assert np.isfinite(fitted.predict(np.array([[0.5]]), return_std=True)).all()


def test_threads_that_fit_at_once_hear_no_warning_of_a_bound() -> None:
    random = np.random.default_rng(0)
    # Of the second column nothing depends, so that its length scale ends at its bound.
    x = random.random((12, 2))
    y = 3 * x[:, 0]
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as threads:
            fits = [threads.submit(surrogate.fit, x, y, seed) for seed in range(80)]
            fitted = [fit.result() for fit in fits]
    finally:
        sys.setswitchinterval(before)

    assert all(np.allclose(one.predict(x), y, atol=0.05) for one in fitted)


def test_a_regularised_process_predicts_better_from_few_noisy_trials() -> None:
    """Of ten columns the error depends on one; twenty trials fit ten length scales too well."""
    kinds = (surrogate.Process, surrogate.RegularisedProcess)
    misses: dict[type, list[float]] = {kind: [] for kind in kinds}
    spread: dict[type, list[float]] = {kind: [] for kind in kinds}
    for seed in range(10):
        rng = np.random.default_rng(seed)
        x, others = rng.random((20, 10)), rng.random((200, 10))
        y = np.sin(4 * x[:, 0]) + 0.6 * rng.standard_normal(20)
        for kind in kinds:
            fitted = surrogate.fit(x, y, seed, kind=kind)
            misses[kind].append(np.mean((fitted.predict(others) - np.sin(4 * others[:, 0])) ** 2))
            spread[kind].append(np.log(fitted.kernel_.k1.k2.length_scale[1:]).std())
    plain, regularised = kinds
    assert np.mean(misses[regularised]) < 0.9 * np.mean(misses[plain])
    assert np.mean(spread[regularised]) < 0.5 * np.mean(spread[plain])
