"""Pure interactions under random signs of the trials, from which their tests take the null law.

``(1/n) sum_k e_k (z_k - zbar) phi_i(u_ki) phi_j(u_kj)^T``, with signs e_k of 1 or -1, each as
likely, has no mean and the covariance that the same sum without signs has where i and j do not
interact, whatever each of them does alone. Permuting z takes their main effects away, with which
the statistic varies more or less than without (a wild bootstrap, as in [1]_ for other degenerate
statistics; not in the paper).

References
----------
.. [1] K. Chwialkowski, D. Sejdinovic, A. Gretton, "A wild bootstrap for degenerate kernel tests",
   Advances in Neural Information Processing Systems 27 (2014).
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from hsic_hpo.indices.features import Features
from hsic_hpo.indices.gaussian_kernel import FloatArray

# Beyond this many, neighbouring trials share a sign: draws cost the same for any number of trials,
# and the covariance is estimated from as many parts, to within sqrt(2 / 512) = 6 %.
_GROUPS = 512
# Features that together make up less than this part of a column's kernel are left out.
_LEFT_OUT = 1e-4
_DRAWS = 1024


def signed_pure_interactions(
    features: Features, z: NDArray[np.bool_], rng: np.random.Generator, count: int
) -> FloatArray:
    """Return the pure interactions under draws of random signs, to within one in a thousand.

    Parameters
    ----------
    features
        Of n trials and d columns.
    z
        Shape (n,): whether a trial reaches the goal.
    rng
        Draws the signs.
    count
        Number of draws.

    Returns
    -------
    FloatArray
        Shape (count, d, d), symmetric; NaN on the diagonals.
    """
    kept, column = _main_features(features)
    products = _group_products(features, kept, z)
    signs = _signs(rng, count, len(products))
    return np.concatenate([_norms(s, products, column, features.d) for s in signs])


def _main_features(features: Features) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return which features make up the columns' kernels, and the column of each."""
    square = sum(np.einsum("ij,ij->i", block, block) for _, block in features.blocks())
    kept, columns = [], []
    for i, part in enumerate(np.split(np.asarray(square), features.starts[1:-1])):
        order = np.argsort(part)
        main = np.sort(order[part[order].cumsum() > _LEFT_OUT * part.sum()])
        kept.append(features.starts[i] + main)
        columns.append(np.full(len(main), i))
    return np.concatenate(kept), np.concatenate(columns)


def _group_products(features: Features, kept: NDArray[np.intp], z: NDArray[np.bool_]) -> FloatArray:
    """Return (G, D, D): each group of trials' part of ``(1/n) sum_k (z_k - zbar) phi phi^T``."""
    n = features.n
    groups = min(n, _GROUPS)
    group = np.arange(n) * groups // n
    weight = (z - z.mean()) / n
    products = np.zeros((groups, len(kept), len(kept)))
    for rows, block in features.blocks():
        main = block[kept]
        weighted = main * weight[rows]
        first, last = group[rows][[0, -1]]
        bounds = np.searchsorted(group[rows], np.arange(first, last + 2))
        for g, start, stop in zip(range(first, last + 1), bounds[:-1], bounds[1:], strict=True):
            products[g] += weighted[:, start:stop] @ main[:, start:stop].T
    return products


def _signs(rng: np.random.Generator, count: int, size: int) -> Iterator[FloatArray]:
    for start in range(0, count, _DRAWS):
        yield np.where(rng.integers(0, 2, (min(_DRAWS, count - start), size)) == 1, 1.0, -1.0)


def _norms(signs: FloatArray, products: FloatArray, column: NDArray[np.intp], d: int) -> FloatArray:
    """Return (draws, d, d): the squared norm of the signed sum of each pair's products."""
    norms = np.full((len(signs), d, d), np.nan)
    starts = np.searchsorted(column, np.arange(d + 1))
    for i in range(d - 1):
        start, stop = starts[i], starts[i + 1]
        part = products[:, start:stop, stop:].reshape(len(products), -1)
        squares = (signs @ part).reshape(len(signs), stop - start, -1) ** 2
        for j in range(i + 1, d):
            pair = squares[:, :, starts[j] - stop : starts[j + 1] - stop]
            norms[:, i, j] = norms[:, j, i] = pair.sum(axis=(1, 2))
    return norms
