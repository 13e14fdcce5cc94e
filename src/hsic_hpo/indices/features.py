"""What one hyperparameter contributes to an index: a column of trials and its explicit features.

`Points`, `Intervals` and `Categories` give the same thing by blocks of rows: the features
``phi(u)`` of a kernel, ``k(u, v) = <phi(u), phi(v)>``, centred under the law of the hyperparameter.
Centring leaves every single index unchanged and makes the pure interaction a plain product; the
mean that it subtracts is kept beside the features. All kernels stem from one Gaussian kernel on
[0, 1] (see `hsic_hpo.indices.gaussian_kernel`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hsic_hpo.errors import InputError
from hsic_hpo.indices.categorical_kernel import order_free_kernel
from hsic_hpo.indices.gaussian_kernel import TOLERANCE, FloatArray, factor, polynomials


@dataclass(frozen=True, eq=False)
class Points:
    """A hyperparameter of which u is known for each trial.

    Parameters
    ----------
    u
        Shape (n,), in [0, 1].

    Raises
    ------
    InputError
        A value is missing or outside [0, 1].
    """

    u: FloatArray

    def __post_init__(self) -> None:
        object.__setattr__(self, "u", _in_unit_interval("u", self.u))

    def __len__(self) -> int:
        return len(self.u)


@dataclass(frozen=True, eq=False)
class Intervals:
    """A hyperparameter of which u is known to lie, uniformly, in an interval for each trial.

    Its feature is the exact conditional expectation of the feature of u: for a discrete value
    without a recorded u, the bin of its level (not in the paper: the authors' code draws u at
    random within the bin).

    Parameters
    ----------
    low, high
        Shape (n,) each, 0 <= low <= high <= 1; an interval of no width is the point itself.

    Raises
    ------
    InputError
        A bound is missing, outside [0, 1] or out of order.
    """

    low: FloatArray
    high: FloatArray

    def __post_init__(self) -> None:
        low, high = _in_unit_interval("low", self.low), _in_unit_interval("high", self.high)
        if low.shape != high.shape:
            raise InputError(
                f"low, high: {len(low)} and {len(high)} values; as many of each are needed"
            )
        if np.any(low > high):
            k = int(np.argmax(low > high))
            raise InputError(f"low, high: interval {k} is [{low[k]:g}, {high[k]:g}]; low <= high")
        object.__setattr__(self, "low", low)
        object.__setattr__(self, "high", high)

    def __len__(self) -> int:
        return len(self.low)

    @cached_property
    def _distinct(self) -> tuple[NDArray[np.complex128], NDArray[np.intp]]:
        # Complex numbers sort as pairs, much faster than rows of a two-column array do.
        return np.unique(self.low + 1j * self.high, return_inverse=True)

    @property
    def index(self) -> NDArray[np.intp]:
        """Shape (n,): which of the distinct intervals each trial has."""
        return self._distinct[1]

    def table(self, bandwidth: float) -> tuple[FloatArray, FloatArray]:
        """Return the centred features of the distinct intervals (r, L) and their mean (r,)."""
        projection, mean = factor(bandwidth)
        degree = len(projection) - 1
        nodes, weights = np.polynomial.legendre.leggauss(degree // 2 + 1)
        low, high = self._distinct[0].real, self._distinct[0].imag
        u = low + (high - low) * ((nodes[:, None] + 1) / 2)
        values = np.tensordot(polynomials(u, degree), weights / 2, axes=(1, 0))
        return projection.T @ values, mean


@dataclass(frozen=True, eq=False)
class Categories:
    """A categorical hyperparameter, compared by a kernel that is free of the order of its levels.

    Parameters
    ----------
    index
        Shape (n,), integers in 0 … L - 1: the level of each trial.
    weights
        Shape (L,), positive: the probabilities of the levels, up to a factor.

    Raises
    ------
    InputError
        An index without a level, or a weight that is not positive.
    """

    index: NDArray[np.intp]
    weights: FloatArray

    def __post_init__(self) -> None:
        index, weights = np.asarray(self.index), np.asarray(self.weights, dtype=float)
        if weights.ndim != 1 or not np.all(np.isfinite(weights) & (weights > 0)):
            raise InputError(f"weights: {weights.tolist()}; one positive number a level is needed")
        if index.ndim != 1 or index.dtype.kind not in "iu":
            raise InputError("index: a one-dimensional array of integers is needed")
        if index.size and not (index.min() >= 0 and index.max() < len(weights)):
            raise InputError(
                f"index: values from {index.min()} to {index.max()};"
                f" {len(weights)} levels allow 0 to {len(weights) - 1}"
            )
        object.__setattr__(self, "index", index.astype(np.intp))
        object.__setattr__(self, "weights", weights / weights.sum())

    def __len__(self) -> int:
        return len(self.index)

    def table(self, bandwidth: float) -> tuple[FloatArray, FloatArray]:
        """Return the centred features of the levels (r, L) and their mean (r,)."""
        values, vectors = np.linalg.eigh(order_free_kernel(self.weights, bandwidth))
        kept = values > TOLERANCE / len(values)
        features = np.sqrt(values[kept])[:, None] * vectors[:, kept].T
        mean = features @ self.weights
        return features - mean[:, None], mean


Column = Points | Intervals | Categories


def _in_unit_interval(name: str, values: ArrayLike) -> FloatArray:
    array = np.asarray(values, dtype=float)
    if array.ndim != 1:
        raise InputError(f"{name}: {array.ndim} dimensions; one value a trial is needed")
    # A NaN fails both comparisons, which spares a pass over the data.
    if array.size and not (array.min() >= 0 and array.max() <= 1):
        k = int(np.argmin((array >= 0) & (array <= 1)))
        raise InputError(f"{name}: value {k} is {array[k]}; it must be within [0, 1]")
    return array


def as_columns(x: ArrayLike | Sequence[Column]) -> tuple[Column, ...]:
    """Return x as columns: those given, or one `Points` for each column of an (n, d) array of u.

    An array of shape (n,) is one column.

    Raises
    ------
    InputError
        x is not an (n, d) array of numbers, has no column, or its columns differ in length.
    """
    if isinstance(x, Sequence):
        columns = tuple(c for c in x if isinstance(c, Points | Intervals | Categories))
        if len({len(column) for column in columns}) > 1:
            raise InputError(f"x: columns of {[len(c) for c in columns]} trials; equal ones needed")
        if columns and len(columns) == len(x):
            return columns
    try:
        array = np.asarray(x, dtype=float)
    except (TypeError, ValueError):
        raise InputError(
            "x: not an array of numbers; shape (n, d), or columns, is needed"
        ) from None
    if array.ndim == 1:
        array = array[:, None]
    if array.ndim != 2 or array.shape[1] == 0:
        raise InputError(f"x: shape {array.shape}; (n, d) with d >= 1, or columns, is needed")
    return tuple(Points(u) for u in array.T)


class Features:
    """The centred features of several columns, stacked and evaluated by blocks of rows.

    Parameters
    ----------
    columns
        d columns of n trials each.
    bandwidths
        The bandwidth of each column's Gaussian kernel.

    Attributes
    ----------
    n, d
        Numbers of trials and of columns.
    starts
        Shape (d + 1,): the features of column i are rows ``starts[i]:starts[i + 1]`` of a block.
    mean
        Shape (D,): what the centring subtracted from each of the D features.
    """

    def __init__(self, columns: Sequence[Column], bandwidths: Sequence[float] | FloatArray) -> None:
        self.n, self.d = len(columns[0]), len(columns)
        self._points: list[tuple[int, Points, FloatArray]] = []
        self._tables: list[tuple[int, NDArray[np.intp], FloatArray]] = []
        means = []
        for i, (column, bandwidth) in enumerate(zip(columns, bandwidths, strict=True)):
            if isinstance(column, Points):
                projection, mean = factor(float(bandwidth))
                self._points.append((i, column, projection))
            else:
                table, mean = column.table(float(bandwidth))
                self._tables.append((i, column.index, table))
            means.append(mean)
        self.mean = np.concatenate(means)
        self.starts = np.cumsum([0, *map(len, means)])
        self._degree = max((len(p) - 1 for _, _, p in self._points), default=0)
        # A block of polynomials of about this size stays in the cache that feeds the products.
        row_bytes = 8 * (len(self._points) * (self._degree + 1) + len(self.mean))
        self.block_rows = int(np.clip(2**23 // row_bytes, 64, 8192))

    def block(self, rows: slice) -> FloatArray:
        """Return the centred features of some rows, shape (D, number of rows)."""
        count = len(range(*rows.indices(self.n)))
        out = np.empty((len(self.mean), count))
        if self._points:
            u = np.empty((len(self._points), count))
            for k, (_, column, _) in enumerate(self._points):
                u[k] = column.u[rows]
            values = polynomials(u, self._degree)
            for k, (i, _, projection) in enumerate(self._points):
                into = out[self.starts[i] : self.starts[i + 1]]
                np.matmul(projection.T, values[: len(projection), k], out=into)
        for i, index, table in self._tables:
            np.take(table, index[rows], axis=1, out=out[self.starts[i] : self.starts[i + 1]])
        return out

    def blocks(self) -> Iterator[tuple[slice, FloatArray]]:
        """Yield (rows, centred features of these rows) over all trials, in order."""
        bounds = [*range(0, self.n, self.block_rows), self.n]
        for start, stop in pairwise(bounds):
            yield slice(start, stop), self.block(slice(start, stop))

    def per_column(self, values: FloatArray) -> FloatArray:
        """Add up over the features of each column: last axis of length D to one of length d."""
        return np.add.reduceat(values, self.starts[:-1], axis=-1)
