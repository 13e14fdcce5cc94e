"""Uncertainty of single indices without permutation: p-values, noise floors, intervals.

Under independence ``(n - 1) S`` follows ``zbar (1 - zbar) sum_j lambda_j chi2_j`` for large n,
lambda_j the eigenvalues of the kernel centred under the law of the hyperparameter ([1]_): a p-value
for each index. Away from independence the U-statistic is asymptotically normal around the true
index, with a variance from the covariance of ``h_k = (z_k - zbar)(phi_k - phibar)`` (delta method),
or its law is taken from the bootstrap.

References
----------
.. [1] A. Gretton, K. Fukumizu, C. H. Teo, L. Song, B. Schölkopf, A. Smola, "A kernel statistical
   test of independence", NeurIPS 20 (2007).
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

from hsic_hpo.errors import InputError
from hsic_hpo.indices.bandwidths import Bandwidth, resolve
from hsic_hpo.indices.bootstrap import resampled_indices
from hsic_hpo.indices.features import Column, Features
from hsic_hpo.indices.gaussian_kernel import MEDIAN_BANDWIDTH, FloatArray, uniform_eigenvalues
from hsic_hpo.indices.hsic import checked
from hsic_hpo.indices.sums import SingleSums, covariances, second_sums, single_sums
from hsic_hpo.indices.weighted_chi2 import quantile, tail_probability


class AsymptoticTest(NamedTuple):
    """Single indices against their asymptotic law under independence, one shape each.

    Attributes
    ----------
    statistic
        The indices (V-statistics).
    p_value
        Probability of an index as large under independence.
    noise_floor
        What an index exceeds under independence with a probability of ``level``.
    """

    statistic: FloatArray
    p_value: FloatArray
    noise_floor: FloatArray


class Interval(NamedTuple):
    """Estimates of single indices and their confidence intervals, shape (d,) each.

    Attributes
    ----------
    estimate
        The U-statistic: unbiased, so that it may be negative.
    standard_error
        Of the estimate.
    low, high
        Ends of the interval; the true index is >= 0, and so is ``low`` by the delta method.
    """

    estimate: FloatArray
    standard_error: FloatArray
    low: FloatArray
    high: FloatArray


def uniform_law_test(
    statistic: ArrayLike,
    n: ArrayLike,
    m: ArrayLike,
    *,
    bandwidth: float = MEDIAN_BANDWIDTH,
    level: float = 0.05,
) -> AsymptoticTest:
    """Test many indices at once against their asymptotic law under independence, u being uniform.

    A range sweep takes hundreds of indices, of different numbers of trials: they share the
    eigenvalues of the kernel under the uniform law, and no permutations are needed (not in the
    paper).

    Parameters
    ----------
    statistic
        V-statistics of u uniform on [0, 1], any shape.
    n, m
        Numbers of trials and of those that reach the goal behind each index, same shape or scalar.
    bandwidth
        Standard deviation of the Gaussian kernel of all of them.
    level
        Probability with which chance exceeds the noise floors, in (0, 1).

    Returns
    -------
    AsymptoticTest
        Of the shape of `statistic`; the p-value is NaN and the noise floor infinite where m is 0 or
        n.
    """
    statistic, n, m = np.broadcast_arrays(np.asarray(statistic, dtype=float), n, m)
    eigenvalues = uniform_eigenvalues(float(bandwidth))
    defined = (m > 0) & (m < n)
    scale = np.where(defined, m / n * (1 - m / n) / np.maximum(n - 1, 1), np.nan)
    p_value = np.full(statistic.shape, np.nan)
    p_value[defined] = tail_probability((statistic / scale)[defined], eigenvalues)
    noise_floor = np.where(defined, scale * _uniform_quantile(float(bandwidth), level), np.inf)
    return AsymptoticTest(statistic, p_value, noise_floor)


@lru_cache(maxsize=64)
def _uniform_quantile(bandwidth: float, level: float) -> float:
    return quantile(1 - level, uniform_eigenvalues(bandwidth))


def confidence_interval(
    x: ArrayLike | Sequence[Column],
    z: ArrayLike,
    *,
    bandwidth: Bandwidth = MEDIAN_BANDWIDTH,
    confidence: float = 0.95,
    method: Literal["delta", "bootstrap"] = "delta",
    seed: int | np.random.Generator | None = None,
    n_resamples: int = 1000,
) -> Interval:
    """Return the U-statistic of each hyperparameter with its standard error and interval.

    z is taken as given: that its threshold was itself estimated from the trials is not accounted
    for.

    Parameters
    ----------
    x, z, bandwidth
        As for `hsic_hpo.indices.hsic.hsic`. A bandwidth found by maximising is held at its value.
    confidence
        Of the intervals, in (0, 1).
    method
        ``"delta"``: the delta method, with the variance taken at each index on trial;
        ``"bootstrap"``: percentiles of the index over resampled trials ([1]_), without the pairs
        that a trial forms with itself. Neither is in the paper.
    seed
        Seed or generator of the bootstrap, required by it.
    n_resamples
        Number of resamples of the bootstrap.

    Returns
    -------
    Interval
        Shape (d,) each.

    Raises
    ------
    InputError
        As for `hsic_hpo.indices.hsic.hsic`; or a confidence outside (0, 1), an unknown method, no
        seed.

    References
    ----------
    .. [1] B. Efron and R. J. Tibshirani, "An Introduction to the Bootstrap", Chapman & Hall, 1993.

    Examples
    --------
    >>> import numpy as np
    >>> import hsic_hpo as hh
    >>> u = np.random.default_rng(0).random((1000, 3))
    >>> z = (u[:, 0] < 0.5) & (u[:, 1] < 0.5)
    >>> interval = hh.confidence_interval(u, z)
    >>> interval.low.round(3).tolist(), interval.high.round(3).tolist()
    ([0.012, 0.012, 0.0], [0.017, 0.018, 0.001])
    """
    if not 0 < confidence < 1:
        raise InputError(f"confidence: {confidence}; it must be within (0, 1)")
    columns, mask = checked(x, z)
    features = Features(columns, resolve(columns, mask, bandwidth))
    sums = single_sums(features, mask)
    estimate = sums.u_statistic()
    if method == "delta":
        return _delta(features, sums, mask, confidence)
    if method == "bootstrap":
        if seed is None:
            raise InputError("seed: None; the bootstrap needs a seed or a generator")
        resampled = resampled_indices(features, mask, np.random.default_rng(seed), n_resamples)
        tail = (1 - confidence) / 2
        low, high = np.quantile(resampled, [tail, 1 - tail], axis=0)
        return Interval(estimate, resampled.std(axis=0, ddof=1), low, high)
    raise InputError(f"method: {method!r}; 'delta' or 'bootstrap' is allowed")


def _noise_covariances(
    features: Features, sums: SingleSums, mask: NDArray[np.bool_]
) -> list[FloatArray]:
    """Return the covariance (r, r) of ``h_k = (z_k - zbar)(phi_k - phibar)`` for each column."""
    n, share = features.n, sums.share
    split = features.starts[1:-1]
    means, parts = np.split(sums.total / n, split), np.split(sums.chosen, split)
    contrasts = np.split(sums.contrast, split)
    total, chosen = second_sums(features, mask)
    noise = []
    for i, spread in enumerate(covariances(features, sums, total)):
        mixed = np.outer(means[i], parts[i])
        goal = (chosen[i] - mixed - mixed.T + sums.m * np.outer(means[i], means[i])) / n
        # (z - zbar)**2 = (1 - 2 zbar) z + zbar**2
        raw = (1 - 2 * share) * goal + share**2 * spread
        noise.append(raw - np.outer(contrasts[i], contrasts[i]))
    return noise


def _delta(
    features: Features, sums: SingleSums, mask: NDArray[np.bool_], confidence: float
) -> Interval:
    """Return the interval of the true indices S with ``(U - S)**2 <= q**2 variance(S)``, S >= 0.

    The variance of U is ``4 S v / n + 2 tr(V**2) / n**2``: V the covariance of h, v its value along
    the contrast. It depends on S, and is taken at the S on trial rather than at the estimate, as in
    Wilson's interval of a proportion (not in the paper): with the variance at the estimate,
    intervals of weak effects would cover too seldom.
    """
    estimate, n = sums.u_statistic(), features.n
    contrasts = np.split(sums.contrast, features.starts[1:-1])
    along, square = np.empty(features.d), np.empty(features.d)
    for i, noise in enumerate(_noise_covariances(features, sums, mask)):
        length = float(contrasts[i] @ contrasts[i])
        # Rounding can leave a column of one value with a covariance a little below 0.
        along[i] = max(float(contrasts[i] @ noise @ contrasts[i]), 0.0) / (n * length or 1.0)
        square[i] = 2 * (noise**2).sum() / n**2
    error = np.sqrt(4 * np.maximum(estimate, 0.0) * along + square)
    quantile_square = scipy.stats.norm.ppf((1 + confidence) / 2) ** 2
    centre = estimate + 2 * quantile_square * along
    reach = np.sqrt(np.maximum(centre**2 - estimate**2 + quantile_square * square, 0.0))
    low, high = np.maximum(centre - reach, 0.0), np.maximum(centre + reach, 0.0)
    return Interval(estimate, error, low, high)
