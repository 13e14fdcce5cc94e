"""Histograms of a hyperparameter over some of the trials, in its own values."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from hsic_hpo.figures.style import BLUE, GREY, LIGHT_GREY, ORANGE, SKY, VERMILLION
from hsic_hpo.figures.values import label_levels, label_values, level_texts, shown_by_level
from hsic_hpo.spaces.hyperparameter import Hyperparameter
from hsic_hpo.trials.groups import bounds
from hsic_hpo.trials.variables import hyperparameter_values

_BINS = np.linspace(0, 1, 11).tolist()
_GRID = np.linspace(0, 1, 201)
# With fewer trials a smooth curve would suggest more than is known.
_FEWEST_FOR_KDE = 5
_GROUP_WIDTH = 0.8


@dataclass(frozen=True)
class Look:
    """The appearance of a set of trials: its bars, and the curve of its density."""

    face: str
    edge: str
    curve: str
    outlined: bool = True


ALL = Look(LIGHT_GREY, GREY, VERMILLION, outlined=False)
"""All trials: the law of the random search."""
REACHED = Look(SKY, BLUE, ORANGE)
"""Trials that reach the goal."""
WORST = Look("#F3C9A8", VERMILLION, ORANGE)
"""Trials of the worst fraction."""

Sets = Sequence[tuple[np.ndarray, Look]]


def histogram(axes: Axes, trials: xr.Dataset, hyperparameter: Hyperparameter, sets: Sets) -> None:
    """Draw how a hyperparameter is distributed over sets of trials.

    Parameters
    ----------
    axes
        Where to draw; the vertical axis gets its label.
    trials
        n trials in which the hyperparameter is active.
    hyperparameter
        One of few levels has a bar per level, any other one a histogram and a kernel density
        estimate of U.
    sets
        Masks of shape (n,), and how they look.
    """
    draw = _levels if shown_by_level(hyperparameter) else _densities
    draw(axes, trials, hyperparameter, sets)


def legend_marks(
    sets: Sequence[tuple[Look, str]], hyperparameters: Sequence[Hyperparameter]
) -> list[Patch | Line2D]:
    """Return what a legend needs for the histograms of these hyperparameters."""
    curves = not all(map(shown_by_level, hyperparameters))
    marks: list[Patch | Line2D] = []
    for look, label in sets:
        outlined = look.outlined and curves
        edge = look.edge if look.outlined or not curves else look.face
        marks.append(
            Patch(facecolor="white" if outlined else look.face, edgecolor=edge, label=label)
        )
    if curves:
        marks += [
            Line2D([], [], color=look.curve, label=f"{label}, kernel density estimate")
            for look, label in sets
        ]
    return marks


def _levels(axes: Axes, trials: xr.Dataset, hyperparameter: Hyperparameter, sets: Sets) -> None:
    levels = hyperparameter.levels
    values = hyperparameter_values(trials, hyperparameter.name).tolist()
    index = np.array([levels.index(hyperparameter.from_stored(value)) for value in values])
    width = _GROUP_WIDTH / len(sets)
    for i, (picked, look) in enumerate(sets):
        counts = np.bincount(index[picked], minlength=len(levels))
        at = np.arange(len(levels)) + (i + 0.5) * width - _GROUP_WIDTH / 2
        shares = 100 * counts / max(1, counts.sum())
        axes.bar(at, shares, width, facecolor=look.face, edgecolor=look.edge)
    label_levels(axes, level_texts(hyperparameter))
    axes.set_ylabel("share of trials (%)")


def _densities(axes: Axes, trials: xr.Dataset, hyperparameter: Hyperparameter, sets: Sets) -> None:
    # Without a recorded u, the middle of a value's bin stands for it.
    u = np.mean(bounds(trials, hyperparameter), axis=0)
    for picked, look in sets:
        if picked.any() and look.outlined:
            axes.hist(u[picked], _BINS, density=True, histtype="step", color=look.edge)
        elif picked.any():
            axes.hist(u[picked], _BINS, density=True, color=look.face)
    for picked, look in sets:
        if picked.sum() >= _FEWEST_FOR_KDE and np.ptp(u[picked]) > 0:
            axes.plot(_GRID, _reflected_density(u[picked]), color=look.curve)
    axes.set_xlim(0, 1)
    axes.set_ylim(bottom=0)
    label_values(axes, hyperparameter)
    axes.set_ylabel("density of U\n(dimensionless)")


def _reflected_density(u: np.ndarray) -> np.ndarray:
    """Estimate the density on [0, 1]; mass that would leave it is reflected at its ends."""
    mirrored = np.concatenate([-u, u, 2 - u])
    # Scott's rule for the sample itself: its own size and spread, not those with its mirrors.
    factor = len(u) ** -0.2 * u.std(ddof=1) / mirrored.std(ddof=1)
    return np.asarray(3 * scipy.stats.gaussian_kde(mirrored, factor)(_GRID))
