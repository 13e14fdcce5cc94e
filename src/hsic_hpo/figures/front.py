"""The front of error and cost: every trial, the best network for every cost, what was chosen."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from hsic_hpo.figures.figure import Figure
from hsic_hpo.figures.labels import label_points
from hsic_hpo.figures.layout import title_lines
from hsic_hpo.figures.scales import Scaling, log_where_a_decade
from hsic_hpo.figures.style import GREY, LIGHT_GREY, PAGE_WIDTH, message, search_look, style
from hsic_hpo.figures.values import cost_text
from hsic_hpo.trials import dataset as trials_data
from hsic_hpo.trials.costs import MEASURED_COSTS
from hsic_hpo.trials.variables import cost_values
from hsic_hpo.wording import number, with_units

# Of the height of the panel, below the front.
_ROOM_BELOW = 0.1
_ALL, _RANDOM = "all", "random"
_AXES = {"flops": "FLOPs per sample (operations of the forward pass)"}


def front(drawn: xr.Dataset | None, searches: Sequence[xr.Dataset], found: xr.Dataset) -> Figure:
    """Draw the front of error and cost among all trials.

    Parameters
    ----------
    drawn
        Trials Dataset of the random search; None where there is none to show.
    searches
        Trials Datasets of the searches, with the attribute ``method``.
    found
        Front Dataset.

    Returns
    -------
    matplotlib.figure.Figure
        One panel at page width: light points, all trials, coloured by search; the staircase, the
        lowest validation error for every cost, with a mark in the colour of the search that found
        the network at each of its steps; thin staircases, what each method knew; circled and
        named, the networks that the study's choices take from all trials.
    """
    cost = str(found.attrs["cost"])
    with style():
        figure = Figure(figsize=(PAGE_WIDTH, 4.2))
        axes = figure.add_subplot()
        figure.suptitle(title_lines(_found(found), PAGE_WIDTH), parse_math=False)
        parts = [] if drawn is None else [(_RANDOM, *_points(drawn, cost))]
        parts += [(str(one.attrs["method"]), *_points(one, cost)) for one in searches]
        shown = [(x, y) for _, x, y in parts] or [_steps(found.sel(search=_ALL))]
        costs, errors = (np.concatenate(values) for values in zip(*shown, strict=True))
        if not costs.size:
            message(axes, "no trial has both an error and a cost")
            return figure
        scaling = Scaling.of(errors)
        for method, x, y in parts:
            colour = LIGHT_GREY if method == _RANDOM else search_look(method)[0]
            alpha = 1.0 if method == _RANDOM else 0.25
            axes.scatter(
                x, scaling(y), s=7, color=colour, alpha=alpha, linewidths=0, rasterized=True
            )
        for method in found["search"].values.tolist():
            x, y = _steps(found.sel(search=method))
            mine: dict[str, Any] = {"color": "black", "linewidth": 1.2, "zorder": 3}
            if method != _ALL:
                mine = {"color": search_look(method)[0], "linewidth": 0.7, "alpha": 0.8}
            if x.size:
                ends = np.append(x, costs.max()), np.append(y, y[-1])
                axes.step(ends[0], scaling(ends[1]), where="post", **mine)
        whole = found.sel(search=_ALL)
        _networks(axes, whole, scaling)
        log_where_a_decade(axes, "x", costs)
        log_where_a_decade(axes, "y", scaling(errors), scaling)
        axes.set_xlabel(_AXES.get(cost, _cost_label(cost)), parse_math=False)
        name = with_units(found.attrs["error_name"], found.attrs["error_units"])
        axes.set_ylabel(scaling.label(f"validation {name}"), parse_math=False)
        methods = [str(name) for name in found["search"].values if name != _ALL]
        _legend(figure, methods, chosen=bool((whole["chosen_by"] != "").any()), trials=bool(parts))
        _name_chosen(figure, axes, whole, scaling)
    return figure


def _found(found: xr.Dataset) -> str:
    x, y = _steps(found.sel(search=_ALL))
    if not x.size:
        return "No trial has both an error and a cost"
    name, units = str(found.attrs["error_name"]), str(found.attrs["error_units"])
    unit = "" if units == "1" else f" {units}"
    cost = str(found.attrs["cost"])
    ends = [f"{number(y[i])}{unit} with {cost_text(float(x[i]), cost)}" for i in (0, -1)]
    if len(x) == 1:
        return f"One network is the best in both {name} and cost: {ends[0]}"
    return f"{len(x)} networks are the best for what they cost: {name} from {' to '.join(ends)}"


def _cost_label(cost: str) -> str:
    if cost not in MEASURED_COSTS:
        return cost
    return with_units(MEASURED_COSTS[cost].long_name, MEASURED_COSTS[cost].units)


def _points(trials: xr.Dataset, cost: str) -> tuple[np.ndarray, np.ndarray]:
    error, costs = trials_data.error(trials), cost_values(trials, cost)
    known = np.isfinite(error) & np.isfinite(costs)
    return costs[known], error[known]


def _steps(found: xr.Dataset) -> tuple[np.ndarray, np.ndarray]:
    known = np.isfinite(found["error"].values)
    return found["cost"].values[known], found["error"].values[known]


def _networks(axes: Axes, found: xr.Dataset, scaling: Scaling) -> None:
    x, y = _steps(found)
    methods = found["method"].values[: len(x)]
    for method in dict.fromkeys(methods.tolist()):
        colour, marker = search_look(method)
        mine = methods == method
        axes.scatter(
            x[mine],
            scaling(y[mine]),
            s=22,
            marker=marker,
            color=colour,
            edgecolors="white",
            linewidths=0.5,
            zorder=4,
        )


def _name_chosen(figure: Figure, axes: Axes, found: xr.Dataset, scaling: Scaling) -> None:
    x, y = _steps(found)
    names = found["chosen_by"].values[: len(x)].astype(str)
    chosen = names != ""
    if not chosen.any():
        return
    y = scaling(y)
    points = np.stack([x, y], axis=1)[chosen]
    ring: dict[str, Any] = {"facecolors": "none", "edgecolors": "black", "linewidths": 0.9}
    axes.scatter(points[:, 0], points[:, 1], s=90, zorder=5, **ring)
    taken = _above(axes, x, y)
    texts = [name.replace("; ", "\n") for name in names[chosen]]
    label_points(figure, axes, points, texts, taken)


def _above(axes: Axes, x: np.ndarray, y: np.ndarray) -> list[Rectangle]:
    """Return the area above the staircase, where trials are; below it is room for names."""
    low, high = axes.get_ylim()
    if axes.get_yscale() == "log":
        axes.set_ylim(low * (low / high) ** _ROOM_BELOW, high)
    else:
        axes.set_ylim(low - _ROOM_BELOW * (high - low), high)
    axes.set_xlim(*axes.get_xlim())
    ends = np.append(x[1:], axes.get_xlim()[1])
    taken = [
        Rectangle((left, bottom), right - left, high - bottom, visible=False)
        for left, right, bottom in zip(x, ends, y, strict=True)
    ]
    for area in taken:
        axes.add_artist(area)
        area.set_in_layout(False)
    return taken


def _legend(figure: Figure, methods: Sequence[str], *, chosen: bool, trials: bool) -> None:
    handles = []
    for method in methods:
        colour, marker = search_look(method)
        look: dict[str, Any] = {"color": colour, "marker": marker, "linewidth": 0.7}
        handles.append(Line2D([], [], markersize=4, label=f"front known to {method}", **look))
    handles.append(Line2D([], [], color="black", linewidth=1.2, label="front of all trials"))
    ring: dict[str, Any] = {"marker": "o", "markerfacecolor": "none", "markeredgecolor": "black"}
    if chosen:
        handles.append(
            Line2D([], [], linestyle="none", markersize=8, label="chosen from all trials", **ring)
        )
    small: dict[str, Any] = {"linestyle": "none", "marker": ".", "markersize": 4}
    if trials:
        handles.append(Line2D([], [], color=GREY, label="trials", **small))
    figure.legend(handles=handles, loc="outside lower center", ncols=3)
