"""A Gaussian process conditioned on trials: what it makes of errors at points without a trial.

The process has the kernel of proposals (Matérn 5/2, a length scale per column, noise), and an
unknown constant mean with a flat prior ([1]_, Section 2.7): trials that crowd around good values
do not pull it down. Inverse length scales have an exponential prior of mean 1, so that a
hyperparameter of which the trials say nothing counts as idle, not as whatever a flat likelihood
leaves. The scale of the values is the one of the largest likelihood.

References
----------
.. [1] C. E. Rasmussen, C. K. I. Williams, "Gaussian Processes for Machine Learning" (2006).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy.linalg import cho_solve, cholesky, solve_triangular
from scipy.optimize import Bounds, OptimizeResult, minimize
from scipy.spatial.distance import cdist
from scipy.stats import spearmanr

from hsic_hpo.surrogate.likelihood import log_posterior
from hsic_hpo.surrogate.priors import idle
from hsic_hpo.surrogate.scales import Scale, scales_for

_VARIANCE, _LENGTH, _NOISE = (0.01, 100.0), (0.05, 20.0), (1e-6, 10.0)
_STEPS = 100
# Variances of the noise from which the maximisation starts: trials may have little or much.
_STARTS = (0.01, 0.5)
# Draws at points that lie close together would have a singular covariance.
_JITTER = 1e-6


@dataclass(frozen=True)
class Posterior:
    """A Gaussian process, conditioned.

    Attributes
    ----------
    x
        ``(n, k)``.
    y
        ``(n,)`` values on their scale, standardised.
    theta
        ``(k + 2,)`` logarithms of the kernel's variance, the length scales, the noise.
    scale
        The scale of the values.
    centre, spread
        What standardised them.
    likelihood
        Logarithm of the marginal likelihood of ``y``.
    """

    x: np.ndarray
    y: np.ndarray
    theta: np.ndarray
    scale: Scale
    centre: float
    spread: float
    likelihood: float

    @cached_property
    def _factor(self) -> np.ndarray:
        covariance = _kernel(self.x, self.x, self.theta)
        covariance[np.diag_indices_from(covariance)] += np.exp(self.theta[-1])
        return cholesky(covariance, lower=True)

    def draw(self, points: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
        """Draw values at points jointly, without noise.

        Parameters
        ----------
        points
            ``(m, k)``.
        n
            Number of draws.
        rng
            Generator.

        Returns
        -------
        numpy.ndarray
            ``(n, m)`` on the scale of ``y``.
        """
        ones, y, across = self._whitened(points)
        certainty = ones @ ones
        constant = (ones @ y) / certainty
        mean = constant + across.T @ (y - constant * ones)
        left = 1 - across.T @ ones
        covariance = _kernel(points, points, self.theta) - across.T @ across
        covariance += np.outer(left, left) / certainty
        covariance[np.diag_indices_from(covariance)] += _JITTER * np.exp(self.theta[0])
        root = cholesky(covariance, lower=True, overwrite_a=True, check_finite=False)
        return mean + rng.standard_normal((n, len(points))) @ root.T

    def mean(self, points: np.ndarray) -> np.ndarray:
        """Return the mean of all draws at points, ``(m,)`` on the scale of ``y``."""
        ones, y, across = self._whitened(points)
        constant = (ones @ y) / (ones @ ones)
        return constant + across.T @ (y - constant * ones)

    def _whitened(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        ones, y = (
            solve_triangular(self._factor, values, lower=True)
            for values in (np.ones(len(self.y)), self.y)
        )
        across = solve_triangular(self._factor, _kernel(self.x, points, self.theta), lower=True)
        return ones, y, across

    def values(self, drawn: np.ndarray) -> np.ndarray:
        """Bring draws back to the scale that the values had."""
        return self.scale.backward(self.centre + self.spread * drawn)

    def left_out(self) -> np.ndarray:
        """Return what all other trials predict for each trial, ``(n,)`` ([1]_, Section 5.4.2)."""
        inverse = cho_solve((self._factor, True), np.eye(len(self.y)))
        weights = inverse.sum(axis=1)
        inverse -= np.outer(weights, weights) / weights.sum()
        return self.y - (inverse @ self.y) / np.diag(inverse)

    def rank_correlation(self) -> tuple[float, float]:
        """Compare :meth:`left_out` with the trials.

        Returns
        -------
        tuple
            Spearman's correlation, and the probability that it is as large by chance.
        """
        predicted = self.left_out()
        if np.ptp(predicted) == 0:
            return 0.0, 1.0
        found = spearmanr(predicted, self.y, alternative="greater")
        return float(found.statistic), float(found.pvalue)

    def needs(self, columns: slice, least: float) -> bool:
        """Tell whether the trials are much likelier with some columns than without them.

        Parameters
        ----------
        columns
            Of ``x``.
        least
            Difference of the maximised log marginal likelihoods from which on they are.
        """
        # A long length scale is not enough: with a large variance it still tells trials apart.
        kept = np.ones(self.x.shape[1], dtype=bool)
        kept[columns] = False
        x, start = self.x[:, kept], self.theta[np.concatenate([[True], kept, [True]])]
        if not kept.any():
            # Without any column all that is left is noise around a constant.
            x, start = np.zeros((len(self.y), 1)), self.theta[[0, 1, -1]]
        # One that comes as near as that decides it.
        enough = self.likelihood - least
        return _maximised(x, self.y, start, *_bounds(x.shape[1]), enough)[1] <= enough


def fit_posterior(
    x: np.ndarray, values: np.ndarray, scales: Sequence[Scale] | None = None
) -> Posterior:
    """Fit a Gaussian process to values on the scale that suits them.

    Parameters
    ----------
    x
        ``(n, k)``.
    values
        ``(n,)`` finite, not all equal.
    scales
        From which the likeliest one is taken; None: those that suit the values.
    """
    low, high = _bounds(x.shape[1])
    little, much = (
        np.concatenate([np.zeros(x.shape[1] + 1), [np.log(noise)]]) for noise in _STARTS
    )
    found = []
    for scale in scales or scales_for(values):
        transformed = scale.forward(values)
        centre, spread = float(transformed.mean()), float(transformed.std())
        y = (transformed - centre) / spread
        theta, likelihood = _maximised(x, y, little, low, high)
        posterior = Posterior(x, y, theta, scale, centre, spread, likelihood)
        evidence = likelihood - len(y) * np.log(spread) + scale.log_derivative(values).sum()
        found.append((float(evidence), posterior))
    best = max(found, key=lambda one: one[0])[1]
    theta, likelihood = _maximised(x, best.y, much, low, high)
    return (
        replace(best, theta=theta, likelihood=likelihood) if likelihood > best.likelihood else best
    )


def _bounds(k: int) -> tuple[np.ndarray, np.ndarray]:
    low, high = np.log([_VARIANCE, *[_LENGTH] * k, _NOISE]).T
    return low.copy(), high.copy()


def _maximised(
    x: np.ndarray,
    y: np.ndarray,
    start: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    enough: float = np.inf,
) -> tuple[np.ndarray, float]:
    """Maximise the likelihood times the prior; stop once the likelihood is sure to be enough."""

    def stop(intermediate_result: OptimizeResult) -> None:
        # Without the prior, which is below 1, it is larger still.
        if -intermediate_result.fun > enough:
            raise StopIteration

    def negative(theta: np.ndarray) -> tuple[float, np.ndarray]:
        value, gradient = log_posterior(theta, x, y, prior=idle)
        # The line search must not meet an infinite value.
        return (-value, -gradient) if np.isfinite(value) else (1e25, np.zeros_like(theta))

    found = minimize(
        negative,
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=Bounds(low, high),
        callback=stop,
        options={"maxiter": _STEPS},
    )
    density, _ = idle(np.exp(found.x[1:-1]))
    return found.x, -float(found.fun) - density


def _kernel(a: np.ndarray, b: np.ndarray, theta: np.ndarray) -> np.ndarray:
    lengths = np.exp(theta[1:-1])
    scaled = np.sqrt(5) * cdist(a / lengths, b / lengths)
    return np.exp(theta[0] - scaled) * (1 + scaled + scaled**2 / 3)
