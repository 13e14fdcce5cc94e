"""Tests of all indices at once: p-values, adjustments for the family, noise floors.

For single and joint indices the indicator z is permuted over the trials, with the same permutations
for all of them (how they are drawn: `hsic_hpo.indices.null_draws`); such a p-value is exact. For
pure interactions the trials get random signs (`hsic_hpo.indices.random_signs`), which leaves the
main effects in place. Permuting z would take them away as well: where u_1 alone decides (z = 1 for
u_1 > 0.9, n = 400), 20 % of its p-values are at most 0.05, and 4 % of those by signs.

A joint index is significant as soon as either hyperparameter has a main effect. Only the p-value of
the pure interaction speaks of an interaction; as z is a thresholded error, of one in reaching the
goal.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import ArrayLike

from hsic_hpo.checks import check_integer
from hsic_hpo.errors import InputError
from hsic_hpo.indices.bandwidths import Bandwidth, resolve
from hsic_hpo.indices.features import Column, Features
from hsic_hpo.indices.gaussian_kernel import MEDIAN_BANDWIDTH, FloatArray
from hsic_hpo.indices.hsic import checked
from hsic_hpo.indices.null_draws import FixedNull, MaximisedNull
from hsic_hpo.indices.random_signs import signed_pure_interactions
from hsic_hpo.indices.sums import joint_and_pure, pair_sums

# Statistics that differ by rounding alone, as those of discrete hyperparameters often do, are ties.
_TIE = 1e-9
# Square of the rounding error of a mean: an index below it is 0, as those of a column of one value.
_ZERO = 1e-30


@dataclass(frozen=True)
class FamilyTest:
    """The test of one family of indices against draws of its null law.

    Parameters
    ----------
    statistic
        Shape (d,) or (d, d): the indices (V-statistics). NaN, here and below, where none is defined
        (the diagonal of pairs).
    p_value
        Share of the draws, the trials as they are among them, whose index is as large ([1]_).
    p_value_max_t
        Adjusted over the family so that the chance of any false finding is held: step-down maxima
        of the indices divided by their null means ([2]_).
    p_value_bh
        Adjusted over the family so that the share of false findings is held ([3]_).
    noise_floor
        What an index exceeds by chance with a probability of `level`; an index is above it where,
        and only where, its p-value is at most `level`.

    References
    ----------
    .. [1] B. Phipson and G. K. Smyth, "Permutation p-values should never be zero", Statistical
       Applications in Genetics and Molecular Biology 9 (2010) 39.
    .. [2] P. H. Westfall and S. S. Young, "Resampling-based multiple testing", Wiley, 1993.
    .. [3] Y. Benjamini and Y. Hochberg, "Controlling the false discovery rate", Journal of the
       Royal Statistical Society B 57 (1995) 289-300.
    """

    statistic: FloatArray
    p_value: FloatArray
    p_value_max_t: FloatArray
    p_value_bh: FloatArray
    noise_floor: FloatArray


@dataclass(frozen=True)
class PermutationTest:
    """The tests of all indices.

    Parameters
    ----------
    single
        Of the d single indices.
    joint, pure
        Of the joint indices and of the pure interactions of pairs; None where not asked for.
    bandwidths
        Shape (d,): of each column, as found on the trials given.
    n_permutations
        Number of permutations drawn, and as many of random signs.
    level
        Of the noise floors.
    """

    single: FamilyTest
    joint: FamilyTest | None
    pure: FamilyTest | None
    bandwidths: FloatArray
    n_permutations: int
    level: float


def permutation_test(
    x: ArrayLike | Sequence[Column],
    z: ArrayLike,
    *,
    seed: int | np.random.Generator,
    n_permutations: int = 1000,
    bandwidth: Bandwidth = MEDIAN_BANDWIDTH,
    pairs: bool = True,
    level: float = 0.05,
) -> PermutationTest:
    """Test every index against chance by permuting z over the trials.

    p-values, their adjustments for testing many indices at once, and noise floors, of the single
    indices and, with `pairs`, of joint indices and pure interactions; see `FamilyTest`. Pure
    interactions are tested by random signs of the trials in place of permutations, with which
    the hyperparameters keep what each of them does alone.

    Parameters
    ----------
    x, z
        As for `hsic_hpo.indices.hsic.hsic`.
    seed
        Seed or generator of the permutations and of the signs.
    n_permutations
        Number of permutations, and of draws of signs, >= 1 / level - 1.
    bandwidth
        As for `hsic_hpo.indices.hsic.hsic`. With ``"max"`` the maximum is sought anew in each
        permutation; pure interactions keep the bandwidths of the trials given. ``"authors-max"`` is
        refused: held at the value found on the trials given, it rejects a true null hypothesis in
        10 % of the tests at a level of 5 %.
    pairs
        Whether to test the pairs of hyperparameters too.
    level
        Probability with which chance exceeds the noise floors, in (0, 1).

    Returns
    -------
    PermutationTest
        Results of shape (d,) and (d, d).

    Raises
    ------
    InputError
        As for `hsic_hpo.indices.hsic.hsic`; or the bandwidth ``"authors-max"``, a level outside
        (0, 1), or too few permutations for the level.

    Examples
    --------
    >>> import numpy as np
    >>> import hsic_hpo as hh
    >>> u = np.random.default_rng(0).random((1000, 3))
    >>> z = (u[:, 0] < 0.5) & (u[:, 1] < 0.5)
    >>> test = hh.permutation_test(u, z, seed=0)
    >>> (test.single.p_value_max_t < 0.05).tolist()
    [True, True, False]
    >>> bool(test.pure.p_value_max_t[0, 1] < 0.05)
    True
    """
    columns, mask = checked(x, z)
    if bandwidth == "authors-max":
        raise InputError(
            f"bandwidth: {bandwidth!r} depends on z and would be held fixed over the permutations;"
            " 'max' is sought anew in each"
        )
    if not 0 < level < 1:
        raise InputError(f"level: {level}; it must be within (0, 1)")
    if n_permutations < 1 / level - 1:
        raise InputError(
            f"n_permutations: {n_permutations}; at least {int(np.ceil(1 / level)) - 1} are needed"
            f" for a level of {level:g}"
        )
    # All indices are unchanged by z -> 1 - z, and the fewer rows are the cheaper ones to gather.
    if 2 * mask.sum() > len(mask):
        mask = ~mask
    if not isinstance(seed, np.random.Generator):
        check_integer("seed", seed, 0)
    rng = np.random.default_rng(seed)
    null: FixedNull | MaximisedNull
    if bandwidth == "max":
        null = MaximisedNull(columns, mask, pairs)
    else:
        null = FixedNull(columns, mask, resolve(columns, mask, bandwidth), pairs)
    draws = [null.observed(), *null.draws(rng, n_permutations)]
    single, joint = (np.concatenate(part) for part in zip(*draws, strict=True))
    pure = None
    if pairs:
        features = Features(columns, null.bandwidths)
        _, observed = joint_and_pure(features, *pair_sums(features, mask))
        signed = signed_pure_interactions(features, mask, rng, n_permutations)
        pure = _test(np.concatenate([observed[None], signed]), level)
    return PermutationTest(
        single=_test(single, level),
        joint=_test(joint, level) if pairs else None,
        pure=pure,
        bandwidths=null.bandwidths,
        n_permutations=n_permutations,
        level=level,
    )


def _test(draws: FloatArray, level: float) -> FamilyTest:
    """Return the test of a family: `draws` has the observed indices first, then those by chance."""
    if draws.ndim == 2:
        return FamilyTest(*_test_values(draws, level))
    d = draws.shape[1]
    upper = np.triu_indices(d, 1)
    parts = []
    for values in _test_values(draws[:, *upper], level):
        square = np.full((d, d), np.nan)
        square[upper] = square.T[upper] = values
        parts.append(square)
    return FamilyTest(*parts)


def _test_values(draws: FloatArray, level: float) -> tuple[FloatArray, ...]:
    draws = np.where(draws > _ZERO, draws, 0.0)
    observed = draws[0]
    reached = draws >= observed * (1 - _TIE)
    p_value = reached.mean(axis=0)
    mean = draws.mean(axis=0)
    scale = np.where(mean > 0, mean, 1.0)
    scaled = draws / scale
    order = np.argsort(-scaled[0], kind="stable")
    largest_left = np.maximum.accumulate(scaled[:, order[::-1]], axis=1)[:, ::-1]
    step_down = (largest_left >= scaled[0, order] * (1 - _TIE)).mean(axis=0)
    max_t = np.empty_like(p_value)
    max_t[order] = np.maximum.accumulate(step_down)
    allowed = int(level * len(draws) + _TIE)
    floor = np.sort(draws[1:], axis=0)[-allowed]
    return observed, p_value, max_t, scipy.stats.false_discovery_control(p_value), floor
