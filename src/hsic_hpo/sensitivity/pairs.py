"""Indices of pairs, of which many groups have few each: kept without what is missing.

Over (group, target, subset, hyperparameter, partner) nearly all values are missing where there
are many conditional groups: two hundred of them would fill gigabytes with nothing.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from xarray.backends import BackendArray
from xarray.core import indexing

# Smaller arrays are kept whole, as all others are.
_MOST_KEPT_WHOLE = 2**22


class Pairs:
    """The indices of pairs of all groups, while they are computed.

    Parameters
    ----------
    shape
        Numbers of groups, targets, subsets and hyperparameters, the latter twice.
    names
        Of the indices.
    """

    def __init__(self, shape: tuple[int, ...], names: Sequence[str]) -> None:
        self._shape = shape
        self._found: dict[str, dict[tuple[int, ...], _Block]] = {name: {} for name in names}

    def put(
        self, place: tuple[int, int, int], rows: Sequence[int], found: Mapping[str, np.ndarray]
    ) -> None:
        """Keep what a group has, (d, d) each, for its hyperparameters at ``rows``."""
        for name, values in found.items():
            self._found[name][place] = (np.asarray(rows), values)

    def arrays(self) -> dict[str, Any]:
        """Return each index as an array, filled with NaN, that is made when it is asked for."""
        arrays = {name: _Sparse(self._shape, found) for name, found in self._found.items()}
        if np.prod(self._shape) <= _MOST_KEPT_WHOLE:
            whole = (slice(None),) * len(self._shape)
            return {name: array.part(whole) for name, array in arrays.items()}
        return {name: indexing.LazilyIndexedArray(array) for name, array in arrays.items()}


_Block = tuple[np.ndarray, np.ndarray]


class _Sparse(BackendArray):
    """An array of which a part is made when it is asked for."""

    def __init__(self, shape: tuple[int, ...], found: Mapping[tuple[int, ...], _Block]) -> None:
        self.shape, self.dtype = shape, np.dtype(float)
        self._found = found

    def __getitem__(self, key: Any) -> Any:
        return indexing.explicit_indexing_adapter(
            key, self.shape, indexing.IndexingSupport.OUTER, self.part
        )

    def part(self, key: tuple[Any, ...]) -> np.ndarray:
        """Return a part of it: an integer, a slice or positions along each dimension."""
        along = [np.arange(size)[one] for size, one in zip(self.shape, key, strict=True)]
        picked = [np.atleast_1d(one) for one in along]
        part = np.full([len(one) for one in picked], np.nan)
        *outer, rows, columns = picked
        for place in np.ndindex(*(len(one) for one in outer)):
            block = self._found.get(tuple(int(one[i]) for one, i in zip(outer, place, strict=True)))
            if block is not None:
                part[place] = _of_block(block, self.shape[-1], rows, columns)
        return part.reshape([len(one) for one in along if np.ndim(one)])


def _of_block(block: _Block, size: int, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    known, values = block
    whole = np.full((size, size), np.nan)
    whole[np.ix_(known, known)] = values
    return whole[np.ix_(rows, columns)]
