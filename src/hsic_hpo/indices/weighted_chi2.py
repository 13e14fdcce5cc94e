"""The law of a positive combination of independent chi-square variables."""

import numpy as np
import scipy
from numpy.typing import ArrayLike

from hsic_hpo.indices.gaussian_kernel import FloatArray

_NODES = 120


def tail_probability(value: ArrayLike, weights: FloatArray) -> FloatArray:
    """Return ``P(sum_j weights_j X_j > value)``, X_j independent chi-square of one degree.

    The Laplace inversion integral along a parabola around the branch cut, through (or near) the
    saddle point, where the integrand decays as a Gaussian: relative errors stay small in the tail
    too, unlike those of Imhof's or Davies' oscillating integrals [1]_.

    Parameters
    ----------
    value
        Any shape; where it is <= 0 the probability is 1.
    weights
        Shape (r,), non-negative, not all 0.

    References
    ----------
    .. [1] S. O. Rice, "Distribution of quadratic forms in normal random variables: evaluation by
       numerical integration", SIAM Journal on Scientific and Statistical Computing 1 (1980)
       438-448.
    """
    ratio = np.sort(weights[weights > 0])[::-1] / weights.max()
    ratio = ratio[ratio > 1e-10]
    scaled = np.asarray(value, dtype=float) / weights.max()
    flat = np.maximum(scaled.ravel(), 1e-12)
    distance = _distance_to_branch(flat, ratio)
    # s = b - w**2 with b = 1/2 the branch point: in w the parabola is a line, the integrand smooth.
    reach = np.sqrt(42 / (flat * distance))
    t = np.linspace(0, 1, _NODES)[:, None] * reach
    w = np.sqrt(distance) * (1 - 1j * t)
    s = 0.5 - w**2
    factors = 1 - 2 * np.multiply.outer(ratio, s)
    # Modulus and angle apart, as NumPy's complex logarithm is several times slower.
    log_transform = -0.5 * (np.log(np.abs(factors)) + 1j * np.angle(factors)).sum(axis=0)
    integrand = np.exp(log_transform - s * flat) / s * w * np.sqrt(distance)
    integrand[0] /= 2
    integral = 2 / np.pi * integrand.real.sum(axis=0) * reach / (_NODES - 1)
    probability = np.where(distance > 0.5, 1 + integral, integral)
    probability = np.where(scaled.ravel() <= 0, 1.0, np.clip(probability, 0.0, 1.0))
    return probability.reshape(scaled.shape)


def quantile(probability: float, weights: FloatArray) -> float:
    """Return the value that the combination exceeds with a probability of ``1 - probability``.

    Parameters
    ----------
    probability
        In (0, 1), such as 0.95.
    weights
        Shape (r,), non-negative, not all 0.
    """
    high = float(weights.sum())
    while tail_probability(high, weights) > 1 - probability:
        high *= 2

    def excess(value: float) -> float:
        return float(tail_probability(value, weights)) - (1 - probability)

    return float(scipy.optimize.brentq(excess, 0.0, high, xtol=1e-9 * high))


def _distance_to_branch(value: FloatArray, ratio: FloatArray) -> FloatArray:
    """Return roughly how far from the branch point 1/2 the contour crosses the real axis."""
    low, high = np.log(0.5 / value), np.log(0.5 * len(ratio) / value)
    for _ in range(12):
        middle = (low + high) / 2
        width = 1 - ratio[:, None] + 2 * ratio[:, None] * np.exp(middle)
        slope = (ratio[:, None] / width).sum(axis=0)
        low, high = np.where(slope > value, middle, low), np.where(slope > value, high, middle)
    distance = np.exp(high)
    # The pole at s = 0 must not touch the contour: keep well to its right there.
    return np.where((distance > 0.25) & (distance < 1.0), 0.25, distance)
