"""Joint indices and pure interactions of all pairs, as in figure 4 of the slides."""

from dataclasses import dataclass
from textwrap import fill
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from hsic_hpo.figures.layout import page
from hsic_hpo.figures.style import BLUE, message, style
from hsic_hpo.figures.titles import pairs_title
from hsic_hpo.trials.goals import interacts, is_tested
from hsic_hpo.trials.kinds import SENSITIVITY, check_kind
from hsic_hpo.trials.values_of_pairs import interacting_pairs

_MOST = 16
_ROW, _FRAME, _NAME_LETTERS = 0.17, 1.25, 22
_COLOURS = LinearSegmentedColormap.from_list("blues", ["white", BLUE])


@dataclass(frozen=True)
class _Kind:
    """One of the two matrices: its variables, and the p-value that decides its marks."""

    title: str
    index: str
    floor: str
    judged_by: str
    mark: str


_KINDS = (
    _Kind("joint index HSIC((U, U'), Z)", "joint_hsic", "joint_noise_floor", "joint_p_value", "o"),
    _Kind(
        "pure interaction",
        "pure_interaction",
        "pure_noise_floor",
        "pure_p_value_adjusted",
        "*",
    ),
)


def interactions(sensitivity: xr.Dataset) -> Figure:
    """Draw which hyperparameters matter together for the best fraction by error.

    Parameters
    ----------
    sensitivity
        Sensitivity Dataset.

    Returns
    -------
    matplotlib.figure.Figure
        At page width: two triangular matrices over the pairs of the main group, with a mark on
        each significant pair. A joint index is high whenever one of the pair matters by itself;
        the pure interaction (not in the slides) is not. Of more than 16 hyperparameters,
        those with the highest pure interactions relative to their noise floors are shown.

    Raises
    ------
    InputError
        For a Dataset of another kind.

    Examples
    --------
    >>> import hsic_hpo as hh
    >>> figure = hh.plot.interactions(hh.explain(hh.example_trials(), n_permutations=99))
    """
    check_kind("sensitivity", sensitivity, SENSITIVITY)
    chosen = sensitivity.sel(target="error", subset="best").isel(group=0)
    chosen, hidden = _largest(_members(chosen))
    remarks = [f"not shown, with weaker interactions: {', '.join(hidden)}"] if hidden else []
    names = [fill(name, _NAME_LETTERS) for name in chosen["hyperparameter"].values]
    height = _FRAME + _ROW * max(6, sum(1 + name.count("\n") for name in names))
    title = pairs_title(sensitivity, interacting_pairs(sensitivity))
    with style():
        n_panels = len(_KINDS) if len(names) > 1 else 1
        figure, panels = page(
            n_panels, n_panels, height, title=title, remarks=remarks, legend_lines=1
        )
        if n_panels == 1:
            message(panels[0], chosen["note"].item() or "no pair of hyperparameters")
            return figure
        for axes, kind in zip(panels, _KINDS, strict=True):
            _matrix(figure, axes, chosen, kind, names)
        figure.legend(
            handles=_legend(chosen),
            loc="outside lower center",
            ncols=3,
        )
    return figure


def _members(chosen: xr.Dataset) -> xr.Dataset:
    present = np.isfinite(chosen["joint_hsic"].values).any(axis=1)
    return chosen.isel(hyperparameter=present, partner=present)


def _largest(chosen: xr.Dataset) -> tuple[xr.Dataset, list[str]]:
    if chosen.sizes["hyperparameter"] <= _MOST:
        return chosen, []
    floor = chosen["pure_noise_floor"] if is_tested(chosen) else 1.0
    strength = (chosen["pure_interaction"] / floor).max("partner")
    order = np.argsort(-strength.values, kind="stable")
    kept = np.sort(order[:_MOST])
    hidden = chosen["hyperparameter"].values[np.sort(order[_MOST:])].tolist()
    return chosen.isel(hyperparameter=kept, partner=kept), hidden


def _matrix(figure: Figure, axes: Axes, chosen: xr.Dataset, kind: _Kind, names: list[str]) -> None:
    below = np.tri(len(names), k=-1, dtype=bool)
    index = np.where(below, chosen[kind.index].values, np.nan)
    # Estimates below zero are shown as zero, where the scale starts.
    shown = axes.pcolormesh(
        np.maximum(index, 0)[:, :-1],
        cmap=_COLOURS,
        vmin=0,
        vmax=max(np.nanmax(index), np.finfo(float).tiny),
        edgecolors="white",
        linewidth=0.8,
    )
    marked = chosen[kind.judged_by].values <= chosen.attrs["significance"]
    if not is_tested(chosen) and kind.index == "pure_interaction":
        marked = interacts(chosen).values
    row, column = np.nonzero(below & marked)
    look: dict[str, Any] = {"color": "black", "markeredgecolor": "white", "markeredgewidth": 0.5}
    axes.plot(
        column + 0.5, row + 0.5, linestyle="none", marker=kind.mark, markersize=_mark(kind), **look
    )
    middle = np.arange(len(names)) + 0.5
    axes.set_yticks(middle[1:], names[1:], parse_math=False)
    axes.set_xticks(middle[:-1], names[:-1], rotation=90, parse_math=False)
    axes.set(xlim=(0, len(names) - 1), ylim=(len(names), 1))
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set_title(f"{kind.title} (dimensionless)")
    bar = figure.colorbar(shown, ax=axes, shrink=0.7, aspect=25)
    bar.outline.set_visible(False)
    if is_tested(chosen):
        floor = float(np.nanmedian(np.where(below, chosen[kind.floor].values, np.nan)))
        bar.ax.axhline(floor, color="black")


def _mark(kind: _Kind) -> float:
    return 4 if kind.mark == "o" else 7


def _legend(chosen: xr.Dataset) -> list[Line2D]:
    look: dict[str, Any] = {"linestyle": "none", "color": "black"}
    significance = float(chosen.attrs["significance"])
    if not is_tested(chosen):
        pure = _KINDS[1]
        text = "pure interaction: found through the surrogate"
        return [Line2D([], [], marker=pure.mark, markersize=_mark(pure), label=text, **look)]
    texts = (f"joint index: p ≤ {significance:g}", f"pure interaction: adj. p ≤ {significance:g}")
    marks = [
        Line2D([], [], marker=kind.mark, markersize=_mark(kind), label=text, **look)
        for kind, text in zip(_KINDS, texts, strict=True)
    ]
    label = "median noise floor, on the colour scale"
    return [*marks, Line2D([], [], color="black", marker="_", linestyle="none", label=label)]
