"""How indices and their ranking converge as trials are added (not in the paper)."""

from textwrap import fill
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import NullLocator

from hsic_hpo.figures.labels import name_lines
from hsic_hpo.figures.layout import page
from hsic_hpo.figures.style import (
    BLUE,
    GREEN,
    LIGHT_GREY,
    ORANGE,
    PURPLE,
    SKY,
    VERMILLION,
    message,
    style,
)
from hsic_hpo.figures.titles import convergence_title
from hsic_hpo.trials.kinds import CONVERGENCE, check_kind
from hsic_hpo.wording import counted, percent

_COLOURS = (BLUE, ORANGE, GREEN, VERMILLION, PURPLE, SKY, "black")
_MARKERS = ("o", "s", "^", "D", "v", "<", ">")
_NAME_LETTERS, _HEIGHT = 24, 2.6
_AGREEMENTS = {
    "rank_correlation": ("rank correlation of the indices", BLUE, "o"),
    "significant_overlap": ("Jaccard similarity of the significant set", ORANGE, "s"),
}


def convergence(converged: xr.Dataset) -> Figure:
    """Draw the indices of the main group, and their agreement with the last ones, against n.

    Parameters
    ----------
    converged
        Convergence Dataset.

    Returns
    -------
    matplotlib.figure.Figure
        At page width. Left: the index of each hyperparameter against the number of trials, filled
        where significant, the highest ones named. Right: Spearman's correlation of the indices,
        and the Jaccard similarity of the set found significant, with those of all trials.

    Raises
    ------
    InputError
        For a Dataset of another kind.

    Examples
    --------
    >>> import hsic_hpo as hh
    >>> from hsic_hpo.sensitivity.convergence import convergence
    >>> from hsic_hpo.sensitivity.settings import AnalysisSettings
    >>> converged = convergence(hh.example_trials(), AnalysisSettings())
    >>> figure = hh.plot.convergence(converged)
    """
    check_kind("converged", converged, CONVERGENCE)
    remarks = [
        f"{counted(size, 'trials')}: no index, {note}"
        for size, note in zip(converged["size"].values, converged["note"].values, strict=True)
        if note
    ]
    remarks.insert(0, f"analysis of {_aim(converged)} on nested subsets of the trials")
    with style():
        if not np.isfinite(converged["hsic"]).any():
            figure, (axes,) = page(1, 1, 1.5, remarks=remarks[1:])
            message(axes, "no subset of the trials has an index")
            return figure
        figure, (left, right) = page(
            2, 2, _HEIGHT, title=convergence_title(converged), remarks=remarks, legend_lines=4
        )
        marks = _indices(left, converged)
        _agreement(right, converged)
        for axes in (left, right):
            _sizes(axes, converged["size"].values)
        name_lines(figure, marks)
    return figure


def _aim(converged: xr.Dataset) -> str:
    if "n_reached" in converged and (converged["n_reached"] != converged["n_asked"]).any():
        return "the trials that reach the goal"
    return f"the best {percent(float(converged.attrs['goal_fraction']))}"


def _indices(axes: Axes, converged: xr.Dataset) -> list[Line2D]:
    last = np.nan_to_num(converged["hsic"].isel(size=-1).values, nan=-1.0)
    order = np.argsort(-last, kind="stable")
    marks = []
    for rank, i in reversed(list(enumerate(order))):
        found = converged.isel(hyperparameter=int(i))
        index, significant = found["hsic"].values, found["significant"].values == 1
        named = rank < len(_COLOURS) and np.isfinite(index).any()
        colour = _COLOURS[rank] if named else LIGHT_GREY
        marker = _MARKERS[rank] if named else "."
        x = converged["size"].values
        axes.plot(x, index, color=colour, zorder=3 if named else 2)
        look: dict[str, Any] = {
            "linestyle": "none",
            "marker": marker,
            "markersize": 4,
            "markeredgecolor": colour,
        }
        for where, face in ((significant, colour), (~significant, "white")):
            axes.plot(
                x[where], index[where], markerfacecolor=face, zorder=4 if named else 2, **look
            )
        if named:
            label = fill(str(found["hyperparameter"].item()), _NAME_LETTERS)
            marks.append(Line2D([], [], color=colour, marker=marker, markersize=4, label=label))
    marks.reverse()
    level = f"{converged.attrs['significance']:g}"
    hollow: dict[str, Any] = {
        "color": "black",
        "markerfacecolor": "white",
        "linestyle": "none",
        "markersize": 4,
    }
    marks.append(Line2D([], [], marker="o", label=f"hollow: adjusted p > {level}", **hollow))
    axes.set_ylim(bottom=0)
    axes.set_ylabel("HSIC(U, Z) (dimensionless)")
    return marks


def _agreement(axes: Axes, converged: xr.Dataset) -> None:
    x = converged["size"].values
    for name, (label, colour, marker) in _AGREEMENTS.items():
        axes.plot(x, converged[name], color=colour, marker=marker, markersize=4, label=label)
    lowest = min(0.0, float(np.nanmin(np.append(converged["rank_correlation"].values, 0))))
    axes.set_ylim(lowest - 0.02 * (lowest < 0), 1.05)
    axes.set_ylabel("agreement with all trials\n(dimensionless)")
    # Above the panel: inside it, a line crosses any corner.
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), borderaxespad=0)


def _sizes(axes: Axes, sizes: np.ndarray) -> None:
    axes.set_xscale("log")
    axes.set_xlim(0.9 * sizes.min(), 1.1 * sizes.max())
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xticks(sizes, [str(size) for size in sizes])
    axes.set_xlabel("number of trials")
