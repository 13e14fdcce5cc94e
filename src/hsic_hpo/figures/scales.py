"""Scales of axes: logarithmic where the data span a factor of ten or more."""

import math
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, NullFormatter

from hsic_hpo.figures.values import raised

_LOG_FROM_RATIO, _DECADES_ONLY_FROM_RATIO = 10, 100
# Beyond these, margins and ticks of an axis leave the range of floating-point numbers.
_SMALLEST, _LARGEST = 1e-280, 1e280
_LEAST_POWER = -307


@dataclass(frozen=True)
class Scaling:
    """How numbers stand on an axis, so that the largest and smallest ones can be drawn too.

    Attributes
    ----------
    power
        The unit of the axis is ten to this power.
    in_logarithms
        Whether the axis shows decimal logarithms as numbers.
    """

    power: int = 0
    in_logarithms: bool = False

    @classmethod
    def of(cls, values: np.ndarray) -> "Scaling":
        """Return what the finite ``values`` need: nothing, unless some are extreme."""
        sizes = np.abs(values[values != 0])
        if not sizes.size or (sizes.min() > _SMALLEST and sizes.max() < _LARGEST):
            return cls()
        if spans_a_decade(values):
            return cls(in_logarithms=True)
        largest = sizes.max()
        if _SMALLEST < largest < _LARGEST:
            return cls()
        return cls(max(_LEAST_POWER, math.floor(math.log10(largest))))

    def __call__(self, values: np.ndarray) -> np.ndarray:
        """Return where ``values`` stand."""
        if self.in_logarithms:
            return np.log10(values)
        return values / 10.0**self.power if self.power else values

    def label(self, text: str) -> str:
        """Return the label of the axis of what ``text`` names."""
        if self.in_logarithms:
            return f"log₁₀ of {text}"
        return f"{text} / 10{raised(self.power)}" if self.power else text


def spans_a_decade(values: np.ndarray) -> bool:
    """Tell whether all values are positive and the largest is at least ten times the least."""
    return bool(values.min() > 0 and values.max() / _LOG_FROM_RATIO >= values.min())


def log_where_a_decade(
    axes: Axes, name: str, values: np.ndarray, scaling: Scaling | None = None
) -> None:
    """Make an axis logarithmic if all values are positive and the largest is ten times the least.

    Parameters
    ----------
    axes
        Whose axis to set.
    name
        ``"x"`` or ``"y"``.
    values
        The finite numbers that it shows, at least one.
    scaling
        How they stand on the axis; one in logarithms stays as it is.
    """
    if (scaling and scaling.in_logarithms) or not spans_a_decade(values):
        return
    low, high = values.min(), values.max()
    axes.set(**{f"{name}scale": "log"})
    axis = axes.xaxis if name == "x" else axes.yaxis
    if high < _DECADES_ONLY_FROM_RATIO * low:
        axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.set_major_formatter("{x:g}")
    axis.set_minor_formatter(NullFormatter())
