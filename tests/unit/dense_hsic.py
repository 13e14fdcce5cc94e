"""The O(n**2) estimators from n x n kernel matrices and closed forms: the reference."""

from itertools import permutations

import numpy as np
from scipy.special import erf

from hsic_hpo.indices.weighted_chi2 import tail_probability


def gaussian(u: np.ndarray, sigma: float) -> np.ndarray:
    return np.exp(-((u[:, None] - u) ** 2) / (2 * sigma**2))


def bin_kernel(low, high, low2, high2, sigma: float) -> np.ndarray:
    """Mean of the Gaussian kernel over [low, high] x [low2, high2]."""

    def twice_integrated(x):
        root = sigma * np.sqrt(2)
        return sigma**2 * np.exp(-((x / root) ** 2)) + x * root * np.sqrt(np.pi) / 2 * erf(x / root)

    total = (
        twice_integrated(high - low2)
        - twice_integrated(low - low2)
        - twice_integrated(high - high2)
        + twice_integrated(low - high2)
    )
    return total / ((high - low) * (high2 - low2))


def interval_kernel(low: np.ndarray, high: np.ndarray, sigma: float) -> np.ndarray:
    return bin_kernel(low[:, None], high[:, None], low, high, sigma)


def centred(kernel: np.ndarray, mean: np.ndarray, overall: float) -> np.ndarray:
    return kernel - mean[:, None] - mean + overall


def uniform_mean(u: np.ndarray, sigma: float) -> np.ndarray:
    """E k(u, U), U uniform on [0, 1]."""
    root = sigma * np.sqrt(2)
    return sigma * np.sqrt(np.pi / 2) * (erf((1 - u) / root) + erf(u / root))


def uniform_overall(sigma: float) -> float:
    """E k(U, U')."""
    return float(bin_kernel(0.0, 1.0, 0.0, 1.0, sigma))


def centred_gaussian(u: np.ndarray, sigma: float) -> np.ndarray:
    return centred(gaussian(u, sigma), uniform_mean(u, sigma), uniform_overall(sigma))


def order_free_levels(weights: np.ndarray, sigma: float) -> np.ndarray:
    """The bin kernel averaged over all orders of the levels, one order after the other."""
    shares = np.asarray(weights, dtype=float) / np.sum(weights)
    kernels = []
    for order in permutations(range(len(shares))):
        high = np.empty(len(shares))
        high[list(order)] = np.cumsum(shares[list(order)])
        kernels.append(interval_kernel(high - shares, high, sigma))
    return np.mean(kernels, axis=0)


def v_statistic(kernel: np.ndarray, z: np.ndarray) -> float:
    contrast = z - z.mean()
    return float(contrast @ kernel @ contrast / len(z) ** 2)


def normalised(kernel: np.ndarray, z: np.ndarray) -> float:
    """HSIC(U, Z) / sqrt(HSIC(U, U) HSIC(Z, Z)), with V-statistics."""
    n = len(z)
    centring = np.eye(n) - 1 / n
    of_u = centring @ kernel @ centring
    of_z = centring @ np.outer(z, z).astype(float) @ centring
    return float((of_u * of_z).sum() / np.sqrt((of_u**2).sum() * (of_z**2).sum()))


def u_statistic(kernel: np.ndarray, z: np.ndarray) -> float:
    """The mean of k_ab (l_ab + l_cd - 2 l_ac) over all ordered quadruples of different trials."""
    n = len(z)
    goal = np.outer(z, z).astype(float)
    total = sum(
        kernel[a, b] * (goal[a, b] + goal[c, d] - 2 * goal[a, c])
        for a, b, c, d in permutations(range(n), 4)
    )
    return total / (n * (n - 1) * (n - 2) * (n - 3))


def asymptotic_p_value(kernel: np.ndarray, z: np.ndarray) -> float:
    """The p-value of the V-statistic by the eigenvalues of the centred kernel matrix itself."""
    n, share = len(z), z.mean()
    centring = np.eye(n) - 1 / n
    eigenvalues = np.linalg.eigvalsh(centring @ kernel @ centring) / n
    scaled = v_statistic(kernel, z) * (n - 1) / (share * (1 - share))
    return float(tail_probability(scaled, np.maximum(eigenvalues, 0.0)))
