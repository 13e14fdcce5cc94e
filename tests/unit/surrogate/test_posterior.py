"""The Gaussian process of an explanation, against scikit-learn's and against its definition."""

import numpy as np
import pytest
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern

from hsic_hpo.surrogate.posterior import Posterior, fit_posterior
from hsic_hpo.surrogate.scales import scales_for
from hsic_hpo.surrogate.training_set import LARGEST, training_set

RNG = np.random.default_rng(0)
X = RNG.random((40, 3))
Y = np.sin(5 * X[:, 0]) + X[:, 1] + 0.1 * RNG.standard_normal(40)
THETA = np.log([1.5, 0.4, 0.9, 2.0, 0.02])


def _posterior() -> Posterior:
    (scale, *_) = scales_for(Y)
    return Posterior(X, Y, THETA, scale, 0.0, 1.0, 0.0)


def _reference(x: np.ndarray, y: np.ndarray) -> GaussianProcessRegressor:
    # A constant of a very large variance stands for one with a flat prior.
    kernel = ConstantKernel(1.5) * Matern([0.4, 0.9, 2.0], nu=2.5) + ConstantKernel(1e5)
    return GaussianProcessRegressor(kernel, alpha=0.02, optimizer=None).fit(x, y)


def test_draws_have_the_mean_and_the_covariance_of_the_process() -> None:
    points = np.random.default_rng(1).random((4, 3))
    drawn = _posterior().draw(points, 40_000, np.random.default_rng(2))
    mean, covariance = _reference(X, Y).predict(points, return_cov=True)
    spread = np.sqrt(np.diag(covariance))
    np.testing.assert_allclose(drawn.mean(axis=0), mean, atol=5 * spread.max() / 200)
    np.testing.assert_allclose(np.cov(drawn.T), covariance, atol=0.04 * covariance.max())


def test_what_is_predicted_without_a_trial_is_what_the_others_predict() -> None:
    predicted = _posterior().left_out()
    for i in (0, 7, 39):
        others = np.arange(len(Y)) != i
        expected = _reference(X[others], Y[others]).predict(X[[i]])
        np.testing.assert_allclose(predicted[i], expected[0], atol=1e-4)


def test_a_process_that_knows_nothing_does_not_predict() -> None:
    values = np.random.default_rng(3).standard_normal(60)
    _, chance = fit_posterior(np.random.default_rng(4).random((60, 2)), values).rank_correlation()
    assert chance > 0.01
    assert _posterior().rank_correlation()[1] < 1e-6


def test_evidence_is_large_for_what_matters_and_nothing_for_what_does_not() -> None:
    posterior = fit_posterior(X, Y)
    first, second, third = (slice(i, i + 1) for i in range(3))
    assert posterior.needs(first, 20.0)
    assert posterior.needs(second, 2.0)
    assert not posterior.needs(third, 1.0)
    # However little is asked for: one that ends early says what one to the end would say.
    without = fit_posterior(X[:, :2], Y).likelihood
    for least in (1e-3, 0.1):
        assert posterior.needs(third, least) == (posterior.likelihood - without >= least)


@pytest.mark.parametrize(
    ("values", "name"),
    [
        (np.exp(3 * Y), "logarithm"),
        (Y, "identity"),
        (np.sinh(6 * (Y - np.median(Y))), "inverse hyperbolic sine"),
    ],
)
def test_values_are_modelled_on_the_scale_on_which_they_are_regular(
    values: np.ndarray, name: str
) -> None:
    assert fit_posterior(X, values).scale.name == name


@pytest.mark.parametrize(
    "values",
    [
        np.geomspace(1e-3, 1e3, 9),
        np.linspace(-3.0, 50.0, 9),
        # Their squares do not exist.
        np.geomspace(1e-290, 1e290, 9),
        1e308 * np.linspace(-1.0, 1.0, 9),
    ],
)
def test_a_scale_can_be_undone_and_knows_its_derivative(values: np.ndarray) -> None:
    for scale in scales_for(values):
        np.testing.assert_allclose(scale.backward(scale.forward(values)), values, rtol=1e-9)
        step = 1e-6 * np.abs(values)
        step[values == 0] = step.max()
        slope = (scale.forward(values + step) - scale.forward(values - step)) / (2 * step)
        np.testing.assert_allclose(scale.log_derivative(values), np.log(slope), atol=1e-4)


def test_few_trials_are_all_fitted_to() -> None:
    assert training_set(X, Y).tolist() == list(range(40))


def test_of_many_trials_the_best_and_those_that_fill_the_space_are_fitted_to() -> None:
    rng = np.random.default_rng(5)
    # All but a few trials crowd in a corner.
    x = np.vstack([rng.random((20_000, 2)) * 0.1, rng.random((50, 2))])
    values = rng.random(len(x))
    kept = training_set(x, values)
    assert len(kept) == len(set(kept.tolist())) == LARGEST
    assert set(np.argsort(values)[: LARGEST // 4]) <= set(kept.tolist())
    assert (x[kept].max(axis=1) > 0.1).sum() > 40
    assert kept.tolist() == training_set(x, values).tolist()
