"""Indices of the worst networks beside those of the best (figure 8 of the slides)."""

from textwrap import fill
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.gridspec import GridSpec
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from hsic_hpo.errors import InputError, did_you_mean
from hsic_hpo.figures.figure import Figure
from hsic_hpo.figures.histograms import ALL, REACHED, WORST, Look, histogram
from hsic_hpo.figures.layout import LINE, lines, panel_letters, title_lines
from hsic_hpo.figures.style import PAGE_WIDTH, message, style
from hsic_hpo.figures.titles import worst_title
from hsic_hpo.figures.values import shown_by_level
from hsic_hpo.trials import dataset as trials_data
from hsic_hpo.trials.goals import is_found, is_tested, select_goal, target_values
from hsic_hpo.trials.kinds import SENSITIVITY, TRIALS, check_kind
from hsic_hpo.trials.stopped import first_rung
from hsic_hpo.wording import goal

_SUBSETS = {"best": REACHED, "worst": WORST}
_ROW, _FRAME, _HISTOGRAM = 0.24, 0.75, 1.8
_BAR = 0.36
# Height of a line of a name, where a row is 1.
_LINE_OF_ROW = 0.6
_NAME_LETTERS = 34


def worst(trials: xr.Dataset, sensitivity: xr.Dataset, hyperparameter: str | None = None) -> Figure:
    """Draw the indices for the worst networks beside those for the best.

    Parameters
    ----------
    trials
        Trials Dataset.
    sensitivity
        Sensitivity Dataset of these trials.
    hyperparameter
        Whose values given best and given worst to show, of the main group; by default the
        categorical one whose two indices differ most (any one where none is categorical).

    Returns
    -------
    matplotlib.figure.Figure
        At page width: the indices of the main group for the best and for the worst fraction by
        error, and below them the values of one hyperparameter among the best and the worst.

    Raises
    ------
    InputError
        For a Dataset of another kind, or when the main group has no ``hyperparameter``.

    Examples
    --------
    >>> import hsic_hpo as hh
    >>> trials = hh.example_trials()
    >>> figure = hh.plot.worst(trials, hh.explain(trials, n_permutations=99))
    """
    check_kind("trials", trials, TRIALS)
    check_kind("sensitivity", sensitivity, SENSITIVITY)
    space = trials_data.space(trials)
    indices = sensitivity.sel(target="error").isel(group=0)
    members = [one.name for one in space.hyperparameters if not one.conditions]
    indices = indices.sel(hyperparameter=members)
    if hyperparameter is not None and hyperparameter not in members:
        raise InputError(
            f"hyperparameter: {hyperparameter!r} is not in the main group; allowed: "
            f"{', '.join(members)}{did_you_mean(hyperparameter, members)}"
        )
    ranked = indices.sortby(indices["hsic"].sel(subset="best"), ascending=False)
    name = hyperparameter or _most_different(trials, indices)
    with style():
        return _draw(trials, ranked, name, worst_title(sensitivity))


def _most_different(trials: xr.Dataset, indices: xr.Dataset) -> str:
    space = trials_data.space(trials)
    index = indices["hsic"]
    differences = np.nan_to_num(np.abs(index.sel(subset="worst") - index.sel(subset="best")))
    names = indices["hyperparameter"].values.tolist()
    categorical = np.array([space[name].type == "categorical" for name in names])
    allowed = categorical if categorical.any() else np.ones(len(names), dtype=bool)
    return str(names[np.argmax(np.where(allowed, differences, -1))])


def _draw(trials: xr.Dataset, ranked: xr.Dataset, name: str, title: str) -> Figure:
    names = [fill(one, _NAME_LETTERS) for one in ranked["hyperparameter"].values]
    rows = np.maximum(1, _LINE_OF_ROW * np.array([lines(one) for one in names]))
    heights = [_FRAME + _ROW * rows.sum(), _HISTOGRAM]
    end = first_rung(ranked)
    then = f" (the worst as of epoch {end})" if end else ""
    title = title_lines(f"{title}{then}", PAGE_WIDTH)
    figure = Figure(figsize=(PAGE_WIDTH, sum(heights) + LINE * (3.7 + lines(title))))
    figure.suptitle(title, parse_math=False)
    grid = GridSpec(2, 2, figure, height_ratios=heights)
    bars = figure.add_subplot(grid[0, :])
    if np.isfinite(ranked["hsic"]).any():
        _bars(bars, ranked, names, rows)
    else:
        message(bars, f"no index: {ranked['note'].sel(subset='best').item()}")
    marks = _legend(ranked, by_level=shown_by_level(trials_data.space(trials)[name]))
    figure.legend(handles=marks, loc="outside lower center", ncols=3)
    panels = [figure.add_subplot(grid[1, 0])]
    panels.append(figure.add_subplot(grid[1, 1], sharey=panels[0]))
    for axes, (subset, look) in zip(panels, _SUBSETS.items(), strict=True):
        _values(axes, trials, ranked, name, subset, look)
    return figure


def _bars(axes: Axes, ranked: xr.Dataset, names: list[str], rows: np.ndarray) -> None:
    at = np.cumsum(rows) - rows / 2
    for offset, (subset, look) in zip((-_BAR / 2, _BAR / 2), _SUBSETS.items(), strict=True):
        found = ranked.sel(subset=subset)
        faces = [look.edge if yes else "white" for yes in is_found(found).values]
        index = np.nan_to_num(found["hsic"].values)
        axes.barh(at + offset, index, _BAR, color=faces, edgecolor=look.edge, label=subset)
        floor = found["noise_floor"].values
        ends = (at + offset - _BAR / 2, at + offset + _BAR / 2)
        axes.vlines(floor, *ends, color="black", linewidth=1)
    axes.set_yticks(at, names, parse_math=False)
    axes.set_ylim(rows.sum(), 0)
    axes.set_xlim(left=0)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("HSIC(U, Z) (dimensionless)", loc="left")
    for subset in _SUBSETS:
        note = ranked["note"].sel(subset=subset).item()
        if note:
            place: dict[str, Any] = {"xycoords": "axes fraction", "ha": "right", "va": "bottom"}
            axes.annotate(f"{subset}: no index, {note}", (1, 0.02), **place)


def _values(
    axes: Axes, trials: xr.Dataset, ranked: xr.Dataset, name: str, subset: str, look: Look
) -> None:
    fraction = float(ranked.attrs["goal_fraction"])
    reached = select_goal(target_values(trials, "error", subset), fraction, subset).reached
    sets = [(np.ones_like(reached), ALL), (reached, look)]
    histogram(axes, trials, trials_data.space(trials)[name], sets)
    axes.set_xlabel(fill(name, panel_letters(2, 2)), parse_math=False)
    axes.set_title(f"given the {goal(ranked, subset=subset)}: {reached.sum()} trials")


def _legend(ranked: xr.Dataset, *, by_level: bool) -> list[Patch | Line2D]:
    marks: list[Patch | Line2D] = []
    level, none = f"adjusted p ≤ {ranked.attrs['significance']:g}", "not significant"
    if not is_tested(ranked):
        level, none = "found", "not found"
    for subset, look in _SUBSETS.items():
        label = goal(ranked, subset=subset)
        marks.append(Patch(color=look.edge, label=f"{label}, {level}"))
        marks.append(Patch(facecolor="white", edgecolor=look.edge, label=f"{label}, {none}"))
    if is_tested(ranked):
        floor: dict[str, Any] = {"color": "black", "marker": "|", "linestyle": "none"}
        marks.append(Line2D([], [], label="noise floor of an index", **floor))
    marks.append(Patch(facecolor=ALL.face, edgecolor=ALL.edge, label="all trials"))
    if not by_level:
        for colour, which in ((ALL.curve, "all trials"), (REACHED.curve, "best, worst")):
            marks.append(Line2D([], [], color=colour, label=f"kernel density estimate, {which}"))
    return marks
