"""Goal-oriented HSIC indices of hyperparameters: single, joint and pure interaction.

With z the indicator of a goal (such as being among the best tenth) over n trials, zbar its mean,
and ``phi`` the features of a Gaussian kernel on [0, 1], the index of a hyperparameter is the
V-statistic

    S_i = || (1/n) sum_k (z_k - zbar) phi(u_ki) ||**2 = HSIC(U_i, Z)

with the linear kernel on Z: the squared distance between the laws of U_i and of U_i given Z = 1,
times zbar**2 ([1]_, Section 3; the authors' code has the requested fraction in place of zbar). All
is computed from explicit features in O(n), streaming over blocks of rows, and equals the sums over
all pairs of trials within 1e-12 (not in the paper, which sums over all pairs).

References
----------
.. [1] P. Novello, G. Poëtte, D. Lugato, P. M. Congedo, "Goal-oriented sensitivity analysis of
   hyperparameters in deep learning", Journal of Scientific Computing 94 (2023) 45.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hsic_hpo.errors import InputError
from hsic_hpo.indices.bandwidths import Bandwidth, resolve
from hsic_hpo.indices.features import Column, Features, as_columns
from hsic_hpo.indices.gaussian_kernel import MEDIAN_BANDWIDTH, FloatArray
from hsic_hpo.indices.sums import (
    covariances,
    joint_and_pure,
    pair_sums,
    second_sums,
    single_sums,
)


def hsic(
    x: ArrayLike | Sequence[Column],
    z: ArrayLike,
    *,
    bandwidth: Bandwidth = MEDIAN_BANDWIDTH,
    unbiased: bool = False,
    normalised: bool = False,
    requested_fraction: float | None = None,
) -> FloatArray:
    """Return the HSIC index of each hyperparameter: how much it decides which trials reach a goal.

    The squared distance, in the space of a Gaussian kernel, between the law of the hyperparameter
    and its law among the trials that reach the goal, times their share squared ([1]_, Section 3).

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
        The convention of the authors' code [1]_: ``zbar**2`` is replaced by the square of this
        fraction, which is in (0, 1]. With ``bandwidth="authors-max"`` the values of their published
        run come out to ten digits.

    Returns
    -------
    FloatArray
        Shape (d,), without unit.

    Raises
    ------
    InputError
        u outside [0, 1] or missing, z not boolean, all or none of the trials at the goal, shapes
        that do not fit, a bandwidth or fraction out of range.

    References
    ----------
    .. [1] P. Novello, G. Poëtte, D. Lugato, P. M. Congedo, "Goal-oriented sensitivity analysis of
       hyperparameters in deep learning", Journal of Scientific Computing 94 (2023) 45, and the code
       published with it.
    .. [2] L. Song, A. Smola, A. Gretton, J. Bedo, K. Borgwardt, "Feature selection via dependence
       maximization", Journal of Machine Learning Research 13 (2012) 1393-1434.
    .. [3] S. Da Veiga, "Kernel-based ANOVA decomposition and Shapley effects", arXiv 2101.05487
       (2021).

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
        authors' code [1]_: the index of i with its kernel squared, a Gaussian one of bandwidth
        divided by sqrt(2).

    Raises
    ------
    InputError
        As for `hsic`.

    References
    ----------
    .. [1] P. Novello, G. Poëtte, D. Lugato, P. M. Congedo, "Goal-oriented sensitivity analysis of
       hyperparameters in deep learning", Journal of Scientific Computing 94 (2023) 45, and the code
       published with it.

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
    ``S_i + S_j + I_ij`` ([1]_; not in the paper, which has the joint index alone).

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

    References
    ----------
    .. [1] S. Da Veiga, "Kernel-based ANOVA decomposition and Shapley effects", arXiv 2101.05487
       (2021).

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
