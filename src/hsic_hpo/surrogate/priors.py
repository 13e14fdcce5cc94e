"""Priors of the length scales of a Gaussian process whose columns lie in [0, 1].

Few trials fit many length scales too well: the likelihood alone finds columns that decide all, or
that decide nothing, where the data say neither.

Each density is that of the quantity which the function names, not of the logarithms over which it
is maximised. The length scales' part of the prior of Optuna's ``GPSampler`` (5.0) is
:func:`moderate`.
"""

from collections.abc import Callable

import numpy as np

_WEIGHT = 0.1

# Of ``(k,)`` length scales: the logarithm of the density up to a constant, and its gradient by
# their logarithms.
Prior = Callable[[np.ndarray], tuple[float, np.ndarray]]


def idle(lengths: np.ndarray) -> tuple[float, np.ndarray]:
    """Inverse length scales are exponential with mean 1.

    A column of which the data say nothing counts as idle, not as whatever a flat likelihood leaves.
    """
    inverse = 1 / lengths
    return -float(inverse.sum()), inverse


def moderate(lengths: np.ndarray) -> tuple[float, np.ndarray]:
    """Squared length scales are generalised inverse Gaussian around 1, neither tiny nor endless.

    A column of which the data say nothing keeps a length of about its range: what lies far from all
    trials stays uncertain, so that a search goes on to look there.
    """
    short, long = _WEIGHT / lengths**2, _WEIGHT * lengths**2
    return -float((short + long).sum()), 2 * (short - long)
