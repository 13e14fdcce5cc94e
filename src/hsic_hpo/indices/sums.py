"""Sums over the trials from which single, joint and pure indices follow, in O(n).

Every index is a sum over all pairs of trials of products of features; expanded, it needs only the
sums of the features, and of their products, over all trials and over those that reach the goal.
They are taken in one pass over blocks of rows.

References
----------
.. [1] L. Song, A. Smola, A. Gretton, J. Bedo, K. Borgwardt, "Feature selection via dependence
   maximization", Journal of Machine Learning Research 13 (2012) 1393-1434.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsic_hpo.indices.features import Features
from hsic_hpo.indices.gaussian_kernel import FloatArray


@dataclass(frozen=True)
class SingleSums:
    """Sums over trials from which every single index follows; D features of d columns.

    Parameters
    ----------
    features
        The features, of n trials, that were summed.
    m
        Number of trials that reach the goal.
    total, chosen
        Shape (D,): sums of the features over all trials, and over those that reach the goal.
    total_square, chosen_square
        Shape (d,): sums of the squared norms of the features, over the same trials.
    """

    features: Features
    m: int
    total: FloatArray
    chosen: FloatArray
    total_square: FloatArray
    chosen_square: FloatArray

    @property
    def share(self) -> float:
        """The realised fraction zbar."""
        return self.m / self.features.n

    @property
    def contrast(self) -> FloatArray:
        """Shape (D,): ``(1/n) sum_k (z_k - zbar) phi(u_k)``."""
        return (self.chosen - self.share * self.total) / self.features.n

    def v_statistic(self) -> FloatArray:
        """Shape (d,): the V-statistics."""
        return self.features.per_column(self.contrast**2)

    def u_statistic(self) -> FloatArray:
        """Shape (d,): the U-statistics, [1]_ Equation 5 with the linear kernel on z."""
        n, m, per_column = self.features.n, self.m, self.features.per_column
        pairs_chosen = per_column(self.chosen**2) - self.chosen_square
        pairs_all = per_column(self.total**2) - self.total_square
        pairs_mixed = per_column(self.chosen * self.total) - self.chosen_square
        return (
            pairs_chosen
            + pairs_all * (m * (m - 1) / ((n - 1) * (n - 2)))
            - pairs_mixed * (2 * (m - 1) / (n - 2))
        ) / (n * (n - 3))


def single_sums(features: Features, z: NDArray[np.bool_]) -> SingleSums:
    """Return the sums that every single index needs, in one pass over the trials."""
    total = np.zeros(len(features.mean))
    chosen, square, chosen_square = total.copy(), total.copy(), total.copy()
    for rows, block in features.blocks():
        goal = block[:, z[rows]]
        total += block.sum(axis=1)
        chosen += goal.sum(axis=1)
        square += np.einsum("ij,ij->i", block, block)
        chosen_square += np.einsum("ij,ij->i", goal, goal)
    per_column = features.per_column
    return SingleSums(
        features, int(z.sum()), total, chosen, per_column(square), per_column(chosen_square)
    )


def second_sums(
    features: Features, z: NDArray[np.bool_]
) -> tuple[list[FloatArray], list[FloatArray]]:
    """Return each column's sum of phi phi^T (r, r), over all trials and over those with z."""
    total = [np.zeros((r, r)) for r in np.diff(features.starts)]
    chosen = [np.zeros((r, r)) for r in np.diff(features.starts)]
    for rows, block in features.blocks():
        for i in range(features.d):
            part = block[features.starts[i] : features.starts[i + 1]]
            goal = part[:, z[rows]]
            total[i] += part @ part.T
            chosen[i] += goal @ goal.T
    return total, chosen


def covariances(features: Features, sums: SingleSums, second: list[FloatArray]) -> list[FloatArray]:
    """Return the covariance (r, r) of each column's features, from its `second_sums`."""
    means = np.split(sums.total / features.n, features.starts[1:-1])
    return [
        raw / features.n - np.outer(mean, mean) for raw, mean in zip(second, means, strict=True)
    ]


def pair_sums(features: Features, z: NDArray[np.bool_]) -> tuple[FloatArray, FloatArray]:
    """Return ``(1/n) sum_k (z_k - zbar) phi`` and the same of ``phi phi^T``, in one pass.

    Two symmetric products of the stacked features: over all trials, and over the fewer with z.
    """
    size = len(features.mean)
    single, product = np.zeros(size), np.zeros((size, size))
    single_chosen, product_chosen = np.zeros(size), np.zeros((size, size))
    for rows, block in features.blocks():
        goal = block[:, z[rows]]
        single += block.sum(axis=1)
        single_chosen += goal.sum(axis=1)
        product += block @ block.T
        product_chosen += goal @ goal.T
    share = float(z.mean())
    return (
        (single_chosen - share * single) / features.n,
        (product_chosen - share * product) / features.n,
    )


def joint_and_pure(
    features: Features, single: FloatArray, product: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the joint indices (d, d) and the pure interactions (d, d), from `pair_sums`.

    With the mean feature mu given back, the product of columns i and j is
    ``C_ij + c_i mu_j^T + mu_i c_j^T``, and its squared norm is expanded.
    """
    starts, mean = features.starts[:-1], features.mean
    pure = np.add.reduceat(np.add.reduceat(product**2, starts, axis=1), starts, axis=0)
    towards_mean = np.add.reduceat(product * mean, starts, axis=1)
    cross = np.add.reduceat(single[:, None] * towards_mean, starts, axis=0)
    effect, height = features.per_column(single**2), features.per_column(mean**2)
    overlap = features.per_column(single * mean)
    main = np.outer(effect, height)
    # Rounding follows the order of the sums: else (i, j) and (j, i) differ in the last digit.
    pure = (pure + pure.T) / 2
    joint = pure + (main + main.T) + 2 * (np.outer(overlap, overlap) + (cross + cross.T))
    np.fill_diagonal(pure, np.nan)
    return np.maximum(joint, 0.0), pure
