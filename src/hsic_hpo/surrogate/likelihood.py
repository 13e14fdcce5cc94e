"""The marginal likelihood of a Gaussian process with a Matérn 5/2 kernel, and its gradient.

At every step of the maximisation scikit-learn computes the kernel's derivative by each of k length
scales, an ``(n, n, k)`` array, which took most of the time of a proposal. Only its inner product
with one matrix is needed, a quadratic form in each column of the data: O(n²k) operations and O(n²)
memory, with results equal up to rounding ([1]_, equation 5.9).

References
----------
.. [1] C. E. Rasmussen, C. K. I. Williams, "Gaussian Processes for Machine Learning" (2006).
"""

import numpy as np
from scipy.linalg import cho_solve, cholesky
from scipy.linalg.lapack import dpotri
from scipy.spatial.distance import pdist, squareform

from hsic_hpo.surrogate.priors import Prior


def log_marginal_likelihood(
    theta: np.ndarray, x: np.ndarray, y: np.ndarray, jitter: float | np.ndarray = 0.0
) -> tuple[float, np.ndarray]:
    """Return the log marginal likelihood and its gradient by ``theta``.

    Parameters
    ----------
    theta
        ``(k + 2,)`` natural logarithms: the kernel's variance, its length scale per column, the
        variance of the noise.
    x
        ``(n, k)``.
    y
        ``(n,)``, of mean zero under the process.
    jitter
        Added to the noise, not negative, one for all or ``(n,)``.

    Returns
    -------
    tuple
        Minus infinity, and zeros, where the covariance is not positive definite.
    """
    variance, noise = np.exp(theta[0]), np.exp(theta[-1])
    # Only differences count; centred numbers lose fewer digits in them.
    z = (x - x.mean(axis=0)) / np.exp(theta[1:-1])
    # All matrices are symmetric: of most of them one half is computed, as ``pdist`` orders it.
    scaled = np.sqrt(5) * pdist(z)
    decay = variance * np.exp(-scaled)
    slope = 1 + scaled
    smooth = decay * (slope + scaled**2 / 3)
    covariance = squareform(smooth, checks=False)
    covariance[np.diag_indices_from(covariance)] = variance + noise + jitter
    try:
        factor = cholesky(covariance, lower=True, check_finite=False)
    except np.linalg.LinAlgError:
        return -np.inf, np.zeros_like(theta)
    weights = cho_solve((factor, True), y, check_finite=False)
    value = -0.5 * y @ weights - np.log(np.diag(factor)).sum() - 0.5 * len(y) * np.log(2 * np.pi)
    # A third of the operations of solving for the unit matrix.
    inverse, _ = dpotri(factor, lower=1)
    upper = ~np.tri(len(y), dtype=bool)
    outer = np.outer(weights, weights)[upper] - inverse.T[upper]
    trace = weights @ weights - np.trace(inverse)
    pull = squareform(outer * decay * slope * (5 / 3), checks=False)
    # The sum of pull[i, j] (z[i] - z[j])² over all pairs, per column.
    by_length = pull.sum(axis=1) @ z**2 - np.einsum("ik,ik->k", z, pull @ z)
    by_variance, by_noise = outer @ smooth + 0.5 * variance * trace, 0.5 * noise * trace
    return float(value), np.concatenate([[by_variance], by_length, [by_noise]])


def log_posterior(
    theta: np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
    jitter: float | np.ndarray = 0.0,
    *,
    prior: Prior,
) -> tuple[float, np.ndarray]:
    """Return :func:`log_marginal_likelihood` and the logarithm of a prior, added, likewise.

    Parameters
    ----------
    theta, x, y, jitter
        Those of :func:`log_marginal_likelihood`.
    prior
        Of the length scales, see :mod:`hsic_hpo.surrogate.priors`.
    """
    value, gradient = log_marginal_likelihood(theta, x, y, jitter)
    density, by_length = prior(np.exp(theta[1:-1]))
    gradient[1:-1] += by_length
    return value + density, gradient
