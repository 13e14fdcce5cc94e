"""Which trials a Gaussian process is fitted to, where there are too many for all of them."""

import numpy as np
from scipy.spatial.distance import cdist

LARGEST = 400
# Of these the ones that fill the space are taken: to compare all pairs of 10⁵ trials is slow.
_POOL = 5000
_BEST_SHARE = 0.25


def training_set(x: np.ndarray, values: np.ndarray, seed: int) -> np.ndarray:
    """Choose trials to fit to: all, or the best ones and others that fill the space.

    Each of the others is the one that lies farthest from those chosen before it.

    Parameters
    ----------
    x
        ``(n, k)``.
    values
        ``(n,)``, lower is better.
    seed
        Of the random pool from which the others are taken.

    Returns
    -------
    numpy.ndarray
        At most ``LARGEST`` increasing places.
    """
    n = len(values)
    if n <= LARGEST:
        return np.arange(n)
    n_best = round(_BEST_SHARE * LARGEST)
    order = np.argsort(values, kind="stable")
    best, others = order[:n_best], order[n_best:]
    if len(others) > _POOL:
        others = np.random.default_rng(seed).choice(others, _POOL, replace=False)
    distance = cdist(x[others], x[best]).min(axis=1)
    chosen = []
    for _ in range(min(LARGEST - n_best, len(others))):
        place = int(np.argmax(distance))
        chosen.append(others[place])
        distance = np.minimum(distance, cdist(x[others], x[others[place]][None])[:, 0])
        distance[place] = -1.0
    return np.sort(np.concatenate([best, np.array(chosen, dtype=int)]))
