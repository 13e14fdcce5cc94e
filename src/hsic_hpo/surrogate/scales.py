"""The scales on which errors and costs may be modelled, and the way back.

Which of them fits is decided by the likelihood of the values themselves: that of the transformed
ones times the derivative of the transformation, as for the family of Box and Cox ([1]_).

References
----------
.. [1] G. E. P. Box, D. R. Cox, "An analysis of transformations", Journal of the Royal Statistical
   Society B 26 (1964) 211-252.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np


class Scale(NamedTuple):
    """A strictly increasing transformation of values.

    Attributes
    ----------
    name
        In words.
    forward, backward
        The transformation and its inverse.
    log_derivative
        Natural logarithm of its derivative.
    """

    name: str
    forward: Callable[[np.ndarray], np.ndarray]
    backward: Callable[[np.ndarray], np.ndarray]
    log_derivative: Callable[[np.ndarray], np.ndarray]


_IDENTITY = Scale("identity", lambda v: v * 1.0, lambda t: t, np.zeros_like)
_ROOT = Scale(
    "square root",
    lambda v: 2 * np.sqrt(v),
    lambda t: np.maximum(t, 0.0) ** 2 / 4,
    lambda v: -np.log(v) / 2,
)
_LOGARITHM = Scale("logarithm", np.log, np.exp, lambda v: -np.log(v))
# Squares of larger numbers, or of the inverses of smaller ones, may not exist.
_LARGE = 1e100


def scales_for(values: np.ndarray) -> list[Scale]:
    """Return the scales that suit finite values: powers where all are positive.

    Others, which may be negative, are taken as they are or by the inverse hyperbolic sine around
    their median, which is a logarithm for those far from it on either side.
    """
    largest = float(np.abs(values).max())
    if (values > 0).all():
        usual = largest <= _LARGE and values.min() >= 1 / _LARGE
        return [_IDENTITY, _ROOT, _LOGARITHM] if usual else [_LOGARITHM]
    if largest > _LARGE:
        return [_in_units_of(largest, scale) for scale in scales_for(values / largest)]
    low, centre, high = np.quantile(values, [0.25, 0.5, 0.75])
    width = (high - low) or np.ptp(values) or 1.0
    return [
        _IDENTITY,
        Scale(
            "inverse hyperbolic sine",
            lambda v: np.arcsinh((v - centre) / width),
            lambda t: centre + width * np.sinh(t),
            lambda v: -np.log1p(((v - centre) / width) ** 2) / 2 - np.log(width),
        ),
    ]


def scales_no_finer_than(width: float, values: np.ndarray) -> list[Scale]:
    """Return scales on which small values differ no more than by their difference over a width.

    Powers and the logarithm of positive values spread those next to the lowest one over decades.
    Here a width is added to the distance from it.

    Parameters
    ----------
    width
        Above 0.
    values
        Finite.
    """
    shift = width - float(values.min())

    def shifted(scale: Scale) -> Scale:
        return Scale(
            f"{scale.name} of values raised by {shift:g}",
            lambda v: scale.forward(v + shift),
            lambda t: scale.backward(t) - shift,
            lambda v: scale.log_derivative(v + shift),
        )

    return [_IDENTITY, shifted(_ROOT), shifted(_LOGARITHM)]


def _in_units_of(largest: float, scale: Scale) -> Scale:
    return Scale(
        scale.name,
        lambda v: scale.forward(v / largest),
        lambda t: np.clip(scale.backward(t), -1.0, 1.0) * largest,
        lambda v: scale.log_derivative(v / largest) - np.log(largest),
    )
