"""The Gaussian kernel between levels of a categorical hyperparameter, free of their order.

The levels of a categorical hyperparameter own adjacent bins of [0, 1], so the kernel averaged over
two bins depends on the order in which a person happened to list the levels. Here that bin kernel is
averaged over all L! orders (not in the paper), in closed form up to two quadratures that are exact
to rounding:

- the Gaussian is its Fourier integral, on a trapezoidal rule whose aliases lie nine bandwidths
  away;
- in a random order each level takes an independent uniform position, so that, given the positions
  of levels a and b at distance t, every other level lies between them with probability t,
  independently. The mean over orders is the integral over t, of density 2(1 - t), of a product over
  those levels.
"""

from functools import lru_cache

import numpy as np

from hsic_hpo.indices.gaussian_kernel import FloatArray

_REACH = 9.0  # exp(-9**2 / 2) = 3e-18: beyond this many bandwidths the Gaussian is 0


def order_free_kernel(weights: FloatArray, bandwidth: float) -> FloatArray:
    """Return the bin-averaged Gaussian kernel between levels, averaged over all their orders.

    Parameters
    ----------
    weights
        Shape (L,), positive: the probabilities of the levels, normalised here.
    bandwidth
        Standard deviation of the kernel, in units of u.

    Returns
    -------
    FloatArray
        Shape (L, L), symmetric positive semi-definite.
    """
    shares = np.asarray(weights, dtype=float) / np.sum(weights)
    # Rounding makes shares that are equal by intent look unequal, and multiplies the work.
    distinct, inverse, counts = np.unique(shares.round(15), return_inverse=True, return_counts=True)
    between, within = _by_width(tuple(distinct), tuple(counts), float(bandwidth))
    kernel = between[np.ix_(inverse, inverse)]
    np.fill_diagonal(kernel, within[inverse])
    return kernel


@lru_cache(maxsize=256)
def _by_width(
    widths: tuple[float, ...], counts: tuple[int, ...], bandwidth: float
) -> tuple[FloatArray, FloatArray]:
    """Return the kernel between two different levels and of a level with itself, by width."""
    width = np.array(widths)
    step = 2 * np.pi / (1 + _REACH * bandwidth)
    frequency = step * np.arange(np.ceil(_REACH / bandwidth / step) + 1)
    density = np.exp(-((bandwidth * frequency) ** 2) / 2) * step * bandwidth / np.sqrt(2 * np.pi)
    density[1:] *= 2
    bin_mean = np.sinc(np.outer(width, frequency) / (2 * np.pi))
    within = bin_mean**2 @ density

    nodes, node_weights = np.polynomial.legendre.leggauss(sum(counts) // 2 + 1)
    t = (nodes + 1) / 2
    # steps[w, t, f]: mean of exp(i f gap) from one level of width w, in the gap with probability t.
    steps = 1 - t[:, None] + t[:, None] * np.exp(1j * np.multiply.outer(width, frequency))[:, None]
    between = np.zeros((len(width), len(width)))
    for a, b in zip(*np.triu_indices(len(width)), strict=True):
        others = np.array(counts)
        others[a] -= 1
        others[b] -= 1
        if others.min() < 0:
            continue  # a single level of this width: no pair of such levels
        gap = np.prod(steps ** others[:, None, None], axis=0)
        gap = (node_weights * (1 - t)) @ gap * np.exp(1j * frequency * (width[a] + width[b]) / 2)
        between[a, b] = between[b, a] = (bin_mean[a] * bin_mean[b] * density) @ gap.real
    return between, within
