"""How much of the front of error and cost each search holds, against what its trainings took."""

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from hsic_hpo.digits import share
from hsic_hpo.figures.figure import Figure
from hsic_hpo.figures.layout import title_lines
from hsic_hpo.figures.scales import log_where_a_decade
from hsic_hpo.figures.style import GREY, PAGE_WIDTH, message, search_look, style
from hsic_hpo.trials.held_at_end import held_at_end


def front_held(found: xr.Dataset) -> Figure:
    """Draw what each repeat of each search holds of the front, against its operations.

    Parameters
    ----------
    found
        Dataset of :func:`hsic_hpo.search.front_held.front_held`.

    Returns
    -------
    matplotlib.figure.Figure
        One panel at page width: a thin line, each repeat; a thick one with a mark at its end, the
        median of a search's repeats, of which those that have ended keep what they hold; grey, the
        random trials alone. Without known operations the trainings are counted.
    """
    with style():
        figure = Figure(figsize=(PAGE_WIDTH, 3.4))
        axes = figure.add_subplot()
        held = found["front_held"].values
        if not np.isfinite(held).any():
            message(axes, "the front of all trials is a single network, or there is none")
            return figure
        operations = found["training_flops"]
        known = bool(operations.notnull().any())
        counts = found["evaluation"].broadcast_like(operations)
        spent = (operations if known else counts).values.astype(float)
        figure.suptitle(title_lines(_told(found), PAGE_WIDTH), parse_math=False)
        for row, method in enumerate(found["search"].values.tolist()):
            _draw(axes, spent[row], held[row], search_look(method))
        start = held[np.isfinite(held[:, :, 0])][0, 0]
        axes.axhline(start, color=GREY, linewidth=0.8, linestyle="--", zorder=1)
        if known:
            log_where_a_decade(axes, "x", spent[spent > 0])
        axes.set_xlabel(operations.attrs["long_name"] if known else "trainings of the search")
        axes.set_ylabel("part of the hypervolume of the front of all")
        _legend(figure, found["search"].values.tolist())
    return figure


def _told(found: xr.Dataset) -> str:
    ends = {method: float(np.median(held)) for method, held in held_at_end(found).items()}
    best = max(ends, key=lambda method: ends[method])
    others = sorted((end for method, end in ends.items() if method != best), reverse=True)
    second = f", the next search {share(others[0], 1)}" if others else ""
    return (
        f"In the end {best} holds most of the front: {share(ends[best], 1)} in the median{second}"
    )


def _draw(axes: Axes, spent: np.ndarray, held: np.ndarray, look: tuple[str, str]) -> None:
    colour, marker = look
    curves = [
        (x[1:][known], y[1:][known])
        for x, y in zip(spent, held, strict=True)
        if (known := np.isfinite(y[1:]) & np.isfinite(x[1:])).any()
    ]
    for x, y in curves:
        axes.step(x, y, where="post", color=colour, linewidth=0.6, alpha=0.35)
    if not curves:
        return
    # From where each repeat has a trial on.
    grid = np.unique(np.concatenate([x for x, _ in curves]))
    grid = grid[grid >= max(x[0] for x, _ in curves)]
    levels = [y[np.searchsorted(x, grid, side="right") - 1] for x, y in curves]
    median = np.median(levels, axis=0)
    axes.step(grid, median, where="post", color=colour, linewidth=1.6, zorder=3)
    axes.plot(grid[-1:], median[-1:], color=colour, marker=marker, markersize=5, zorder=4)


def _legend(figure: Figure, methods: list[str]) -> None:
    handles = []
    for method in methods:
        colour, marker = search_look(method)
        look: dict[str, Any] = {"color": colour, "marker": marker, "markersize": 5}
        handles.append(Line2D([], [], linewidth=1.6, label=method, **look))
    dashed: dict[str, Any] = {"color": GREY, "linewidth": 0.8, "linestyle": "--"}
    handles.append(Line2D([], [], label="random trials alone", **dashed))
    figure.legend(handles=handles, loc="outside lower center", ncols=5)
