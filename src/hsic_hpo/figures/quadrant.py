"""Impact on the error against impact on the cost of each hyperparameter (not in the paper)."""

from textwrap import fill
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text

from hsic_hpo.checks import check_choice
from hsic_hpo.errors import InputError
from hsic_hpo.figures.labels import HALO, label_points
from hsic_hpo.figures.layout import page
from hsic_hpo.figures.style import (
    BLUE,
    GREY,
    ORANGE,
    PAGE_WIDTH,
    VERMILLION,
    message,
    style,
)
from hsic_hpo.figures.titles import quadrant_title
from hsic_hpo.trials.goals import cost_names, is_found, is_tested
from hsic_hpo.trials.kinds import SENSITIVITY, check_kind
from hsic_hpo.wording import goal, percent, target_name

_HEIGHT, _NAME_LETTERS = 4.2, 30
_LEAST_LIMIT, _NAMED_ALL = 2.5, 20
_LINES = "#AAAAAA"
_TITLE = "Impact on the error and on the cost"
# Name, corner in fractions of the axes, alignment there.
_QUADRANTS = (
    ("fix cheaply", (0.01, 0.99), ("left", "top")),
    ("trade off", (0.99, 0.99), ("right", "top")),
    ("fine-tune", (0.01, 0.01), ("left", "bottom")),
    ("optimise", (0.99, 0.01), ("right", "bottom")),
)
_LOOKS = {
    (True, False): (BLUE, "o", "error alone"),
    (True, True): (VERMILLION, "D", "error and cost"),
    (False, True): (ORANGE, "s", "cost alone"),
    (False, False): (GREY, "o", "neither"),
}


def quadrant(sensitivity: xr.Dataset, cost: str | None = None) -> Figure:
    """Draw what each hyperparameter of the main group does to the error and to the cost.

    Both axes show indices in units of their noise floors, which differ between hyperparameters,
    on a square-root scale, as HSIC is a squared distance: 1 is the noise floor and divides the
    plane. Lines are confidence intervals of the debiased indices, drawn from zero where they
    reach below.

    Parameters
    ----------
    sensitivity
        Sensitivity Dataset.
    cost
        One of its targets other than ``"error"``; by default the first that has an index.

    Returns
    -------
    matplotlib.figure.Figure
        One panel at page width: right, hyperparameters that matter for the error; up, those that
        matter for the cost. The four quadrants say what to do with them. Conditional
        hyperparameters are named below, as indices compare within a group only; so are those
        under both noise floors where there are more than 20.

    Raises
    ------
    InputError
        For a Dataset of another kind, or a cost that it does not have.

    Examples
    --------
    >>> import hsic_hpo as hh
    >>> figure = hh.plot.quadrant(hh.explain(hh.example_trials(), n_permutations=99))
    """
    check_kind("sensitivity", sensitivity, SENSITIVITY)
    costs = cost_names(sensitivity)
    if cost is not None:
        if not costs:
            raise InputError(f"cost: {cost!r}; these trials have none")
        check_choice("cost", cost, costs)
    main = sensitivity.sel(subset="best").isel(group=0)
    known = main["hsic"].notnull().any("hyperparameter")
    cost = cost or next((name for name in costs if known.sel(target=name)), None)
    if cost is None or not known.sel(target="error") or not known.sel(target=cost):
        lacking = (cost or next(iter(costs), None)) if known.sel(target="error") else "error"
        return _without(main, lacking)
    kept = main["hsic"].sel(target=["error", cost]).notnull().all("target")
    main = main.isel(hyperparameter=kept.values)
    others = sensitivity["hyperparameter"].values[~kept.values].tolist()
    remarks = [f"compared within their own groups: {', '.join(others)}"] if others else []
    with style():
        return _draw(main, cost, remarks)


def _without(main: xr.Dataset, lacking: str | None) -> Figure:
    reason = str(main["note"].sel(target=lacking).item()) if lacking else "no cost was recorded"
    with style():
        figure, (axes,) = page(1, 1, 1.2, title=_TITLE)
        message(axes, fill(f"no index: {reason}", 50))
    return figure


def _draw(main: xr.Dataset, cost: str, remarks: list[str]) -> Figure:
    x, y = (_ratios(main.sel(target=target)) for target in ("error", cost))
    names = main["hyperparameter"].values
    tested = is_tested(main)
    outstanding = np.maximum(x[0], y[0]) > 1
    if not tested:
        outstanding = is_found(main.sel(target=["error", cost])).any("target").values
    named = outstanding | (len(names) <= _NAMED_ALL)
    if not named.all():
        why = "under both noise floors" if tested else "found for neither"
        remarks = [f"not named, {why}: {', '.join(names[~named])}", *remarks]
    figure, (axes,) = page(
        1,
        1,
        _HEIGHT,
        width=PAGE_WIDTH,
        title=quadrant_title(main, cost),
        remarks=remarks,
        legend_lines=2,
    )
    for ratios, limit in ((x, axes.set_xlim), (y, axes.set_ylim)):
        limit(0, max(_LEAST_LIMIT if tested else 0.0, 1.05 * np.nanmax(ratios)))
    for scale in (axes.set_xscale, axes.set_yscale):
        scale("function", functions=(_root, np.square))
    significant = [is_found(main.sel(target=target)).values for target in ("error", cost)]
    axes.hlines(y[0], x[1], x[2], color=_LINES, linewidth=0.6)
    axes.vlines(x[0], y[1], y[2], color=_LINES, linewidth=0.6)
    for key, (colour, marker, _) in _LOOKS.items():
        here = (significant[0] == key[0]) & (significant[1] == key[1])
        look = _mark(colour, marker)
        # An empty unclipped line would reserve room at the corner of the page.
        if not here.any():
            continue
        axes.plot(x[0, here], y[0, here], linestyle="none", clip_on=False, zorder=3, **look)
    floor: dict[str, Any] = {"color": "black", "linestyle": ":", "linewidth": 1}
    if tested:
        axes.axvline(1, **floor)
        axes.axhline(1, **floor)
    for axis, target in ((axes.xaxis, "error"), (axes.yaxis, cost)):
        axis.set_label_text(
            f"impact on the {goal(main, target)} by {target_name(main, target)}\n"
            f"(index / {'noise floor' if tested else 'largest one'}, dimensionless)",
        )
        axis.label.set_parse_math(False)
    figure.legend(handles=_legend(main), loc="outside lower center", ncols=3)
    points = np.column_stack([x[0], y[0]])[named]
    texts = [fill(name, _NAME_LETTERS) for name in names[named]]
    label_points(figure, axes, points, texts, _name_quadrants(axes))
    return figure


def _ratios(found: xr.Dataset) -> np.ndarray:
    """Return the index and the ends of its interval over its noise floor, (3, d)."""
    names = ["hsic", "interval_low", "interval_high"]
    floor = found["noise_floor"].values
    if not is_tested(found):
        # Without floors the largest index is the unit.
        floor = found["hsic"].max().values
    return np.stack([np.maximum(found[name].values, 0) / floor for name in names])


def _root(values: np.ndarray) -> np.ndarray:
    return np.sqrt(np.maximum(values, 0))


def _mark(colour: str, marker: str) -> dict[str, Any]:
    return {"color": colour, "marker": marker, "markersize": 5, "markeredgecolor": "white"}


def _name_quadrants(axes: Axes) -> list[Text]:
    return [
        axes.text(
            *corner,
            name,
            transform=axes.transAxes,
            ha=ha,
            va=va,
            size=9,
            weight="bold",
            color=GREY,
            path_effects=HALO,
            zorder=2.5,
        )
        for name, corner, (ha, va) in _QUADRANTS
    ]


def _legend(main: xr.Dataset) -> list[Line2D]:
    tested = is_tested(main)
    verdict = "significant" if tested else "found"
    level = f"adjusted p ≤ {main.attrs['significance']:g}" if tested else "through a surrogate"
    marks = [
        Line2D([], [], linestyle="none", label=f"{verdict} for {what}", **_mark(colour, marker))
        for colour, marker, what in _LOOKS.values()
    ]
    marks[0].set_label(f"{marks[0].get_label()} ({level})")
    interval = f"{percent(float(main.attrs['confidence']))} interval of the debiased index"
    marks.append(Line2D([], [], color=_LINES, linewidth=0.6, label=interval))
    if tested:
        marks.append(Line2D([], [], color="black", linestyle=":", linewidth=1, label="noise floor"))
    return marks
