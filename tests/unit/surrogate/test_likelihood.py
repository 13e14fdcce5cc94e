"""The likelihood and its gradient against scikit-learn's, which hold every derivative."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel
from skopt.learning import GaussianProcessRegressor as NoisyProcess

from hsic_hpo.surrogate import process as surrogate
from hsic_hpo.surrogate.likelihood import log_marginal_likelihood, log_posterior
from hsic_hpo.surrogate.priors import Prior, idle, moderate

BOUNDS = np.log([0.01, 100.0]), np.log([0.05, 20.0]), np.log([1e-5, 1.0])


def data(n: int, k: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return points, some of them twice and some columns of few values, and targets."""
    rng = np.random.default_rng(seed)
    x = rng.random((n, k))
    x[:, ::3] = x[:, ::3].round(1)
    x[n // 2] = x[0]
    return x, np.sin(5 * x[:, 0]) + x.sum(axis=1) + 0.1 * rng.standard_normal(n)


def reference(x: np.ndarray, y: np.ndarray, jitter: float) -> GaussianProcessRegressor:
    """Return scikit-learn's process of the same kernel, conditioned on the data."""
    kernel = ConstantKernel() * Matern(np.ones(x.shape[1]), nu=2.5) + WhiteKernel()
    return GaussianProcessRegressor(kernel, alpha=jitter, optimizer=None).fit(x, y)


@pytest.mark.parametrize(("n", "k"), [(1, 1), (2, 3), (40, 1), (60, 7), (150, 33)])
@pytest.mark.parametrize("jitter", [0.0, 1e-10])
def test_it_is_that_of_scikit_learn(n: int, k: int, jitter: float) -> None:
    x, y = data(n, k)
    process = reference(x, y, jitter or 1e-300)
    rng = np.random.default_rng(1)
    for _ in range(8):
        low, high = (np.array([BOUNDS[0][i], *[BOUNDS[1][i]] * k, BOUNDS[2][i]]) for i in range(2))
        theta = rng.uniform(low, high)
        value, gradient = log_marginal_likelihood(theta, x, y, jitter)
        expected, by_theta = process.log_marginal_likelihood(theta, eval_gradient=True)
        assert value == pytest.approx(expected, rel=1e-7)
        scale = np.abs(by_theta).max()
        np.testing.assert_allclose(gradient, by_theta, rtol=1e-6, atol=1e-7 * scale)


def test_it_is_the_density_of_a_normal_law() -> None:
    """Two points at distance 1: the kernel's closed form, (1 + √5 + 5/3) exp(-√5)."""
    near = 2 * (1 + np.sqrt(5) + 5 / 3) * np.exp(-np.sqrt(5))
    y = np.array([0.3, -1.1])
    law = multivariate_normal(np.zeros(2), [[2.5, near], [near, 2.5]])
    value, _ = log_marginal_likelihood(np.log([2.0, 3.0, 0.5]), np.array([[0.0], [3.0]]), y)
    assert value == pytest.approx(law.logpdf(y), rel=1e-12)


def test_the_gradient_is_that_of_finite_differences() -> None:
    x, y = data(30, 4)
    theta, step = np.log([1.5, 0.4, 0.8, 2.0, 0.3, 0.05]), 1e-5
    _, gradient = log_marginal_likelihood(theta, x, y)
    for i, found in enumerate(gradient):
        shift = step * (np.arange(len(theta)) == i)
        above, below = (log_marginal_likelihood(theta + s, x, y)[0] for s in (shift, -shift))
        assert found == pytest.approx((above - below) / (2 * step), rel=1e-5, abs=1e-5)


def test_a_shift_of_all_points_does_not_matter() -> None:
    x, y = data(30, 4)
    theta = np.log([1.5, 0.05, 0.8, 2.0, 0.3, 1e-3])
    value, gradient = log_marginal_likelihood(theta, x, y)
    shifted, by_theta = log_marginal_likelihood(theta, x + 1000.0, y)
    assert shifted == pytest.approx(value, rel=1e-6)
    np.testing.assert_allclose(by_theta, gradient, rtol=1e-5, atol=1e-5 * np.abs(gradient).max())


def test_what_is_not_positive_definite_has_no_likelihood() -> None:
    x = np.zeros((3, 2))
    value, gradient = log_marginal_likelihood(np.array([0.0, 0.0, 0.0, -800.0]), x, np.ones(3))
    assert value == -np.inf
    np.testing.assert_array_equal(gradient, np.zeros(4))


def test_the_fit_is_as_likely_as_that_of_scikit_optimize() -> None:
    x, y = data(80, 5)
    fitted = surrogate.fit(x, y, seed=0)
    expected = surrogate.fit(x, y, seed=0, kind=NoisyProcess)
    assert fitted.log_marginal_likelihood_value_ == pytest.approx(
        expected.log_marginal_likelihood_value_, rel=1e-6
    )
    np.testing.assert_allclose(fitted.predict(x), expected.predict(x), rtol=1e-3)
    assert fitted.noise_ == pytest.approx(expected.noise_, rel=1e-2)


@pytest.mark.parametrize("prior", [idle, moderate])
def test_a_prior_adds_its_density_and_gradient(prior: Prior) -> None:
    x, y = data(30, 3)
    theta, step = np.log([1.5, 0.4, 0.8, 2.0, 0.05]), 1e-5
    value, gradient = log_posterior(theta, x, y, prior=prior)
    density, _ = prior(np.exp(theta[1:-1]))
    assert value == pytest.approx(log_marginal_likelihood(theta, x, y)[0] + density, rel=1e-12)
    for i, found in enumerate(gradient):
        ahead, behind = (
            log_posterior(theta + sign * step * (np.arange(5) == i), x, y, prior=prior)[0]
            for sign in (1, -1)
        )
        assert found == pytest.approx((ahead - behind) / (2 * step), rel=1e-5, abs=1e-6)
