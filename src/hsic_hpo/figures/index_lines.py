"""Indices along something that grows: the budget, the epoch."""

from collections.abc import Sequence
from textwrap import fill

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from hsic_hpo.figures.style import BLUE, GREEN, ORANGE, PURPLE, SKY, VERMILLION
from hsic_hpo.trials.goals import is_found, is_tested

HEIGHT = 2.9
_COLOURS = (BLUE, ORANGE, GREEN, VERMILLION, PURPLE, SKY, "black")
_MARKERS = ("o", "s", "^", "D", "v", "<", ">")
_NAME_LETTERS, _SIZE = 24, 4.5
# Between the marks of two hyperparameters, as a share of the axis.
_ASIDE = 0.006


def index_lines(
    axes: Axes, main: xr.Dataset, along: str, first: Sequence[bool] = ()
) -> list[Line2D]:
    """Draw the highest indices with their intervals and noise floors, and return what marks them.

    Parameters
    ----------
    axes
        Where to draw.
    main
        Over ``along`` and ``hyperparameter``: ``hsic``, ``hsic_unbiased``, ``noise_floor``,
        ``interval_low``, ``interval_high``, ``significant`` or, through a surrogate, ``found``.
        The seven that are found to matter most often are drawn.
    along
        Name of the dimension along the horizontal axis, in ascending order.
    first
        Which hyperparameters come before all others.
    """
    unbiased = main["hsic_unbiased"]
    # Those that are found at more places come first; few trials make high indices by chance.
    matters = is_found(main)
    often = matters.sum(along).values
    typical = unbiased.median(along).fillna(-np.inf).values
    keys = (-typical, -often, *([~np.asarray(first)] if len(first) else []))
    shown = np.lexsort(keys)[: len(_COLOURS)]
    places = main[along].values
    # What chance adds to the plain index on average is what the unbiased one lacks.
    floor = (main["noise_floor"] - (main["hsic"] - unbiased)).isel(hyperparameter=shown)
    high = floor.max("hyperparameter").values
    if is_tested(main):
        axes.fill_between(places, 0, high, color="0.92", linewidth=0, zorder=1)
        axes.plot(places, high, color="0.5", linestyle="--", zorder=1)
    # An interval of few trials may reach far beyond all indices.
    values = unbiased.isel(hyperparameter=shown).values
    top = 1.5 * float(np.nanmax(np.append(values, high)))
    axes.set_ylim(min(0.0, 1.1 * float(np.nanmin(values))), top)
    # Along a linear axis they are as far beside each other as along a logarithmic one.
    is_log = bool(places[0] > 0)
    step = (places[-1] / places[0]) ** _ASIDE if is_log else (places[-1] - places[0]) * _ASIDE
    marks = []
    for rank, i in enumerate(shown.tolist()):
        one = main.isel(hyperparameter=i)
        colour, marker = _COLOURS[rank], _MARKERS[rank]
        index, is_filled = one["hsic_unbiased"].values, matters.isel(hyperparameter=i).values
        low, high_end = one["interval_low"].values, one["interval_high"].values
        # Beside each other, so that intervals can be told apart.
        beside = rank - len(shown) / 2
        x = places * step**beside if is_log else places + step * beside
        axes.vlines(x[is_filled], low[is_filled], high_end[is_filled], color=colour, linewidth=0.8)
        axes.plot(x, index, color=colour, zorder=3)
        for where, face in ((is_filled, colour), (~is_filled, "white")):
            axes.plot(
                x[where],
                index[where],
                linestyle="none",
                marker=marker,
                markersize=_SIZE,
                markeredgecolor=colour,
                markerfacecolor=face,
                zorder=4,
            )
        label = fill(str(one["hyperparameter"].item()), _NAME_LETTERS)
        marks.append(Line2D([], [], color=colour, marker=marker, markersize=_SIZE, label=label))
    hollow = "not found through the surrogate"
    if is_tested(main):
        marks.append(Line2D([], [], color="0.5", linestyle="--", label="noise floor"))
        hollow = f"adjusted p > {float(main.attrs['significance']):g}"
    marks.append(
        Line2D(
            [],
            [],
            color="black",
            linestyle="none",
            marker="o",
            markersize=_SIZE,
            markerfacecolor="white",
            label=f"hollow: {hollow}",
        )
    )
    return marks
