"""Indices of the hyperparameters, one panel per conditional group (figure 6 of the slides)."""

from textwrap import fill
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.gridspec import GridSpec
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.transforms import blended_transform_factory

from hsic_hpo.figures.best_values import BestValues
from hsic_hpo.figures.figure import Figure
from hsic_hpo.figures.groups import few, homes, leading
from hsic_hpo.figures.importance_panel import (
    COLUMN_LETTERS,
    DIAMOND,
    DOT,
    NOISE,
    SIGNIFICANT,
    UNSURE,
    Panel,
    differs,
    draw_panel,
)
from hsic_hpo.figures.layout import LINE, lines, title_lines
from hsic_hpo.figures.strips import strip_marks
from hsic_hpo.figures.style import COLUMN_WIDTH, GREY, LIGHT_GREY, PAGE_WIDTH, style
from hsic_hpo.figures.titles import impact_title
from hsic_hpo.trials.goals import is_tested
from hsic_hpo.trials.kinds import SENSITIVITY, TRIALS, check_goal, check_kind
from hsic_hpo.wording import goal, group_name, percent

# Inches of a line of the legend.
_LEGEND_LINE = 0.17
# What a journal has for a figure, less its legend and titles.
_PAGE_HEIGHT = 8.5


def importance(
    sensitivity: xr.Dataset,
    trials: xr.Dataset | None = None,
    subset: str = "best",
    target: str = "error",
) -> Figure:
    """Draw the indices of every group with their uncertainty, and where the best lie.

    Indices compare within a group only, so that each panel has an axis of its own. A bar is the
    V-statistic ``hsic``, by the values alone, which decides significance; the grey field behind it
    is its noise floor, which indices through a surrogate do not have; the dot on a line is the
    debiased U-statistic with its confidence interval, drawn at zero where it is negative, as no
    index is. For a discrete hyperparameter a diamond shows the paper's index of the u that was
    drawn.

    Parameters
    ----------
    sensitivity
        Sensitivity Dataset.
    trials
        Trials Dataset that it was computed from. With it a strip beside each bar shows, from low
        to high values on the scale on which random draws are flat, how often trials reach the
        goal; beside it stand the values that do so most, where the index is found to matter (the
        strips are not in the paper).
    subset
        ``"best"`` or ``"worst"`` goal fraction.
    target
        ``"error"``, ``"flops"`` or ``"train_seconds"``.

    Returns
    -------
    matplotlib.figure.Figure
        At column width for one group, at page width for several. In the panel of a conditional
        group, what exists only there stands first; where the figure would be longer than a page,
        what exists elsewhere too and stays under its noise floor is named alone. Groups without
        an index are named below the panels with the reason. Of more than 16 conditional groups,
        those with the smallest adjusted p-values are shown.

    Raises
    ------
    InputError
        For a Dataset of another kind, or a target or a subset that it does not have.

    Examples
    --------
    >>> import hsic_hpo as hh
    >>> trials = hh.example_trials()
    >>> figure = hh.plot.importance(hh.explain(trials, n_permutations=99), trials)
    """
    check_kind("sensitivity", sensitivity, SENSITIVITY)
    check_goal(sensitivity, {"target": target, "subset": subset})
    if trials is not None:
        check_kind("trials", trials, TRIALS)
    chosen = sensitivity.sel(target=target, subset=subset)
    title = impact_title(sensitivity, target, subset)
    has_index = chosen["hsic"].notnull().any("hyperparameter").values
    labels = chosen["group"].values[has_index].tolist()
    shown = leading(chosen, labels)
    reasons = [
        f"{group_name(label)}: no index, {note}"
        for label, note in zip(
            chosen["group"].values[~has_index], chosen["note"].values[~has_index], strict=True
        )
    ]
    values = None if trials is None else BestValues(trials, sensitivity, target, subset)
    home, aim = homes(chosen), goal(sensitivity, target, subset)
    panels: list[Panel] = []
    for label in shown:
        group, own = _own_first(chosen.sel(group=label), home)
        panels.append(
            Panel(group, own, values, aim, not panels and len(shown) > 1, len(shown) == 1)
        )
    if sum(max(panel.height for panel in row) for row in _rows(panels)) > _PAGE_HEIGHT:
        panels = [*panels[:1], *(panel.shortened() for panel in panels[1:])]
    with style():
        return _draw(panels, title, few(reasons, len(labels) - len(shown)))


def _own_first(group: xr.Dataset, home: dict[str, str]) -> tuple[xr.Dataset, int]:
    """Sort by the index, what exists in no larger group first; return how many these are too."""
    present = group.isel(hyperparameter=np.isfinite(group["hsic"].values))
    label = group["group"].item()
    elsewhere = np.array([home[name] != label for name in present["hyperparameter"].values])
    order = np.lexsort((-present["hsic"].values, elsewhere))
    return present.isel(hyperparameter=order), int((~elsewhere).sum())


def _rows(panels: list[Panel]) -> list[list[Panel]]:
    """Return the panels row by row: the main group spans the page, conditional ones follow."""
    return [panels[:1], *(panels[i : i + 2] for i in range(1, len(panels), 2))] if panels else []


def _draw(panels: list[Panel], title: str, reasons: list[str]) -> Figure:
    columns = 2 if len(panels) > 1 else 1
    width = PAGE_WIDTH if columns == 2 else COLUMN_WIDTH
    title = title_lines(title, width)
    footer = [fill(reason, columns * COLUMN_LETTERS) for reason in reasons]
    rows = _rows(panels)
    heights = [max(panel.height for panel in row) for row in rows]
    if footer:
        heights.append(LINE * (1 + sum(map(lines, footer))))
    legend = _legend(panels)
    around = LINE * (1 + lines(title)) + _LEGEND_LINE * (1 + len(legend) // columns)
    figure = Figure(figsize=(width, sum(heights) + around))
    figure.suptitle(title, parse_math=False)
    grid = GridSpec(len(heights), columns, figure, height_ratios=heights)
    for i, row in enumerate(rows):
        for j, panel in enumerate(row):
            draw_panel(figure, grid[i, :] if i == 0 else grid[i, j], panel)
    if footer:
        _footer(figure, figure.add_subplot(grid[-1, :]), "\n".join(footer))
    if legend:
        figure.legend(handles=legend, loc="outside lower center", ncols=columns)
    return figure


def _footer(figure: Figure, axes: Axes, text: str) -> None:
    axes.set_axis_off()
    # From the left edge of the page: the names take much of a panel's width.
    left = blended_transform_factory(figure.transFigure, axes.transAxes)
    place: dict[str, Any] = {"transform": left, "va": "top", "in_layout": False}
    axes.text(0.02, 1, text, color=GREY, parse_math=False, **place)


def _legend(panels: list[Panel]) -> list[Artist]:
    if not panels:
        return []
    groups = [panel.group for panel in panels]
    strips = [] if panels[0].values is None else strip_marks(panels[0].aim, SIGNIFICANT)
    attrs = groups[0].attrs
    interval = f"debiased index, {percent(attrs['confidence'])} interval"
    dot = Line2D([], [], linewidth=0.8, label=interval, **DOT)
    if not is_tested(groups[0]):
        return [
            Patch(**SIGNIFICANT, label="index, found through the surrogate"),
            Patch(**NOISE, label="index, not found"),
            dot,
            *_drawn_u(groups),
            *strips,
        ]
    level = f"significant (adjusted p ≤ {attrs['significance']:g})"
    labels = [level, "above its noise floor, not significant", "under its noise floor"]
    bars: list[Artist] = [
        Patch(**colours, label=f"index, {label}")
        for colours, label in zip([SIGNIFICANT, UNSURE, NOISE], labels, strict=True)
    ]
    floor = f"noise floor ({percent(1 - attrs['significance'])} of pure chance)"
    return [*bars, Patch(color=LIGHT_GREY, label=floor), dot, *_drawn_u(groups), *strips]


def _drawn_u(groups: list[xr.Dataset]) -> list[Artist]:
    if not any(differs(group).any() for group in groups):
        return []
    label = "index of drawn u, as in the paper (discrete)"
    return [Line2D([], [], linestyle="none", label=label, **DIAMOND)]
