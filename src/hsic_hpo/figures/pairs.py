"""Where the best lie in the plane of two hyperparameters that interact (figure 3 of the slides)."""

from dataclasses import dataclass
from textwrap import fill
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from hsic_hpo.figures.best_values import BestValues, GroupOfTrials
from hsic_hpo.figures.layout import LINE, lines, page, panel_letters
from hsic_hpo.figures.style import SKY, message, style
from hsic_hpo.figures.titles import pairs_title
from hsic_hpo.figures.values import (
    axis_values,
    is_unordered,
    level_texts,
    position,
    shown_by_level,
    slant,
    with_powers,
)
from hsic_hpo.spaces.hyperparameter import Hyperparameter
from hsic_hpo.trials.goals import is_tested
from hsic_hpo.trials.groups import bounds
from hsic_hpo.trials.kinds import SENSITIVITY, TRIALS, check_kind
from hsic_hpo.trials.values_of_pairs import interacting_pairs, values_given
from hsic_hpo.wording import MAIN_GROUP, goal

_MOST, _HEIGHT, _EMPTY = 3, 1.9, 1.0
_PARTS, _MOST_CELLS = 5, 8
_LEVEL_LETTERS = 12
# Letters that fit below a panel.
_ROOM = 22
_COLOURS = LinearSegmentedColormap.from_list("shares", ["white", SKY, "#2C6E9B"])
_ALL: dict[str, Any] = {"color": "#8A8A8A", "marker": ".", "markersize": 0.9}
_BEST: dict[str, Any] = {
    "color": "black",
    "marker": "o",
    "markersize": 2.6,
    "markeredgecolor": "white",
    "markeredgewidth": 0.3,
}
# Steps between 0 and 1 that never come near each other.
_GOLDEN = (5**0.5 - 1) / 2


@dataclass(frozen=True)
class _Side:
    """One axis of a picture: where the trials stand, and its cells."""

    hyperparameter: Hyperparameter
    at: np.ndarray
    edges: np.ndarray


def pairs(trials: xr.Dataset, sensitivity: xr.Dataset) -> Figure:
    """Draw the best among all trials in the plane of each pair that is found to interact.

    Parameters
    ----------
    trials
        Trials Dataset.
    sensitivity
        Sensitivity Dataset of these trials.

    Returns
    -------
    matplotlib.figure.Figure
        One pair at column width, two or three, the strongest, at page width: both axes are U with
        the hyperparameters' own values, levels as columns or rows; points, the trials, those that
        reach the goal larger; shading, the share of the trials of a cell that reach the goal. A
        sentence alone where no pair is found.

    Raises
    ------
    InputError
        For a Dataset of another kind.

    Examples
    --------
    >>> import hsic_hpo as hh
    >>> trials = hh.example_trials()
    >>> figure = hh.plot.pairs(trials, hh.explain(trials, n_permutations=99))
    """
    check_kind("trials", trials, TRIALS)
    check_kind("sensitivity", sensitivity, SENSITIVITY)
    found = interacting_pairs(sensitivity)
    title = pairs_title(sensitivity, found)
    with style():
        if not found:
            figure, (axes,) = page(1, 1, _EMPTY)
            message(axes, title)
            return figure
        return _draw(BestValues(trials, sensitivity), trials, sensitivity, found[:_MOST], title)


def _draw(
    values: BestValues,
    trials: xr.Dataset,
    sensitivity: xr.Dataset,
    found: list[tuple[str, str]],
    title: str,
) -> Figure:
    group = values.group(MAIN_GROUP)
    n = len(found)
    width = panel_letters(n, n)
    titles = [_sentence(trials, sensitivity, pair, width) for pair in found]
    height = _HEIGHT + LINE * max(map(lines, titles))
    figure, shown = page(n, n, height, title=title, legend_lines=1)
    cells = []
    for axes, pair, text in zip(shown, found, titles, strict=True):
        across, up = (_side(group, values.hyperparameter(name)) for name in _axes(values, pair))
        cells.append((axes, across, up, _shares(across, up, group.reached)))
        axes.set_title(text, parse_math=False)
    highest = max(float(np.nanmax(shares)) for *_, shares in cells)
    norm = Normalize(0, highest)
    for axes, across, up, shares in cells:
        _panel(axes, across, up, group, shares, norm)
    aim = goal(sensitivity)
    bar = figure.colorbar(
        ScalarMappable(norm, _COLOURS),
        ax=shown,
        aspect=25,
        pad=0.02,
        format=lambda share, _: f"{100 * share:.0f} %",
    )
    bar.outline.set_linewidth(0.4)
    bar.set_label(f"share among the {aim}")
    points = [
        Line2D([], [], linestyle="none", **_BEST, label=f"a trial of the {aim}"),
        Line2D([], [], linestyle="none", **_ALL, label="another trial"),
    ]
    figure.legend(handles=points, loc="outside lower center", ncols=2)
    return figure


def _axes(values: BestValues, pair: tuple[str, str]) -> tuple[str, str]:
    """Return the one with levels first: they stand side by side as columns."""
    first, second = sorted(pair, key=lambda name: not is_unordered(values.hyperparameter(name)))
    return first, second


def _sentence(
    trials: xr.Dataset, sensitivity: xr.Dataset, pair: tuple[str, str], width: int
) -> str:
    """Say which values of one of a pair the best have, part by part of the other."""
    # How often a search tried a value says nothing of the value.
    if is_tested(sensitivity):
        fraction = float(sensitivity.attrs["goal_fraction"])
        described, parting, given = values_given(trials, *pair, fraction)
        rows = [
            with_powers(f"best with {parting} {one.part}: {described} {one.values.text}")
            for one in given
            if one.values.text
        ]
        if rows:
            return "\n".join(fill(row, width, subsequent_indent="   ") for row in rows[:_MOST])
    return fill(" with ".join(pair), width)


def _side(group: GroupOfTrials, hyperparameter: Hyperparameter) -> _Side:
    low, high = bounds(group.trials, hyperparameter)
    # Without a recorded u, the trials of a value are spread over its bin.
    spread = np.arange(1, len(low) + 1) * _GOLDEN % 1
    levels = hyperparameter.levels
    if shown_by_level(hyperparameter) and len(levels) <= _MOST_CELLS:
        edges = [0.0, *(hyperparameter.interval(level)[1] for level in levels)]
    else:
        edges = np.linspace(0, 1, _PARTS + 1).tolist()
    return _Side(hyperparameter, low + (high - low) * spread, np.array(edges))


def _shares(across: _Side, up: _Side, reached: np.ndarray) -> np.ndarray:
    """Return the share of the trials of each cell that reach the goal; NaN where there are none."""
    n, n_reached = (
        np.histogram2d(up.at[picked], across.at[picked], (up.edges, across.edges))[0]
        for picked in (np.ones_like(reached), reached)
    )
    return np.asarray(np.divide(n_reached, n, out=np.full(n.shape, np.nan), where=n > 0))


def _panel(
    axes: Axes, across: _Side, up: _Side, group: GroupOfTrials, shares: np.ndarray, norm: Normalize
) -> None:
    axes.pcolormesh(
        across.edges, up.edges, shares, cmap=_COLOURS, norm=norm, edgecolors="white", linewidth=0.4
    )
    for picked, look in ((~group.reached, _ALL), (group.reached, _BEST)):
        # As outlines, a thousand points would weigh megabytes.
        axes.plot(across.at[picked], up.at[picked], linestyle="none", rasterized=True, **look)
    for side, axis in ((across, axes.xaxis), (up, axes.yaxis)):
        places, texts = _ticks(side.hyperparameter)
        axis.set_ticks(places, texts, parse_math=False)
        axis.set_label_text(side.hyperparameter.name, parse_math=False)
    if is_unordered(across.hyperparameter):
        axes.tick_params(axis="x", length=0)
        if sum(len(text) + 1 for text in _ticks(across.hyperparameter)[1]) > _ROOM:
            slant(axes)
    axes.set(xlim=(0, 1), ylim=(0, 1))


def _ticks(hyperparameter: Hyperparameter) -> tuple[list[float], list[str]]:
    if not is_unordered(hyperparameter):
        ticks = axis_values(hyperparameter)
        return [place for place, _ in ticks], [text for _, text in ticks]
    places = [position(hyperparameter, level) for level in hyperparameter.levels]
    return places, [fill(text, _LEVEL_LETTERS) for text in level_texts(hyperparameter)]
