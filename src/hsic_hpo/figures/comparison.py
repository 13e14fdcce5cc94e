"""The plane of error and cost behind the comparison of search methods (table 4 of the slides)."""

from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.markers import MarkerStyle

from hsic_hpo.figures.figure import Figure
from hsic_hpo.figures.layout import title_lines
from hsic_hpo.figures.scales import Scaling, log_where_a_decade
from hsic_hpo.figures.style import GREY, LIGHT_GREY, PAGE_WIDTH, message, search_look, style
from hsic_hpo.figures.values import cost_text
from hsic_hpo.trials import dataset as trials_data
from hsic_hpo.trials.history import round_numbers
from hsic_hpo.trials.retrained import each_choice_once
from hsic_hpo.wording import number, with_units

_MOST_TOLD = 3
# How the marks of a method's choices are filled, in their order.
_FILLS = ("full", "none", "left", "bottom", "right", "top")
_CHOICE_LETTERS = 44


def comparison(drawn: xr.Dataset, searches: Sequence[xr.Dataset], compared: xr.Dataset) -> Figure:
    """Draw validation error against cost: all trials, each search's path, and what was chosen.

    Parameters
    ----------
    drawn
        Trials Dataset of the random search.
    searches
        Trials Datasets of the searches, with attributes ``method`` and ``search_repeat`` and the
        variable ``round``.
    compared
        Comparison Dataset. Where a method makes several choices, their marks are filled
        differently; one that was trained again with several budgets has one mark.

    Returns
    -------
    matplotlib.figure.Figure
        One panel at page width: light points, the trials of the random search and of the
        searches; thin lines, the incumbent (lowest validation error so far) of each repeat after
        each of its rounds; large marks, the chosen configurations; a grey staircase, the Pareto
        front of all trials.
    """
    compared = each_choice_once(compared)
    rows = _rows(compared)
    with style():
        figure = Figure(figsize=(PAGE_WIDTH, 4.2))
        axes = figure.add_subplot()
        figure.suptitle(title_lines(_found(compared, rows), PAGE_WIDTH), parse_math=False)
        everything = [*map(_points, (drawn, *searches))]
        known = np.concatenate([points for points, _ in everything])
        errors = np.concatenate([values for _, values in everything])
        if not known.size:
            message(axes, "no trial has both an error and a cost")
            return figure
        scaling = Scaling.of(errors)
        flops, error = everything[0]
        axes.scatter(
            flops, scaling(error), s=7, color=LIGHT_GREY, linewidths=0, rasterized=True, zorder=1
        )
        for one in searches:
            _path(axes, one, search_look(one.attrs["method"])[0], scaling)
        for name, (method, position) in rows.items():
            _chosen(axes, compared.sel(search=name), method, position, scaling)
        _front(axes, known, scaling(errors))
        log_where_a_decade(axes, "x", known)
        log_where_a_decade(axes, "y", scaling(errors), scaling)
        axes.set_xlabel("FLOPs per sample (operations of the forward pass)")
        name = with_units(drawn.attrs["error_name"], drawn.attrs["error_units"])
        axes.set_ylabel(scaling.label(f"validation {name}"), parse_math=False)
        _legend(figure, axes, _choices(compared, rows))
    return figure


def _found(compared: xr.Dataset, rows: Mapping[str, tuple[str, int]]) -> str:
    """Say what each search chose: of its repeats the one of the lowest validation error."""
    units = str(compared.attrs["error_units"])
    unit = "" if units == "1" else f" {units}"
    chosen = []
    for method in dict.fromkeys(method for method, _ in rows.values()):
        mine = compared.sel(search=[name for name, (whose, _) in rows.items() if whose == method])
        errors = mine["validation_error"].values.ravel()
        if np.isfinite(errors).any():
            i = int(np.nanargmin(errors))
            cost = cost_text(float(mine["flops"].values.ravel()[i]), "flops")
            chosen.append((float(errors[i]), f"{method} {number(errors[i])}{unit} with {cost}"))
    if not chosen:
        return "No search chose a network"
    told = [text for _, text in sorted(chosen)]
    more = [f"{len(told) - _MOST_TOLD} more"] if len(told) > _MOST_TOLD else []
    parts = "; ".join([*told[:_MOST_TOLD], *more])
    return f"Chosen, of its repeats the lowest validation {compared.attrs['error_name']}: {parts}"


def _rows(compared: xr.Dataset) -> dict[str, tuple[str, int]]:
    """Return the method of each row, and which of its choices it is."""
    names = compared["search"].values.tolist()
    methods = compared["method"].values.tolist() if "method" in compared else names
    return {
        name: (method, methods[:row].count(method))
        for row, (name, method) in enumerate(zip(names, methods, strict=True))
    }


def _choices(compared: xr.Dataset, rows: Mapping[str, tuple[str, int]]) -> list[str]:
    """Return in words what the first choice of the methods is, and each further one, if any."""
    positions = [position for _, position in rows.values()]
    if not any(positions):
        return []
    words: list[dict[str, None]] = [{} for _ in range(max(positions) + 1)]
    for choice, position in zip(compared["choice"].values.tolist(), positions, strict=True):
        words[position][choice] = None
    return [" or ".join(several) for several in words]


def _legend(figure: Figure, axes: Axes, choices: Sequence[str]) -> None:
    handles, labels = axes.get_legend_handles_labels()
    for position, choice in enumerate(choices):
        look: dict[str, Any] = {"color": GREY, "marker": "o", "markersize": 6}
        handles.append(Line2D([], [], linestyle="none", fillstyle=_filled(position), **look))
        labels.append(fill(choice, _CHOICE_LETTERS))
    small: dict[str, Any] = {"linestyle": "none", "marker": ".", "markersize": 4}
    path: dict[str, Any] = {"color": "black", "linewidth": 0.8, "marker": ".", "markersize": 3}
    handles += [
        Line2D([], [], color=LIGHT_GREY, label="trials of the random search", **small),
        Line2D([], [], label="incumbent of a repeat, round by round", **path),
    ]
    labels += [handle.get_label() for handle in handles[-2:]]
    figure.legend(handles, labels, loc="outside lower center", ncols=3)


def _points(dataset: xr.Dataset) -> tuple[np.ndarray, np.ndarray]:
    error, flops = trials_data.error(dataset), dataset["flops"].values
    known = np.isfinite(error) & np.isfinite(flops)
    return flops[known], error[known]


def _path(axes: Axes, search: xr.Dataset, colour: str, scaling: Scaling) -> None:
    flops, error = _points(search)
    axes.scatter(
        flops, scaling(error), s=7, color=colour, alpha=0.35, linewidths=0, rasterized=True
    )
    errors, costs = trials_data.error(search), search["flops"].values
    path: list[tuple[float, float]] = []
    rounds = round_numbers(search)
    for this in np.unique(rounds):
        inside = np.flatnonzero(rounds == this)
        first = inside[np.argmin(errors[inside])]
        if np.isfinite(errors[first]) and (not path or errors[first] < path[-1][1]):
            path.append((float(costs[first]), float(errors[first])))
    x, y = [cost for cost, _ in path], [best for _, best in path]
    axes.plot(
        x,
        scaling(np.array(y)),
        color=colour,
        linewidth=0.8,
        alpha=0.8,
        marker=".",
        markersize=3,
        zorder=3,
    )


def _filled(position: int) -> Any:
    return _FILLS[position % len(_FILLS)]


def _chosen(axes: Axes, found: xr.Dataset, method: str, position: int, scaling: Scaling) -> None:
    colour, marker = search_look(method)
    filled = _filled(position)
    hollow = filled == "none"
    axes.scatter(
        found["flops"].values,
        scaling(found["validation_error"].values),
        s=45,
        marker=MarkerStyle(marker, fillstyle="full" if hollow else filled),
        facecolors="white" if hollow else colour,
        edgecolors=colour if hollow else "white",
        linewidths=0.8,
        label=f"{method}: chosen" if position == 0 else None,
        zorder=4,
    )


def _front(axes: Axes, flops: np.ndarray, errors: np.ndarray) -> None:
    order = np.lexsort((errors, flops))
    lowest = np.minimum.accumulate(errors[order])
    steps = np.flatnonzero(np.diff(lowest, prepend=np.inf) < 0)
    x = np.append(flops[order][steps], flops.max())
    y = np.append(lowest[steps], lowest[-1])
    axes.step(x, y, where="post", color=GREY, linewidth=0.8, label="Pareto front", zorder=2)
