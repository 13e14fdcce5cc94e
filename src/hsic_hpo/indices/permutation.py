"""Permutation tests of all indices at once: p-values, adjustments for the family, noise floors.

The indicator z is permuted over the trials, with the same permutations for single indices, joint
indices and pure interactions. Permutations are drawn block of rows by block of rows (the number of
ones in a block is hypergeometric, their places uniform), so that memory stays bounded for any n
(ours).

A joint index rejects as soon as either hyperparameter has a main effect: only the pure
interaction's p-value speaks of interaction, and, z being a thresholded error, of interaction in
reaching the goal.

References
----------
.. [1] B. Phipson and G. K. Smyth, "Permutation p-values should never be zero", Statistical
   Applications in Genetics and Molecular Biology 9 (2010) 39.
.. [2] P. H. Westfall and S. S. Young, "Resampling-based multiple testing", Wiley, 1993.
.. [3] Y. Benjamini and Y. Hochberg, "Controlling the false discovery rate", Journal of the Royal
   Statistical Society B 57 (1995) 289-300.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

from hsic_hpo.errors import InputError
from hsic_hpo.indices.bandwidths import SEARCH_GRID, Bandwidth, MaximumSearch, resolve
from hsic_hpo.indices.features import MEDIAN_BANDWIDTH, Column, Features
from hsic_hpo.indices.gaussian_kernel import FloatArray
from hsic_hpo.indices.hsic import checked, joint_and_pure, pair_sums

_KEPT_BYTES = 2**28
_CHOICE_BYTES = 2**25
# Products of the features are summed and reduced while they are still in the cache.
_PRODUCT_BYTES = 2**23
# Statistics that differ by rounding alone, as those of discrete hyperparameters often do, are ties.
_TIE = 1e-9
# Square of the rounding error of a mean: an index below it is 0, as those of a column of one value.
_NOUGHT = 1e-30


@dataclass(frozen=True)
class FamilyTest:
    """The permutation test of one family of indices.

    Parameters
    ----------
    statistic
        Shape (d,) or (d, d): the indices (V-statistics). NaN, here and below, where none is defined
        (the diagonal of pairs).
    p_value
        Share of the permutations, the identity among them, whose index is as large ([1]_).
    p_value_max_t
        Adjusted over the family so that the chance of any false finding is held: step-down maxima
        of the indices divided by their null means ([2]_).
    p_value_bh
        Adjusted over the family so that the share of false findings is held ([3]_).
    noise_floor
        What an index exceeds by chance with a probability of `level`; an index is above it where,
        and only where, its p-value is at most `level`.
    noise_floor_max_t
        What any index of the family exceeds by chance with a probability of `level`.
    """

    statistic: FloatArray
    p_value: FloatArray
    p_value_max_t: FloatArray
    p_value_bh: FloatArray
    noise_floor: FloatArray
    noise_floor_max_t: FloatArray


@dataclass(frozen=True)
class PermutationTest:
    """The tests of all indices over the same permutations.

    Parameters
    ----------
    single
        Of the d single indices.
    joint, pure
        Of the joint indices and of the pure interactions of pairs; None where not asked for.
    bandwidths
        Shape (d,): of each column, as found on the trials given.
    n_permutations
        Number of permutations drawn.
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

    Parameters
    ----------
    x, z, bandwidth
        As for `hsic_hpo.indices.hsic.hsic`. With ``"max"`` the maximum is sought anew in each
        permutation.
    seed
        Seed or generator of the permutations.
    n_permutations
        Number of permutations, >= 1 / level.
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
        As for `hsic_hpo.indices.hsic.hsic`; or too few permutations for the level.
    """
    columns, mask = checked(x, z)
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
    rng = np.random.default_rng(seed)
    null: _Null | _MaximisedNull
    if bandwidth == "max":
        null = _MaximisedNull(columns, mask, pairs)
    else:
        null = _Null(columns, mask, resolve(columns, mask, bandwidth), pairs)
    draws = [null.observed(), *null.draws(rng, n_permutations)]
    single, joint, pure = (np.concatenate(part) for part in zip(*draws, strict=True))
    return PermutationTest(
        single=_test(single, level),
        joint=_test(joint, level) if pairs else None,
        pure=_test(pure, level) if pairs else None,
        bandwidths=null.bandwidths,
        n_permutations=n_permutations,
        level=level,
    )


_Draws = tuple[FloatArray, FloatArray, FloatArray]


class _Null:
    """Indices at fixed bandwidths for z permuted, from the features of the trials."""

    def __init__(
        self,
        columns: Sequence[Column],
        mask: NDArray[np.bool_],
        bandwidths: FloatArray,
        pairs: bool,
    ) -> None:
        self.bandwidths, self.mask, self.pairs = bandwidths, mask, pairs
        self.features = Features(columns, bandwidths)
        n, size = self.features.n, len(self.features.mean)
        whole = slice(0, n)
        small = 8 * n * size <= _KEPT_BYTES
        self._kept = [(whole, self.features.block(whole).T.copy())] if small else None
        rows = n if small else self.features.block_rows
        limit = _PRODUCT_BYTES // (8 * size**2) if pairs else _CHOICE_BYTES // (8 * rows)
        self._batch = max(1, limit)
        everything = np.ones((1, n), dtype=bool)
        single, product = self._sums(lambda rows: everything[:, rows], 1)
        self._single_total, self._product_total = single[0], product[0]

    def observed(self) -> _Draws:
        """Return the indices for z as given, by the arithmetic of the permuted ones."""
        return self._indices(*self._sums(lambda rows: self.mask[None, rows], 1))

    def draws(self, rng: np.random.Generator, count: int) -> Iterator[_Draws]:
        """Yield the indices for z permuted, by batches that add up to `count` permutations."""
        n, m = len(self.mask), int(self.mask.sum())
        for size in _batches(count, self._batch):
            yield self._indices(*self._sums(_Shuffle(rng, n, m, size), size))

    def _blocks(self) -> Iterable[tuple[slice, FloatArray]]:
        if self._kept is not None:
            return self._kept
        return ((rows, block.T.copy()) for rows, block in self.features.blocks())

    def _sums(
        self, choose: Callable[[slice], NDArray[np.bool_]], count: int
    ) -> tuple[FloatArray, FloatArray]:
        """Sum the features, and their products, over the rows chosen: (draws, D), (draws, D, D)."""
        size = len(self.features.mean)
        single = np.zeros((count, size))
        product = np.zeros((count, size, size) if self.pairs else (count, 0, 0))
        for rows, block in self._blocks():
            chosen = choose(rows)
            single += chosen.astype(float) @ block
            if self.pairs:
                for total, choice in zip(product, chosen, strict=True):
                    gathered = block[np.flatnonzero(choice)]
                    total += gathered.T @ gathered
        return single, product

    def _indices(self, single: FloatArray, product: FloatArray) -> _Draws:
        n, share = self.features.n, float(self.mask.mean())
        contrast = (single - share * self._single_total) / n
        index = self.features.per_column(contrast**2)
        if not self.pairs:
            return index, index, index
        pairs = [
            joint_and_pure(self.features, c, (p - share * self._product_total) / n)
            for c, p in zip(contrast, product, strict=True)
        ]
        joint, pure = (np.stack(part) for part in zip(*pairs, strict=True))
        return index, joint, pure


class _MaximisedNull:
    """Indices for z permuted, the maximising bandwidths being sought anew for each permutation."""

    def __init__(self, columns: Sequence[Column], mask: NDArray[np.bool_], pairs: bool) -> None:
        self.columns, self.mask, self.pairs = columns, mask, pairs
        self._search = MaximumSearch(columns)
        positions, _ = self._search.maximise(self._search.moments(mask[:, None]), mask.sum()[None])
        self.bandwidths = SEARCH_GRID[positions[:, 0]]

    def observed(self) -> _Draws:
        """Return the indices for z as given."""
        return self._indices(self.mask[None])

    def draws(self, rng: np.random.Generator, count: int) -> Iterator[_Draws]:
        """Yield the indices for z permuted, by batches that add up to `count` permutations."""
        n, m = len(self.mask), int(self.mask.sum())
        for size in _batches(count, max(1, _CHOICE_BYTES // (8 * n))):
            yield self._indices(_Shuffle(rng, n, m, size)(slice(0, n)))

    def _indices(self, chosen: NDArray[np.bool_]) -> _Draws:
        positions, index = self._search.maximise(
            self._search.moments(chosen.T), self.mask.sum()[None]
        )
        if not self.pairs:
            return index.T, index.T, index.T
        pairs = []
        for mask, position in zip(chosen, positions.T, strict=True):
            features = Features(self.columns, SEARCH_GRID[position])
            pairs.append(joint_and_pure(features, *pair_sums(features, mask)))
        joint, pure = (np.stack(part) for part in zip(*pairs, strict=True))
        return index.T, joint, pure


class _Shuffle:
    """Random choices of m among n trials, uniform, drawn for one block of rows after the other."""

    def __init__(self, rng: np.random.Generator, n: int, m: int, count: int) -> None:
        self._rng, self._rows_left = rng, n
        self._ones_left = np.full(count, m)

    def __call__(self, rows: slice) -> NDArray[np.bool_]:
        """Return which of these rows each draw chooses, (draws, rows)."""
        size = rows.stop - rows.start
        zeros_left = self._rows_left - self._ones_left
        ones = self._rng.hypergeometric(self._ones_left, zeros_left, size)
        self._ones_left = self._ones_left - ones
        self._rows_left -= size
        chosen = np.arange(size) < ones[:, None]
        return self._rng.permuted(chosen, axis=1, out=chosen)


def _batches(count: int, size: int) -> list[int]:
    return [min(size, count - start) for start in range(0, count, size)]


def _test(draws: FloatArray, level: float) -> FamilyTest:
    """Return the test of a family: `draws` has the observed indices first, then permuted ones."""
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
    draws = np.where(draws > _NOUGHT, draws, 0.0)
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
    floor_max_t = np.sort(scaled[1:].max(axis=1))[-allowed] * scale
    q_value = scipy.stats.false_discovery_control(p_value)
    return observed, p_value, max_t, q_value, floor, floor_max_t
