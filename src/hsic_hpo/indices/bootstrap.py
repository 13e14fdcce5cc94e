"""Single indices of resampled trials, from weighted sums of the features."""

import numpy as np
from numpy.typing import NDArray

from hsic_hpo.indices.features import Features
from hsic_hpo.indices.gaussian_kernel import FloatArray

_BATCH_BYTES = 2**27


def resampled_indices(
    features: Features, z: NDArray[np.bool_], rng: np.random.Generator, count: int
) -> FloatArray:
    """Return the indices of trials drawn with replacement, less the pairs of a trial with itself.

    Without these pairs the resampled indices spread around the U-statistic; with them, the bias of
    the V-statistic would enter twice (not in the paper).

    Parameters
    ----------
    features
        Of n trials and d columns.
    z
        Shape (n,), boolean.
    rng
        Source of the draws.
    count
        Number of resamples.

    Returns
    -------
    FloatArray
        Shape (count, d).
    """
    n = features.n
    batch = int(np.clip(_BATCH_BYTES // (8 * n), 1, count))
    parts = []
    for start in range(0, count, batch):
        size = min(batch, count - start)
        drawn = rng.integers(0, n, (size, n)) + n * np.arange(size)[:, None]
        counts = np.bincount(drawn.ravel(), minlength=size * n).reshape(size, n)
        parts.append(_weighted_indices(features, z, counts / n))
    return np.concatenate(parts)


def _weighted_indices(features: Features, z: NDArray[np.bool_], weights: FloatArray) -> FloatArray:
    """Return the indices (b, d) under weights (b, n) of the trials, each row of sum 1."""
    mean, goal_sum, own, goal_own = np.zeros((4, len(weights), len(features.mean)))
    norm, goal_norm = np.zeros((2, len(weights), features.d))
    for rows, block in features.blocks():
        goal = z[rows]
        w, goal_w = weights[:, rows], weights[:, rows][:, goal]
        by_row, goal_by_row = block.T, block.T[goal]
        norms = features.per_column(by_row**2)
        mean += w @ by_row
        goal_sum += goal_w @ goal_by_row
        own += w**2 @ by_row
        goal_own += goal_w**2 @ goal_by_row
        norm += w**2 @ norms
        goal_norm += goal_w**2 @ norms[goal]
    share = weights @ z
    index = features.per_column((goal_sum - share[:, None] * mean) ** 2)
    # sum of w**2 (z - share)**2 |phi - mean|**2, with (z - share)**2 = (1 - 2 share) z + share**2
    length = features.per_column(mean**2)
    spread = norm - 2 * features.per_column(own * mean) + _row_sum(weights**2) * length
    goal_spread = goal_norm - 2 * features.per_column(goal_own * mean)
    goal_spread += _row_sum(weights[:, z] ** 2) * length
    return index - (1 - 2 * share)[:, None] * goal_spread - (share**2)[:, None] * spread


def _row_sum(values: FloatArray) -> FloatArray:
    return values.sum(axis=1, keepdims=True)
