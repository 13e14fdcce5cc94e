"""Which trials a Gaussian process is fitted to, where there are too many for all of them."""

import numpy as np

LARGEST = 400
_BEST_SHARE = 0.25


def training_set(x: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Choose trials to fit to: all, or the best ones and others that fill the space.

    Each of the others is the one that lies farthest from those chosen before it, so that the few
    trials outside of a search's crowd are among them.

    Parameters
    ----------
    x
        ``(n, k)``.
    values
        ``(n,)``, lower is better.

    Returns
    -------
    numpy.ndarray
        At most ``LARGEST`` increasing places.
    """
    if len(values) <= LARGEST:
        return np.arange(len(values))
    chosen = np.argsort(values, kind="stable")[: round(_BEST_SHARE * LARGEST)].tolist()
    # One at a time, as all distances of 10⁵ trials would not fit in memory.
    distance = np.full(len(values), np.inf)
    for place in chosen:
        distance = np.minimum(distance, _squares(x, place))
    while len(chosen) < LARGEST:
        chosen.append(int(np.argmax(distance)))
        distance = np.minimum(distance, _squares(x, chosen[-1]))
    return np.unique(chosen)


def _squares(x: np.ndarray, place: int) -> np.ndarray:
    difference = x - x[place]
    return np.einsum("ij,ij->i", difference, difference)
