"""Scales of axes: logarithmic where the data span a factor of ten or more."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, NullFormatter

_LOG_FROM_RATIO, _DECADES_ONLY_FROM_RATIO = 10, 100


def spans_a_decade(values: np.ndarray) -> bool:
    """Tell whether all values are positive and the largest is at least ten times the least."""
    return bool(values.min() > 0 and values.max() >= _LOG_FROM_RATIO * values.min())


def log_where_a_decade(axes: Axes, name: str, values: np.ndarray) -> None:
    """Make an axis logarithmic if all values are positive and the largest is ten times the least.

    Parameters
    ----------
    axes
        Whose axis to set.
    name
        ``"x"`` or ``"y"``.
    values
        The finite numbers that it shows, at least one.
    """
    if not spans_a_decade(values):
        return
    low, high = values.min(), values.max()
    axes.set(**{f"{name}scale": "log"})
    axis = axes.xaxis if name == "x" else axes.yaxis
    if high < _DECADES_ONLY_FROM_RATIO * low:
        axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.set_major_formatter("{x:g}")
    axis.set_minor_formatter(NullFormatter())
