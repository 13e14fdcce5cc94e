"""Rules that choose the bandwidth of the Gaussian kernel, one for each column.

The moments of the Chebyshev polynomials (or the counts of the levels) do not depend on the
bandwidth, so that after one pass over the trials an index costs microseconds at any bandwidth.
"""

from collections.abc import Sequence
from numbers import Real
from typing import Literal, get_args

import numpy as np
import scipy
from numpy.typing import NDArray

from hsic_hpo.errors import InputError, did_you_mean
from hsic_hpo.indices.features import Categories, Column, Points
from hsic_hpo.indices.gaussian_kernel import (
    MEDIAN_BANDWIDTH,
    MIN_BANDWIDTH,
    FloatArray,
    factor,
    polynomials,
)

Rule = Literal["median", "sample-median", "max", "authors-median", "authors-max"]
Bandwidth = float | Rule

SEARCH_GRID = np.geomspace(0.02, 5.0, 64)
"""The bandwidths among which ``"max"`` chooses."""

_AUTHORS_BOUNDS = (1e-4, 5.0)
_ROWS = 4096


def resolve(columns: Sequence[Column], z: NDArray[np.bool_], bandwidth: Bandwidth) -> FloatArray:
    """Return the bandwidth of each column.

    Parameters
    ----------
    columns
        d columns of n trials.
    z
        Shape (n,), boolean.
    bandwidth
        A number, or a rule:

        - ``"median"``: `MEDIAN_BANDWIDTH`, the median distance under the uniform law, for all
          columns;
        - ``"sample-median"``: the median distance between two different trials (of the midpoints of
          intervals); `MEDIAN_BANDWIDTH` where ties make it 0, and for levels, which have none;
        - ``"max"``: the maximiser over `SEARCH_GRID` of the index less its exact mean under
          permutation (not in the paper: the plain index is largest at the smallest bandwidths by
          bias alone);
        - ``"authors-median"``, ``"authors-max"``: as in the authors' code [1]_, to compare with
          values that it printed: the median over all n**2 distances, zeros included, and a bounded
          Brent search of the plain index over (1e-4, 5). The index is held constant below
          `MIN_BANDWIDTH` (not in their code).

    Returns
    -------
    FloatArray
        Shape (d,).

    Raises
    ------
    InputError
        An unknown rule, or a number that is not finite or under `MIN_BANDWIDTH`.

    References
    ----------
    .. [1] P. Novello, G. Poëtte, D. Lugato, P. M. Congedo, "Goal-oriented sensitivity analysis of
       hyperparameters in deep learning", Journal of Scientific Computing 94 (2023) 45, and the code
       published with it.
    """
    d = len(columns)
    if not isinstance(bandwidth, str):
        value = float(bandwidth) if isinstance(bandwidth, Real) else np.nan
        if not (np.isfinite(value) and value >= MIN_BANDWIDTH):
            raise InputError(
                f"bandwidth: {bandwidth}; a finite number >= {MIN_BANDWIDTH} is needed"
            )
        return np.full(d, value)
    if bandwidth == "median":
        return np.full(d, MEDIAN_BANDWIDTH)
    if bandwidth in ("sample-median", "authors-median"):
        return np.array([_median_distance(c, bandwidth == "authors-median") for c in columns])
    if bandwidth == "max":
        search = MaximumSearch(columns)
        chosen, _ = search.maximise(search.moments(z[:, None]), np.array([z.sum()]))
        return SEARCH_GRID[chosen[:, 0]]
    if bandwidth == "authors-max":
        return np.array([_authors_maximum(c, z) for c in columns])
    raise InputError(
        f"bandwidth: {bandwidth!r} is not a rule; a number or one of {', '.join(get_args(Rule))}"
        f" is allowed{did_you_mean(bandwidth, get_args(Rule))}"
    )


def median_distance(values: FloatArray, *, with_self: bool = False) -> float:
    """Return the median of ``|values_k - values_l|`` in O(n log n), without forming the distances.

    Parameters
    ----------
    values
        Shape (n,), n >= 2.
    with_self
        Count all n**2 distances, those of a trial with itself (0) included, rather than each pair
        of different trials once.
    """
    ordered = np.sort(values)
    n = len(ordered)
    total = n * n if with_self else n * (n - 1) // 2
    ranks = {(total + 1) // 2, total // 2 + 1}
    if with_self:
        ranks = {max(0, -(-(rank - n) // 2)) for rank in ranks}
    return float(np.mean([_ranked_distance(ordered, rank) for rank in sorted(ranks)]))


def _ranked_distance(ordered: FloatArray, rank: int) -> float:
    """Return the distance of this rank (1 is the smallest) among the n(n - 1)/2 pairs."""
    position = np.arange(len(ordered))

    def within(distance: float) -> int:
        last = np.searchsorted(ordered, ordered + distance, side="right") - 1
        return int((last - position).sum())

    if rank <= within(0.0):
        return 0.0
    low, high = 0.0, float(ordered[-1] - ordered[0])
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if within(middle) >= rank else (middle, high)
    return high


def _median_distance(column: Column, with_self: bool) -> float:
    if isinstance(column, Categories):
        return MEDIAN_BANDWIDTH
    values = column.u if isinstance(column, Points) else (column.low + column.high) / 2
    median = median_distance(values, with_self=with_self)
    # Ties among most trials put the median at 0, where no kernel exists.
    return max(median, MIN_BANDWIDTH) if median > 0 else MEDIAN_BANDWIDTH


def moments(column: Column, weights: FloatArray, degree: int) -> FloatArray:
    """Return the weighted sums of what all bandwidths' features of a column are made of.

    Parameters
    ----------
    column
        n trials.
    weights
        Shape (n, p).
    degree
        Highest degree of the polynomials of `Points`.

    Returns
    -------
    FloatArray
        Shape (degree + 1, p), sums of the polynomials; or (L, p), sums by level or distinct
        interval.
    """
    if isinstance(column, Points):
        total = np.zeros((degree + 1, weights.shape[1]))
        for start in range(0, len(column), _ROWS):
            rows = slice(start, start + _ROWS)
            total += polynomials(column.u[rows], degree) @ weights[rows]
        return total
    one_hot = np.zeros((column.index.max() + 1, weights.shape[1]))
    np.add.at(one_hot, column.index, weights)
    return one_hot


def feature_sums(column: Column, sums: FloatArray, bandwidth: float) -> FloatArray:
    """Return the weighted sums (r, p) of the centred features, from the output of `moments`."""
    if isinstance(column, Points):
        projection, _ = factor(bandwidth)
        return projection.T @ sums[: len(projection)]
    table, _ = column.table(bandwidth)
    return table[:, : len(sums)] @ sums


class MaximumSearch:
    """The search of the bandwidth that maximises the debiased index, for many sets z at once.

    Parameters
    ----------
    columns
        d columns of n trials.
    """

    def __init__(self, columns: Sequence[Column]) -> None:
        self.columns = columns
        self.n = len(columns[0])
        self._degree = len(factor(float(SEARCH_GRID[0]))[0]) - 1
        self._sums, self._spread = [], []
        for column, total in zip(columns, self.moments(np.ones((self.n, 1))), strict=True):
            sums, spreads = [], []
            for bandwidth in SEARCH_GRID:
                mean = feature_sums(column, total, bandwidth) / self.n
                squares = _mean_square(column, total, mean, bandwidth)
                sums.append(mean)
                spreads.append(squares - float((mean**2).sum()))
            self._sums.append(sums)
            self._spread.append(np.array(spreads))

    def moments(self, weights: FloatArray | NDArray[np.bool_]) -> list[FloatArray]:
        """Return the `moments` of each column for weights of shape (n, p), such as z itself."""
        return [moments(column, weights.astype(float), self._degree) for column in self.columns]

    def maximise(
        self, chosen: Sequence[FloatArray], m: NDArray[np.intp]
    ) -> tuple[NDArray[np.intp], FloatArray]:
        """Return where in `SEARCH_GRID` each debiased index is largest, and the index there.

        Parameters
        ----------
        chosen
            The `moments` of p sets z.
        m
            Shape (p,) or (1,): the sizes of these sets.

        Returns
        -------
        position, index
            Shape (d, p) each; the index is the V-statistic at the bandwidth found.
        """
        share = np.asarray(m) / self.n
        positions, indices = [], []
        for column, sums, means, spread in zip(
            self.columns, chosen, self._sums, self._spread, strict=True
        ):
            index = np.stack(
                [
                    ((feature_sums(column, sums, b) / self.n - share * mean) ** 2).sum(axis=0)
                    for b, mean in zip(SEARCH_GRID, means, strict=True)
                ]
            )
            bias = np.multiply.outer(spread, share * (1 - share)) / (self.n - 1)
            position = np.argmax(index - bias, axis=0)
            positions.append(position)
            indices.append(np.take_along_axis(index, position[None], axis=0)[0])
        return np.array(positions), np.array(indices)


def _mean_square(column: Column, total: FloatArray, mean: FloatArray, bandwidth: float) -> float:
    """Return the mean over the trials of the squared norm of the centred feature."""
    if isinstance(column, Points):
        _, centre = factor(bandwidth)
        return float(1 - 2 * (centre @ mean[:, 0]) - centre @ centre)
    table, _ = column.table(bandwidth)
    return float((table[:, : len(total)] ** 2).sum(axis=0) @ total[:, 0] / len(column))


def _authors_maximum(column: Column, z: NDArray[np.bool_]) -> float:
    degree = len(factor(MIN_BANDWIDTH)[0]) - 1
    sums = moments(column, (z - z.mean())[:, None], degree)

    def negative_index(bandwidth: float) -> float:
        return -float((feature_sums(column, sums, max(bandwidth, MIN_BANDWIDTH)) ** 2).sum())

    found = scipy.optimize.minimize_scalar(negative_index, bounds=_AUTHORS_BOUNDS, method="bounded")
    return max(float(found.x), MIN_BANDWIDTH)
