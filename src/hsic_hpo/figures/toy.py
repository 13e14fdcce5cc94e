"""The analytical examples of the slides (figures 3, 4 and 5)."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from hsic_hpo.figures.figure import Figure
from hsic_hpo.figures.style import BLUE, LIGHT_GREY, PAGE_WIDTH, style
from hsic_hpo.wording import MAIN_GROUP, listed, number

_BINS = np.linspace(0, 2, 21).tolist()
_SHOWN = ["X1", "X2", "X3"]


def hidden_interaction(toy: xr.Dataset) -> Figure:
    """Draw how X2 and X3 matter only together (figure 3).

    Parameters
    ----------
    toy
        Toy Dataset: ``interaction_x(draw, variable)`` in [0, 2] and ``interaction_z(draw)``, 1
        where a draw reaches the goal, are drawn.

    Returns
    -------
    matplotlib.figure.Figure
        At page width: the pairs (X2, X3) given Z = 1, then each variable over all draws and
        given Z = 1.
    """
    x, z = toy["interaction_x"], toy["interaction_z"].values == 1
    with style():
        figure = Figure(figsize=(PAGE_WIDTH, 2.4))
        figure.suptitle(_together(toy))
        pairs, *others = figure.subplots(1, 4)
        # As outlines, thousands of points would weigh megabytes.
        point = {"marker": ".", "markersize": 1.5, "color": BLUE, "rasterized": True}
        across, up = (x.sel(variable=name).values[z] for name in ("X2", "X3"))
        pairs.plot(across, up, linestyle="none", **point)
        pairs.set(xlabel=_label("X2"), ylabel=_label("X3"), title="given Z = 1")
        for axes, name in zip(others, _SHOWN, strict=True):
            axes.sharey(others[0])
            _histograms(axes, x.sel(variable=name).values, z, name)
        others[0].set_ylabel("density (dimensionless)")
        _legend(figure, others[0])
    return figure


def joint_indices(toy: xr.Dataset) -> Figure:
    """Draw the joint index of each pair of variables (figure 4), beside its pure interaction.

    Parameters
    ----------
    toy
        Toy Dataset: ``interaction_joint_hsic(variable, partner)``, ``interaction_pure_hsic`` and
        their noise floors are drawn.

    Returns
    -------
    matplotlib.figure.Figure
        At page width: two triangular matrices that state the value of each pair, in parentheses
        where it is under its noise floor. A joint index is high whenever one of the pair matters
        by itself; the pure interaction (not in the slides) is not.
    """
    with style():
        figure = Figure(figsize=(PAGE_WIDTH, 2.8))
        figure.suptitle(_together(toy))
        joint, pure = figure.subplots(1, 2)
        _matrix(joint, toy, "joint")
        joint.set_title("joint index HSIC((U, U'), Z) (dimensionless)")
        _matrix(pure, toy, "pure")
        pure.set_title("pure interaction (dimensionless)")
        figure.supxlabel("in parentheses: under its noise floor", size=8)
    return figure


def _matrix(axes: Axes, toy: xr.Dataset, kind: str) -> None:
    names = toy["variable"].values.tolist()
    index = toy[f"interaction_{kind}_hsic"].values
    noise = index <= toy[f"interaction_{kind}_noise_floor"].values
    below = np.tri(len(names), k=-1, dtype=bool)
    shown = np.where(below, index, np.nan)
    axes.imshow(shown, cmap="Blues", vmin=0, aspect="auto")
    for i, j in zip(*np.nonzero(below), strict=True):
        text = f"({number(index[i, j])})" if noise[i, j] else number(index[i, j])
        colour = "white" if index[i, j] > 0.6 * np.nanmax(shown) else "black"
        axes.text(j, i, text, ha="center", va="center", size=7, color=colour)
    axes.set_xticks(range(len(names)), names)
    axes.set_yticks(range(len(names)), names)
    axes.set(xlim=(-0.5, len(names) - 1.5), ylim=(len(names) - 0.5, 0.5))
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)


def conditional(toy: xr.Dataset) -> Figure:
    """Draw how X3 matters as much as X1 where it has an effect at all (figure 5).

    Parameters
    ----------
    toy
        Toy Dataset: ``conditional_x(draw, variable)`` in [0, 2], ``conditional_z(draw)``, the
        threshold ``conditional_t`` and ``conditional_hsic(group, variable)`` are drawn.

    Returns
    -------
    matplotlib.figure.Figure
        At page width: each variable over all draws, and below it within the conditional group,
        each with its index in the group.
    """
    x, z = toy["conditional_x"], toy["conditional_z"].values == 1
    t = toy["conditional_t"].item()
    within = x.sel(variable="X2").values > t
    rows = [
        (MAIN_GROUP, "all draws", np.ones_like(within)),
        ("X2 > t", f"X2 > {t:g}", within),
    ]
    with style():
        figure = Figure(figsize=(PAGE_WIDTH, 3.8))
        figure.suptitle(_where_it_exists(toy, t))
        panels = figure.subplots(len(rows), len(_SHOWN), sharex=True, sharey=True)
        for line, (group, title, inside) in zip(panels, rows, strict=True):
            line[0].set_ylabel("density (dimensionless)")
            for axes, name in zip(line, _SHOWN, strict=True):
                _histograms(axes, x.sel(variable=name).values[inside], z[inside], name)
                value = toy["conditional_hsic"].sel(group=group, variable=name).item()
                index = f"HSIC = {number(value)}" if np.isfinite(value) else "no index"
                axes.set_title(f"{title}: {index}")
        _legend(figure, panels[0][0])
    return figure


def _together(toy: xr.Dataset) -> str:
    """Say which pairs have a pure interaction above its noise floor."""
    names = toy["variable"].values.tolist()
    above = toy["interaction_pure_hsic"].values > toy["interaction_pure_noise_floor"].values
    found = [
        f"{names[j]} with {names[i]}"
        for i, j in zip(*np.nonzero(np.tri(len(names), k=-1, dtype=bool) & above), strict=True)
    ]
    if not found:
        return "No pair matters together beyond chance"
    return f"What matters together, beyond chance: {listed(found)}"


def _where_it_exists(toy: xr.Dataset, t: float) -> str:
    """Say how the indices of X1 and X3 compare over all draws and where X3 has an effect."""
    index = toy["conditional_hsic"]
    shares = [
        number(float(inside.sel(variable="X3") / inside.sel(variable="X1")))
        for inside in (index.sel(group=MAIN_GROUP), index.sel(group="X2 > t"))
    ]
    return (
        f"X3 has {shares[0]} times the index of X1 over all draws, {shares[1]} times where "
        f"X2 > {t:g}"
    )


def _label(name: str) -> str:
    return f"{name} (dimensionless)"


def _histograms(axes: Axes, x: np.ndarray, z: np.ndarray, name: str) -> None:
    axes.hist(x, _BINS, density=True, color=LIGHT_GREY, label="all")
    axes.hist(x[z], _BINS, density=True, histtype="step", color=BLUE, label="given Z = 1")
    axes.set_xlabel(_label(name))


def _legend(figure: Figure, axes: Axes) -> None:
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=2)
