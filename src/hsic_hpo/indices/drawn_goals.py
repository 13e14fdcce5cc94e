"""Indices of many goals over the same points at once: a goal for each draw of an uncertain error.

The points and their features are the same for all draws, so that all indices follow from one pass
over them: of n points, D features and K draws in O(n D K) for single indices, and in O(n D² K)
times the share of a goal for pairs.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hsic_hpo.indices.bandwidths import Bandwidth, resolve
from hsic_hpo.indices.features import Column, Features
from hsic_hpo.indices.gaussian_kernel import FloatArray
from hsic_hpo.indices.sums import (
    SingleSums,
    covariances,
    joint_and_pure,
    second_sums,
    single_sums,
)


class DrawnIndices(NamedTuple):
    """Indices of d columns for K goals, NaN for a goal that all points reach, or fewer than two.

    Attributes
    ----------
    hsic, hsic_unbiased, r2_hsic
        ``(K, d)``: V-statistics, U-statistics, V-statistics over their largest value.
    joint_hsic, pure_interaction, pure_unbiased
        ``(K, d, d)``: V-statistics of pairs, and U-statistics of their pure interactions.
    """

    hsic: FloatArray
    hsic_unbiased: FloatArray
    r2_hsic: FloatArray
    joint_hsic: FloatArray
    pure_interaction: FloatArray
    pure_unbiased: FloatArray


def drawn_indices(
    columns: Sequence[Column],
    goals: NDArray[np.bool_],
    bandwidth: Bandwidth,
    *,
    pairs: bool,
) -> DrawnIndices:
    """Return the indices of every goal.

    Parameters
    ----------
    columns
        d of n points.
    goals
        ``(K, n)``: which points reach the goal.
    bandwidth
        As for `hsic_hpo.indices.hsic.hsic`; a rule is resolved once, for the points that most
        goals have.
    pairs
        Whether to compute the indices of pairs, else they are NaN.
    """
    n, k, d = goals.shape[1], len(goals), len(columns)
    found = DrawnIndices(*(np.full((k, d), np.nan) for _ in range(3)), *_pairs(k, d))
    usual = np.zeros(n, dtype=bool)
    usual[np.argsort(-goals.sum(axis=0), kind="stable")[: max(1, round(goals.mean() * n))]] = True
    features = Features(columns, resolve(columns, usual, bandwidth))
    sums = single_sums(features, usual)
    spread = covariances(features, sums, second_sums(features, usual)[0])
    width = np.array([np.linalg.norm(part) for part in spread])
    phi = features.block(slice(0, n))
    norms = np.add.reduceat(phi**2, features.starts[:-1], axis=0)
    everything = phi @ phi.T
    for draw, goal in enumerate(goals):
        m = int(goal.sum())
        if m < 2 or m == n:
            continue
        inside = phi[:, goal]
        one = SingleSums(
            features,
            m,
            sums.total,
            inside.sum(axis=1),
            sums.total_square,
            norms[:, goal].sum(axis=1),
        )
        share = one.share
        found.hsic[draw], found.hsic_unbiased[draw] = one.v_statistic(), one.u_statistic()
        found.r2_hsic[draw] = found.hsic[draw] / (share * (1 - share) * width)
        if not pairs:
            continue
        chosen = inside @ inside.T
        product = (chosen - share * everything) / n
        found.joint_hsic[draw], found.pure_interaction[draw] = joint_and_pure(
            features, one.contrast, product
        )
        found.pure_unbiased[draw] = _unbiased(features, norms, goal, everything, chosen)
    return found


def _pairs(k: int, d: int) -> list[FloatArray]:
    return [np.full((k, d, d), np.nan) for _ in range(3)]


def _unbiased(
    features: Features,
    norms: FloatArray,
    goal: NDArray[np.bool_],
    everything: FloatArray,
    chosen: FloatArray,
) -> FloatArray:
    """Return the U-statistics of the pure interactions, as `SingleSums.u_statistic` does."""
    n, m, starts = features.n, int(goal.sum()), features.starts[:-1]

    def per_pair(values: FloatArray) -> FloatArray:
        return np.add.reduceat(np.add.reduceat(values, starts, axis=1), starts, axis=0)

    square, square_chosen = norms @ norms.T, norms[:, goal] @ norms[:, goal].T
    pairs_chosen = per_pair(chosen**2) - square_chosen
    pairs_all = per_pair(everything**2) - square
    pairs_mixed = per_pair(chosen * everything) - square_chosen
    unbiased = (
        pairs_chosen
        + pairs_all * (m * (m - 1) / ((n - 1) * (n - 2)))
        - pairs_mixed * (2 * (m - 1) / (n - 2))
    ) / (n * (n - 3))
    np.fill_diagonal(unbiased, np.nan)
    return unbiased
