"""The toy examples of the slides (figures 3, 4 and 5)."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hsic_hpo.figures.style import BLUE, COLUMN_WIDTH, GREY, LIGHT_GREY, PAGE_WIDTH, style
from hsic_hpo.wording import number

_BINS = np.linspace(0, 2, 21).tolist()
_SHOWN = ["X1", "X2", "X3"]


def hidden_interaction(toy: xr.Dataset) -> Figure:
    """Draw how X2 and X3 matter only together (figure 3).

    Parameters
    ----------
    toy
        Toy Dataset, of which ``interaction_x`` and ``interaction_z`` are drawn.

    Returns
    -------
    matplotlib.figure.Figure
        At page width: the pairs (X2, X3) given Z = 1, then each variable, given Z = 1 and not.
    """
    x, z = toy["interaction_x"], toy["interaction_z"].values
    with style():
        figure = Figure(figsize=(PAGE_WIDTH, 2.2))
        pairs, *others = figure.subplots(1, 4)
        given = x[z]
        pairs.plot(
            given.sel(variable="X2"),
            given.sel(variable="X3"),
            marker=".",
            markersize=1.5,
            linestyle="none",
            color=BLUE,
            # Thousands of points as outlines would weigh megabytes.
            rasterized=True,
        )
        pairs.set(xlabel="X2 (dimensionless)", ylabel="X3 (dimensionless)", title="given Z = 1")
        pairs.set_aspect("equal")
        for axes, name in zip(others, _SHOWN, strict=True):
            _histograms(axes, x.sel(variable=name).values, z, name)
        _legend(figure, others[0])
    return figure


def joint_indices(toy: xr.Dataset) -> Figure:
    """Draw the joint index of each pair of variables (figure 4).

    Parameters
    ----------
    toy
        Toy Dataset, of which ``interaction_joint_hsic`` and its noise floor are drawn.

    Returns
    -------
    matplotlib.figure.Figure
        At column width: a matrix whose lower half states the value of each pair, in grey where
        it is under its noise floor.
    """
    joint = toy["interaction_joint_hsic"]
    names = joint["variable"].values.tolist()
    values = np.where(np.tri(len(names), k=-1, dtype=bool), joint.values, np.nan)
    noise = joint.values <= toy["interaction_joint_noise_floor"].values
    with style():
        figure = Figure(figsize=(COLUMN_WIDTH, 3.0))
        axes = figure.add_subplot()
        image = axes.imshow(values, cmap="Blues", vmin=0)
        for i, j in zip(*np.nonzero(np.isfinite(values)), strict=True):
            dark = values[i, j] > 0.6 * np.nanmax(values)
            colour = "white" if dark else GREY if noise[i, j] else "black"
            axes.text(j, i, f"{values[i, j]:.1e}", ha="center", va="center", size=6, color=colour)
        axes.set_xticks(range(len(names)), names)
        axes.set_yticks(range(len(names)), names)
        axes.set(xlim=(-0.5, len(names) - 1.5), ylim=(len(names) - 0.5, 0.5))
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
        figure.colorbar(image, label="HSIC((Ui, Uj), Z) (dimensionless)")
    return figure


def conditional(toy: xr.Dataset) -> Figure:
    """Draw how X3 matters as much as X1 where it has an effect at all (figure 5).

    Parameters
    ----------
    toy
        Toy Dataset, of which ``conditional_x``, ``conditional_z`` and ``conditional_hsic`` are
        drawn.

    Returns
    -------
    matplotlib.figure.Figure
        At page width: the distributions of each variable over all draws above those within the
        conditional group, each with its index.
    """
    x, z, index = toy["conditional_x"], toy["conditional_z"].values, toy["conditional_hsic"]
    rows = {
        "all": np.ones_like(z),
        "X2 > t": x.sel(variable="X2").values > toy["conditional_t"].item(),
    }
    with style():
        figure = Figure(figsize=(PAGE_WIDTH, 3.9))
        for line, (group, inside) in zip(figure.subplots(2, 3), rows.items(), strict=True):
            for axes, name in zip(line, _SHOWN, strict=True):
                _histograms(axes, x.sel(variable=name).values[inside], z[inside], name)
                value = number(index.sel(group=group, variable=name).item())
                axes.set_title(f"{group}: HSIC = {value}")
        _legend(figure, axes)
    return figure


def _histograms(axes: Axes, x: np.ndarray, z: np.ndarray, name: str) -> None:
    axes.hist(x, _BINS, density=True, color=LIGHT_GREY, label="all draws")
    axes.hist(x[z], _BINS, density=True, histtype="step", color=BLUE, linewidth=1.2, label="Z = 1")
    axes.set_xlabel(f"{name} (dimensionless)")
    axes.set_ylabel("density (dimensionless)")


def _legend(figure: Figure, axes: Axes) -> None:
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=2)
