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

from hsic_hpo.figures.figure import Figure
from hsic_hpo.figures.groups import few, leading
from hsic_hpo.figures.style import (
    BLUE,
    COLUMN_WIDTH,
    GREY,
    LIGHT_GREY,
    ORANGE,
    PAGE_WIDTH,
    SKY,
    style,
)
from hsic_hpo.trials.goals import is_found, is_tested
from hsic_hpo.wording import goal, group_name, p_value, percent, target_name

# Inches: a hyperparameter, what surrounds a panel, a line of text, the legend.
_ROW, _FRAME, _LINE, _LEGEND_LINE = 0.17, 0.55, 0.14, 0.17
_NAME_LETTERS, _COLUMN_LETTERS = 24, 52
_SIGNIFICANT: dict[str, Any] = {"facecolor": BLUE, "edgecolor": BLUE}
_UNSURE: dict[str, Any] = {"facecolor": SKY, "edgecolor": BLUE}
_NOISE: dict[str, Any] = {"facecolor": "white", "edgecolor": GREY}
_DOT: dict[str, Any] = {"color": "black", "marker": "o", "markersize": 2}
_DIAMOND: dict[str, Any] = {"color": ORANGE, "marker": "D", "markersize": 3.5}


def importance(sensitivity: xr.Dataset, subset: str = "best", target: str = "error") -> Figure:
    """Draw the indices of every group, largest first, with their uncertainty.

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
    subset
        ``"best"`` or ``"worst"`` goal fraction.
    target
        ``"error"``, ``"flops"`` or ``"train_seconds"``.

    Returns
    -------
    matplotlib.figure.Figure
        At column width for one group, at page width for several. Groups without an index are
        named below the panels with the reason. Of more than 16 conditional groups, those with
        the smallest adjusted p-values are shown.

    Examples
    --------
    >>> import hsic_hpo as hh
    >>> figure = hh.plot.importance(hh.explain(hh.example_trials(), n_permutations=99))
    """
    chosen = sensitivity.sel(target=target, subset=subset)
    title = (
        f"Impact on the {goal(sensitivity, target, subset)} by {target_name(sensitivity, target)}"
    )
    has_index = chosen["hsic"].notnull().any("hyperparameter").values
    labels = chosen["group"].values[has_index].tolist()
    shown = leading(chosen, labels)
    reasons = [
        f"{group_name(label)}: no index, {note}"
        for label, note in zip(
            chosen["group"].values[~has_index], chosen["note"].values[~has_index], strict=True
        )
    ]
    with style():
        drawn = [_sorted(chosen.sel(group=label)) for label in shown]
        return _draw(drawn, title, few(reasons, len(labels) - len(shown)))


def _sorted(group: xr.Dataset) -> xr.Dataset:
    present = group.isel(hyperparameter=np.isfinite(group["hsic"].values))
    return present.sortby("hsic", ascending=False)


def _draw(groups: list[xr.Dataset], title: str, reasons: list[str]) -> Figure:
    columns = 2 if len(groups) > 1 else 1
    title, *footer = (fill(text, columns * _COLUMN_LETTERS) for text in [title, *reasons])
    # The main group spans the page; the conditional ones follow in pairs.
    rows = [groups[:1], *(groups[i : i + columns] for i in range(1, len(groups), columns))]
    heights = [max(map(_height, row)) for row in rows if row]
    if footer:
        heights.append(_LINE * (1 + sum(map(_lines, footer))))
    legend = _legend(groups)
    around = _LINE * (1 + _lines(title)) + _LEGEND_LINE * (1 + len(legend) // columns)
    width = PAGE_WIDTH if columns == 2 else COLUMN_WIDTH
    figure = Figure(figsize=(width, sum(heights) + around))
    figure.suptitle(title, parse_math=False)
    grid = GridSpec(len(heights), columns, figure, height_ratios=heights)
    for i, row in enumerate(rows):
        for j, group in enumerate(row):
            _panel(figure.add_subplot(grid[i, :] if i == 0 else grid[i, j]), group)
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


def _lines(text: str) -> int:
    return 1 + text.count("\n")


def _names(group: xr.Dataset) -> list[str]:
    return [fill(name, _NAME_LETTERS) for name in group["hyperparameter"].values]


def _title(group: xr.Dataset) -> str:
    counts = f"{group['m'].item():.0f} of {group['n'].item():.0f} trials reach the goal"
    if not is_tested(group):
        counts = f"{group['n'].item():.0f} trials, through a surrogate"
    return fill(f"{group_name(group['group'].item())}: {counts}", _COLUMN_LETTERS - 9)


def _height(group: xr.Dataset) -> float:
    return _FRAME + _LINE * _lines(_title(group)) + _ROW * sum(map(_lines, _names(group)))


def _panel(axes: Axes, group: xr.Dataset) -> None:
    names = _names(group)
    rows = np.array([_lines(name) for name in names])
    at = np.cumsum(rows) - rows / 2
    tested = is_tested(group)
    if tested:
        axes.barh(at, group["noise_floor"], rows, color=LIGHT_GREY, label="noise floor")
    axes.barh(at, group["hsic"], 0.5, label="index", **_bar_colours(group))
    low, high = (group[f"interval_{end}"].values for end in ("low", "high"))
    axes.hlines(at, low, high, color="black", linewidth=0.8, label="interval")
    debiased = np.maximum(group["hsic_unbiased"].values, 0)
    axes.plot(debiased, at, label="debiased index", linestyle="none", clip_on=False, **_DOT)
    differs = _differs(group)
    by_u = group["paper"].sel(statistic="hsic").values[differs]
    axes.plot(by_u, at[differs], label="index of drawn u", linestyle="none", **_DIAMOND)
    axes.set_xlim(left=0)
    if tested:
        _p_values(axes, at, group["p_value_adjusted"].values)
    axes.set_yticks(at, names, parse_math=False)
    axes.set_ylim(rows.sum(), 0)
    axes.tick_params(axis="y", length=0)
    # The power of ten of the ticks stands at the right end of the label's line.
    axes.set_xlabel("HSIC(U, Z) (dimensionless)", loc="left")
    axes.set_title(_title(group), parse_math=False)


def _p_values(axes: Axes, at: np.ndarray, values: np.ndarray) -> None:
    beside: dict[str, Any] = {"textcoords": "offset points", "size": 7, "annotation_clip": False}
    for y, value in zip(at, values, strict=True):
        row = axes.get_yaxis_transform()
        axes.annotate(p_value(value), (1, y), xycoords=row, xytext=(4, 0), va="center", **beside)
    axes.annotate("adj. p", (1, 1), xycoords="axes fraction", xytext=(4, 3), **beside)


def _bar_colours(group: xr.Dataset) -> dict[str, Any]:
    bars = [
        _SIGNIFICANT if yes else _NOISE if index <= floor else _UNSURE
        for yes, index, floor in zip(
            is_found(group).values,
            group["hsic"].values,
            group["noise_floor"].fillna(np.inf).values,
            strict=True,
        )
    ]
    return {key: [bar[key] for bar in bars] for key in _NOISE}


def _differs(group: xr.Dataset) -> np.ndarray:
    # For continuous hyperparameters the two indices are one.
    return ~np.isclose(group["hsic"], group["paper"].sel(statistic="hsic"), rtol=1e-9, atol=0)


def _legend(groups: list[xr.Dataset]) -> list[Artist]:
    if not groups:
        return []
    attrs = groups[0].attrs
    interval = f"debiased index, {percent(attrs['confidence'])} interval"
    dot = Line2D([], [], linewidth=0.8, label=interval, **_DOT)
    if not is_tested(groups[0]):
        return [
            Patch(**_SIGNIFICANT, label="index, found through the surrogate"),
            Patch(**_NOISE, label="index, not found"),
            dot,
            *_drawn_u(groups),
        ]
    level = f"significant (adjusted p ≤ {attrs['significance']:g})"
    labels = [level, "above its noise floor, not significant", "under its noise floor"]
    bars: list[Artist] = [
        Patch(**colours, label=f"index, {label}")
        for colours, label in zip([_SIGNIFICANT, _UNSURE, _NOISE], labels, strict=True)
    ]
    floor = f"noise floor ({percent(1 - attrs['significance'])} of pure chance)"
    return [*bars, Patch(color=LIGHT_GREY, label=floor), dot, *_drawn_u(groups)]


def _drawn_u(groups: list[xr.Dataset]) -> list[Artist]:
    if not any(_differs(group).any() for group in groups):
        return []
    label = "index of drawn u, as in the paper (discrete)"
    return [Line2D([], [], linestyle="none", label=label, **_DIAMOND)]
