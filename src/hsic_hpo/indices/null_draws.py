"""Single and joint indices under permutations of z, from which their tests take the null laws.

Permutations are drawn block of rows by block of rows (the number of ones in a block is
hypergeometric, their places uniform), so that memory stays bounded for any n (not in the paper).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from hsic_hpo.indices.bandwidths import SEARCH_GRID, MaximumSearch
from hsic_hpo.indices.features import Column, Features
from hsic_hpo.indices.gaussian_kernel import FloatArray
from hsic_hpo.indices.sums import joint_and_pure, pair_sums

_KEPT_BYTES = 2**28
_CHOICE_BYTES = 2**25
# Products of the features are summed and reduced while they are still in the cache.
_PRODUCT_BYTES = 2**23

Draws = tuple[FloatArray, FloatArray]


class FixedNull:
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

    def observed(self) -> Draws:
        """Return the indices for z as given, by the arithmetic of the permuted ones."""
        return self._indices(*self._sums(lambda rows: self.mask[None, rows], 1))

    def draws(self, rng: np.random.Generator, count: int) -> Iterator[Draws]:
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

    def _indices(self, single: FloatArray, product: FloatArray) -> Draws:
        n, share = self.features.n, float(self.mask.mean())
        contrast = (single - share * self._single_total) / n
        index = self.features.per_column(contrast**2)
        if not self.pairs:
            return index, index
        joint = [
            joint_and_pure(self.features, c, (p - share * self._product_total) / n)[0]
            for c, p in zip(contrast, product, strict=True)
        ]
        return index, np.stack(joint)


class MaximisedNull:
    """Indices for z permuted, the maximising bandwidths being sought anew for each permutation."""

    def __init__(self, columns: Sequence[Column], mask: NDArray[np.bool_], pairs: bool) -> None:
        self.columns, self.mask, self.pairs = columns, mask, pairs
        self._search = MaximumSearch(columns)
        positions, _ = self._search.maximise(self._search.moments(mask[:, None]), mask.sum()[None])
        self.bandwidths = SEARCH_GRID[positions[:, 0]]

    def observed(self) -> Draws:
        """Return the indices for z as given."""
        return self._indices(self.mask[None])

    def draws(self, rng: np.random.Generator, count: int) -> Iterator[Draws]:
        """Yield the indices for z permuted, by batches that add up to `count` permutations."""
        n, m = len(self.mask), int(self.mask.sum())
        for size in _batches(count, max(1, _CHOICE_BYTES // (8 * n))):
            yield self._indices(_Shuffle(rng, n, m, size)(slice(0, n)))

    def _indices(self, chosen: NDArray[np.bool_]) -> Draws:
        positions, index = self._search.maximise(
            self._search.moments(chosen.T), self.mask.sum()[None]
        )
        if not self.pairs:
            return index.T, index.T
        joint = []
        for mask, position in zip(chosen, positions.T, strict=True):
            features = Features(self.columns, SEARCH_GRID[position])
            joint.append(joint_and_pure(features, *pair_sums(features, mask))[0])
        return index.T, np.stack(joint)


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
