"""Goal-oriented HSIC indices of hyperparameters: single, joint and pure interaction.

With z the indicator of a goal (such as being among the best tenth) over n trials, zbar its mean,
and ``phi`` the features of a Gaussian kernel on [0, 1], the index of a hyperparameter is the
V-statistic

    S_i = || (1/n) sum_k (z_k - zbar) phi(u_ki) ||**2 = HSIC(U_i, Z)

with the linear kernel on Z: the squared distance between the laws of U_i and of U_i given Z = 1,
times zbar**2 ([1]_, Section 3; the authors' code has the requested fraction in place of zbar). All
is computed from explicit features in O(n), streaming over blocks of rows, and equals the sums over
all pairs of trials within 1e-12 (ours).

References
----------
.. [1] P. Novello, G. Poëtte, D. Lugato, P. M. Congedo, "Goal-oriented sensitivity analysis of
   hyperparameters in deep learning", Journal of Scientific Computing 94 (2023) 45.
.. [2] L. Song, A. Smola, A. Gretton, J. Bedo, K. Borgwardt, "Feature selection via dependence
   maximization", Journal of Machine Learning Research 13 (2012) 1393-1434.
.. [3] S. Da Veiga, "Kernel-based ANOVA decomposition and Shapley effects", arXiv 2101.05487 (2021).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hsic_hpo.errors import InputError
from hsic_hpo.indices.bandwidths import Bandwidth, resolve
from hsic_hpo.indices.features import MEDIAN_BANDWIDTH, Column, Features, as_columns
from hsic_hpo.indices.gaussian_kernel import FloatArray

__all__ = ["MEDIAN_BANDWIDTH", "hsic", "joint_hsic", "pure_interaction"]


def hsic(
    x: ArrayLike | Sequence[Column],
    z: ArrayLike,
    *,
    bandwidth: Bandwidth = MEDIAN_BANDWIDTH,
    unbiased: bool = False,
    normalised: bool = False,
    requested_fraction: float | None = None,
) -> FloatArray:
    """Return the index of each hyperparameter.

    Parameters
    ----------
    x
        Shape (n, d), u of each trial and hyperparameter in [0, 1], or (n,) of one
        hyperparameter; or d columns (`hsic_hpo.indices.features`).
    z
        Shape (n,), boolean, or 0 and 1: whether each trial reaches the goal; some do and some do
        not.
    bandwidth
        Standard deviation of the Gaussian kernel, or a rule (see
        `hsic_hpo.indices.bandwidths.resolve`).
    unbiased
        Return the U-statistic ([2]_, Equation 5), which may be negative, in place of the
        V-statistic.
    normalised
        Divide by ``zbar (1 - zbar) ||Sigma||_F``, Sigma the covariance of the features: R2-HSIC, in
        [0, 1] for the V-statistic ([3]_).
    requested_fraction
        The authors' own convention: ``zbar**2`` is replaced by the square of this fraction, which
        is in (0, 1].

    Returns
    -------
    FloatArray
        Shape (d,), without unit.

    Raises
    ------
    InputError
        u outside [0, 1] or missing, z not boolean, empty or full, or shapes that do not fit.

    Examples
    --------
    >>> import numpy as np
    >>> import hsic_hpo as hh
    >>> u = np.random.default_rng(0).random((1000, 3))
    >>> z = (u[:, 0] < 0.5) & (u[:, 1] < 0.5)
    >>> hh.hsic(u, z).round(3).tolist()
    [0.014, 0.015, 0.0]
    """
    columns, mask = checked(x, z)
    if requested_fraction is not None and not 0 < requested_fraction <= 1:
        raise InputError(f"requested_fraction: {requested_fraction}; it must be within (0, 1]")
    features = Features(columns, resolve(columns, mask, bandwidth))
    sums = single_sums(features, mask)
    index = sums.u_statistic() if unbiased else sums.v_statistic()
    if normalised:
        share = sums.share
        spread = covariances(features, sums, second_sums(features, mask)[0])
        index = index / (share * (1 - share) * np.array([np.linalg.norm(c) for c in spread]))
    if requested_fraction is not None:
        index = index * (requested_fraction / sums.share) ** 2
    return index


def joint_hsic(
    x: ArrayLike | Sequence[Column],
    z: ArrayLike,
    *,
    bandwidth: Bandwidth = MEDIAN_BANDWIDTH,
) -> FloatArray:
    """Return the joint index of each pair of hyperparameters, with the product of their kernels.

    It mixes the main effects of both with their interaction: see `pure_interaction` for the latter.

    Parameters
    ----------
    x, z, bandwidth
        As for `hsic`.

    Returns
    -------
    FloatArray
        Shape (d, d), symmetric, V-statistics. The diagonal holds the pair (i, i), as in the
        authors' code: the index of i with its kernel squared, a Gaussian one of bandwidth divided
        by sqrt(2).

    Raises
    ------
    InputError
        As for `hsic`.

    Examples
    --------
    >>> import numpy as np
    >>> import hsic_hpo as hh
    >>> u = np.random.default_rng(0).random((1000, 3))
    >>> z = (u[:, 0] < 0.5) & (u[:, 1] < 0.5)
    >>> hh.joint_hsic(u, z)[0].round(3).tolist()
    [0.015, 0.02, 0.008]
    """
    return _pair_indices(x, z, bandwidth)[0]


def pure_interaction(
    x: ArrayLike | Sequence[Column],
    z: ArrayLike,
    *,
    bandwidth: Bandwidth = MEDIAN_BANDWIDTH,
) -> FloatArray:
    """Return the pure interaction of each pair of hyperparameters in reaching the goal.

    With features centred under the law of each hyperparameter, it is the part of the dependence
    that neither main effect holds: the joint index of the kernel ``(1 + k_i)(1 + k_j)`` is
    ``S_i + S_j + I_ij`` ([3]_).

    Parameters
    ----------
    x, z, bandwidth
        As for `hsic`.

    Returns
    -------
    FloatArray
        Shape (d, d), symmetric, V-statistics, NaN on the diagonal.

    Raises
    ------
    InputError
        As for `hsic`.

    Examples
    --------
    >>> import numpy as np
    >>> import hsic_hpo as hh
    >>> u = np.random.default_rng(0).random((1000, 3))
    >>> z = (u[:, 0] < 0.5) & (u[:, 1] < 0.5)
    >>> hh.pure_interaction(u, z)[0].round(3).tolist()
    [nan, 0.004, 0.0]
    """
    return _pair_indices(x, z, bandwidth)[1]


def _pair_indices(
    x: ArrayLike | Sequence[Column], z: ArrayLike, bandwidth: Bandwidth
) -> tuple[FloatArray, FloatArray]:
    columns, mask = checked(x, z)
    features = Features(columns, resolve(columns, mask, bandwidth))
    single, product = pair_sums(features, mask)
    return joint_and_pure(features, single, product)


def checked(
    x: ArrayLike | Sequence[Column], z: ArrayLike
) -> tuple[tuple[Column, ...], NDArray[np.bool_]]:
    """Return x as columns and z as a boolean array, or raise `InputError` (see `hsic`)."""
    columns = as_columns(x)
    try:
        given = np.asarray(z)
    except ValueError:
        raise InputError("z: not an array; a boolean a trial is needed") from None
    n = len(columns[0])
    if given.shape != (n,):
        raise InputError(f"z: shape {given.shape}; one value for each of the {n} trials is needed")
    if given.dtype != bool and not np.all((given == 0) | (given == 1)):
        raise InputError("z: values other than 0 and 1; a boolean a trial is needed")
    mask = given.astype(bool)
    m = int(mask.sum())
    if n < 4 or m in (0, n):
        raise InputError(
            f"z: {m} of {n} trials reach the goal; at least 4 trials, of which some do and some"
            " do not, are needed"
        )
    return columns, mask


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
        """Shape (d,): the U-statistics, [2]_ Equation 5 with the linear kernel on z."""
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
