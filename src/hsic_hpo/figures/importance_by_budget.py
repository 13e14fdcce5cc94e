"""What matters at which budget: indices against the most that a trial may cost."""

from textwrap import fill

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from hsic_hpo.figures.layout import page
from hsic_hpo.figures.style import (
    BLUE,
    GREEN,
    ORANGE,
    PAGE_WIDTH,
    PURPLE,
    SKY,
    VERMILLION,
    message,
    style,
)
from hsic_hpo.trials.goals import is_found, is_tested
from hsic_hpo.wording import cost_name, percent

_COLOURS = (BLUE, ORANGE, GREEN, VERMILLION, PURPLE, SKY)
_MARKERS = ("o", "s", "^", "D", "v", "<")
_NAME_LETTERS, _HEIGHT, _SIZE = 24, 2.9, 4.5
_ASIDE = 1.03


def importance_by_budget(found: xr.Dataset) -> Figure:
    """Draw the highest indices against the budget, with their intervals and noise floors.

    Parameters
    ----------
    found
        Dataset of :func:`hsic_hpo.sensitivity.by_budget.indices_by_budget`.

    Returns
    -------
    matplotlib.figure.Figure
        At page width: the unbiased index of the six hyperparameters of the main group that are
        found to matter most often, against the budget on a logarithmic axis; filled where they are,
        with their confidence intervals there; in grey the highest of their noise floors, of trials
        that were tested directly.

    Examples
    --------
    >>> import hsic_hpo as hh
    >>> figure = hh.plot.importance_by_budget(hh.explain_by_budget(hh.example_trials()))
    """
    main = found.isel(hyperparameter=found["group"].values == found["group"].values[0])
    has_index = main["hsic"].notnull().any("hyperparameter")
    remarks = sorted({str(note) for note in main["note"].values.ravel() if note})[:2]
    with style():
        if not has_index.any():
            figure, (axes,) = page(1, 1, 1.5, remarks=remarks)
            message(axes, "no budget has an index")
            return figure
        main = main.isel(budget=has_index.values)
        share = percent(float(found.attrs["goal_fraction"]))
        cost = cost_name(found.attrs["cost"])
        what = "trials" if is_tested(found) else "configurations"
        title = f"Impact on the best {share} of the {what} that cost at most c"
        figure, (axes,) = page(1, 1, _HEIGHT, width=PAGE_WIDTH, title=title, legend_lines=3)
        marks = _lines(axes, main)
        axes.set_xscale("log")
        axes.set_xlabel(f"budget c ({cost})")
        axes.set_ylabel("unbiased HSIC(U, Z), dimensionless")
        figure.legend(handles=marks, loc="outside lower center", ncols=4)
    return figure


def _lines(axes: Axes, main: xr.Dataset) -> list[Line2D]:
    unbiased = main["hsic_unbiased"]
    # Those that are found at more budgets come first; few trials make high indices by chance.
    matters = is_found(main)
    often = matters.sum("budget").values
    typical = unbiased.median("budget").fillna(-np.inf).values
    shown = np.lexsort((-typical, -often))[: len(_COLOURS)]
    budgets = main["budget"].values
    # What chance adds to the plain index on average is what the unbiased one lacks.
    floor = (main["noise_floor"] - (main["hsic"] - unbiased)).isel(hyperparameter=shown)
    high = floor.max("hyperparameter").values
    if is_tested(main):
        axes.fill_between(budgets, 0, high, color="0.92", linewidth=0, zorder=1)
        axes.plot(budgets, high, color="0.5", linestyle="--", zorder=1)
    # An interval of few trials may reach far beyond all indices.
    values = unbiased.isel(hyperparameter=shown).values
    top = 1.5 * float(np.nanmax(np.append(values, high)))
    axes.set_ylim(min(0.0, 1.1 * float(np.nanmin(values))), top)
    marks = []
    for rank, i in enumerate(shown.tolist()):
        one = main.isel(hyperparameter=i)
        colour, marker = _COLOURS[rank], _MARKERS[rank]
        index, is_filled = one["hsic_unbiased"].values, matters.isel(hyperparameter=i).values
        low, high_end = one["interval_low"].values, one["interval_high"].values
        # Beside each other, so that intervals can be told apart.
        x = budgets * _ASIDE ** (rank - len(shown) / 2)
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
