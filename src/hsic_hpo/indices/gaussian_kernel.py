"""The Gaussian kernel on [0, 1] as a short sum of products: polynomials, bounds, factors.

On [0, 1] the Gaussian kernel ``k(u, v) = exp(-(u - v)**2 / (2 * bandwidth**2))`` has a tiny
numerical rank. It is interpolated by Chebyshev polynomials of a degree from a rigorous bound, and
the matrix of its coefficients is factorised, so that ``k(u, v)`` is the scalar product of two short
vectors (not in the paper).

Bound. With ``x = 2u - 1``, ``k(., v)`` is analytic; on the Bernstein ellipse of parameter ``rho``
its modulus is at most ``M = exp(b**2 / (8 * bandwidth**2))``, ``b = (rho - 1/rho) / 2``.
Interpolation in R + 1 Chebyshev points then errs by at most ``4 M rho**-R / (rho - 1)`` ([1]_,
Theorem 8.2), and doing it in the second argument too by at most ``1 + L`` times that,
``L = 1 + (2 / pi) log(R + 1)`` being the Lebesgue constant ([1]_, Theorem 15.2). `a_priori_degree`
takes the best ``rho``; `factor` then drops the degrees and eigenvalues whose summed contributions
stay under the tolerance. Chebyshev rather than Legendre polynomials, because they stay within 1:
rounding is not amplified at the ends of [0, 1].

References
----------
.. [1] L. N. Trefethen, "Approximation Theory and Approximation Practice", SIAM, 2013.
"""

from functools import lru_cache

import numpy as np
from numpy.polynomial.chebyshev import chebvander
from numpy.typing import NDArray
from scipy import fft, linalg

FloatArray = NDArray[np.float64]

MEDIAN_BANDWIDTH = float(1 - 1 / np.sqrt(2))
"""The median of ``|U - U'|`` for independent U, U' uniform on [0, 1]."""

MIN_BANDWIDTH = 0.005
"""The smallest bandwidth accepted: below it the expansion needs a thousand polynomials."""

TOLERANCE = 1e-13
"""Largest absolute error of the kernel from each truncation: the degree's and the rank's."""


def a_priori_degree(bandwidth: float, tolerance: float = TOLERANCE) -> int:
    """Return a degree R at which the interpolated kernel is within `tolerance` of the Gaussian one.

    Parameters
    ----------
    bandwidth
        Standard deviation of the kernel, in units of u.
    tolerance
        Allowed absolute error of the kernel over the whole unit square.

    Returns
    -------
    int
        The smallest degree for which the bound of this module holds, minimised over a grid of
        ellipses.
    """
    rho = 1 + np.geomspace(1e-3, 1e4, 2000)
    log_modulus = ((rho - 1 / rho) / 2) ** 2 / (8 * bandwidth**2)

    def log_bound(degree: int) -> float:
        one_sided = np.log(4) + log_modulus - degree * np.log(rho) - np.log(rho - 1)
        return float(one_sided.min() + np.log(2 + 2 / np.pi * np.log(degree + 1)))

    low, high = 0, 1
    while log_bound(high) > np.log(tolerance):
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if log_bound(middle) > np.log(tolerance) else (low, middle)
    return high


def polynomials(u: FloatArray, degree: int) -> FloatArray:
    """Evaluate the shifted Chebyshev polynomials ``T_r(2u - 1)``, r = 0 … degree.

    Parameters
    ----------
    u
        Points in [0, 1], any shape S.
    degree
        Highest degree, >= 1.

    Returns
    -------
    FloatArray
        Shape (degree + 1, *S).
    """
    return np.moveaxis(np.asarray(chebvander(2 * u - 1, degree), dtype=float), -1, 0)


def polynomial_means(degree: int) -> FloatArray:
    """Return the means of ``T_r(2U - 1)``, r = 0 … degree, under U uniform on [0, 1]: exact."""
    r = np.arange(degree + 1)
    means = np.zeros(degree + 1)
    means[::2] = 1 / (1 - r[::2] ** 2.0)
    return means


@lru_cache(maxsize=256)
def coefficients(bandwidth: float) -> FloatArray:
    """Return the coefficients of the kernel on products of shifted Chebyshev polynomials.

    Parameters
    ----------
    bandwidth
        Standard deviation of the kernel, >= `MIN_BANDWIDTH`.

    Returns
    -------
    FloatArray
        Shape (R + 1, R + 1), symmetric, read-only. R is the smallest degree at which the absolute
        values of the coefficients dropped add up to at most half of `TOLERANCE`.
    """
    highest = a_priori_degree(bandwidth, TOLERANCE / 2)
    u = (1 + np.cos(np.pi * np.arange(highest + 1) / highest)) / 2
    kernel = np.exp(-((u[:, None] - u) ** 2) / (2 * bandwidth**2))
    matrix = fft.dctn(kernel, type=1) / highest**2
    ends = [0, highest]
    matrix[ends] /= 2
    matrix[:, ends] /= 2
    # The kernel is unchanged by u -> 1 - u of both arguments, so odd and even degrees never mix.
    matrix[::2, 1::2] = matrix[1::2, ::2] = 0.0
    matrix = (matrix + matrix.T) / 2
    # Entries of the size of the rounding error carry no information about the tail.
    size = np.where(np.abs(matrix) > np.finfo(float).eps / 4, np.abs(matrix), 0.0)
    kept = np.diag(size.cumsum(axis=0).cumsum(axis=1))
    degree = max(1, int(np.argmax(kept[-1] - kept <= TOLERANCE / 2)))
    matrix = matrix[: degree + 1, : degree + 1].copy()
    matrix.setflags(write=False)
    return matrix


@lru_cache(maxsize=256)
def factor(bandwidth: float) -> tuple[FloatArray, FloatArray]:
    """Factorise: ``k(u, v) = <phi(u), phi(v)>`` with ``phi(u) = mean + projection.T @ T(2u - 1)``.

    Parameters
    ----------
    bandwidth
        Standard deviation of the kernel, >= `MIN_BANDWIDTH`.

    Returns
    -------
    projection
        Shape (R + 1, r), read-only: weights of the polynomials in r features, which are centred
        under U[0, 1].
    mean
        Shape (r,), read-only: the exact mean of the features under U[0, 1].
    """
    matrix = coefficients(bandwidth)
    size = len(matrix)
    vectors, values = np.zeros((size, size)), np.empty(size)
    for parity in (slice(None, None, 2), slice(1, None, 2)):
        values[parity], vectors[parity, parity] = linalg.eigh(matrix[parity, parity])
    order = np.argsort(values)[::-1]
    values, vectors = np.maximum(values[order], 0.0), vectors[:, order]
    # A feature is at most sqrt(value) * sum_r |v_r|, as no polynomial exceeds 1.
    largest = values * np.abs(vectors).sum(axis=0) ** 2
    beyond = largest[::-1].cumsum()[::-1] - largest
    rank = int(np.argmax(beyond <= TOLERANCE)) + 1
    projection = vectors[:, :rank] * np.sqrt(values[:rank])
    mean = polynomial_means(size - 1) @ projection
    projection[0] -= mean
    projection.setflags(write=False)
    mean.setflags(write=False)
    return projection, mean


@lru_cache(maxsize=256)
def uniform_eigenvalues(bandwidth: float) -> FloatArray:
    """Return the eigenvalues of the kernel centred under U[0, 1], in decreasing order.

    Parameters
    ----------
    bandwidth
        Standard deviation of the kernel, >= `MIN_BANDWIDTH`.

    Returns
    -------
    FloatArray
        Shape (r,), read-only; their sum is ``1 - E k(U, U')``.
    """
    projection, _ = factor(bandwidth)
    nodes, weights = np.polynomial.legendre.leggauss(len(projection))
    features = projection.T @ polynomials((nodes + 1) / 2, len(projection) - 1)
    eigenvalues = np.linalg.eigvalsh((features * (weights / 2)) @ features.T)[::-1]
    eigenvalues = np.maximum(eigenvalues, 0.0)
    eigenvalues.setflags(write=False)
    return eigenvalues
