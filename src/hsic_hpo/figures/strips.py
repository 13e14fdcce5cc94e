"""A strip per hyperparameter that shows where those lie that reach the goal (not in the paper).

Along the uniform variable U, on which random draws are flat whatever the scale, stands the share of
the trials that reach the goal over that among all trials: for numbers a smooth curve, for levels a
bar each. With trials of a search it still compares with the trials that were made there.
"""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from hsic_hpo.figures.best_values import GroupOfTrials
from hsic_hpo.figures.style import GREY
from hsic_hpo.figures.values import is_unordered, shown_by_level
from hsic_hpo.spaces.hyperparameter import Hyperparameter
from hsic_hpo.trials.groups import bounds
from hsic_hpo.trials.variables import hyperparameter_values

_GRID = np.linspace(0, 1, 101)
_NARROWEST, _WIDEST = 0.04, 0.15
# Trials like the average that are added everywhere: a single one shows no peak.
_AVERAGE_TRIALS = 1.0
# Of the height of a strip: even where nothing stands out, the average is below its top.
_LEAST_TOP = 2.0
_AVERAGE: dict[str, Any] = {"color": GREY, "linewidth": 0.6}


def draw_strip(
    axes: Axes,
    place: tuple[float, float],
    group: GroupOfTrials,
    hyperparameter: Hyperparameter,
    look: dict[str, Any],
) -> None:
    """Draw a strip between two heights of axes whose vertical axis points down.

    Parameters
    ----------
    axes
        Their horizontal axis is U in [0, 1].
    place
        Where the strip ends above and below; it is filled from below.
    group
        Trials in which the hyperparameter is active.
    hyperparameter
        Whose values to show.
    look
        Face and edge of the filled part.
    """
    top, bottom = place
    x, times = frequencies(group, hyperparameter)
    if not x.size:
        return
    scale = (bottom - top) / max(_LEAST_TOP, times.max())
    axes.fill_between(x, bottom - scale * times, bottom, linewidth=0.6, **look)
    if is_unordered(hyperparameter):
        # Between the levels, which have no order, a white line.
        edges = np.unique(x)[1:-1]
        axes.vlines(edges, top, bottom + 0.02, color="white", linewidth=0.8)
    axes.hlines(bottom, 0, 1, color=GREY, linewidth=0.6)
    axes.hlines(bottom - scale, 0, 1, linestyle=(0, (2, 1.5)), **_AVERAGE)


def strip_marks(goal: str, look: dict[str, Any]) -> list[Any]:
    """Return what a legend needs for the strips: of ``goal``, such as ``"best 10 %"``."""
    return [
        Patch(**look, label=f"how often a value is among the {goal}"),
        Line2D([], [], linestyle=(0, (2, 1.5)), **_AVERAGE, label="as often as on average"),
    ]


def frequencies(
    group: GroupOfTrials, hyperparameter: Hyperparameter
) -> tuple[np.ndarray, np.ndarray]:
    """Return points in [0, 1], and how many times the average share of trials there reach a goal.

    Parameters
    ----------
    group
        Trials in which the hyperparameter is active.
    hyperparameter
        One of few levels has both ends of the part of [0, 1] of each level, of the same height.

    Returns
    -------
    tuple of numpy.ndarray
        Both (m,); m is 0 where no trial reaches the goal.
    """
    if not group.reached.any():
        return np.array([]), np.array([])
    share = float(group.reached.mean())
    count = _by_level if shown_by_level(hyperparameter) else _smooth
    points, n, n_reached = count(group, hyperparameter)
    return points, (n_reached + _AVERAGE_TRIALS * share) / (n + _AVERAGE_TRIALS) / share


def _by_level(
    group: GroupOfTrials, hyperparameter: Hyperparameter
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return both ends of each level, with its trials, and those of them that reach the goal."""
    stored = hyperparameter_values(group.trials, hyperparameter.name).tolist()
    levels = hyperparameter.levels
    index = np.array([levels.index(hyperparameter.from_stored(value)) for value in stored])
    n, n_reached = (
        np.bincount(index[picked], minlength=len(levels))
        for picked in (np.ones_like(group.reached), group.reached)
    )
    ends = np.array([hyperparameter.interval(level) for level in levels])
    return ends.ravel(), np.repeat(n, 2), np.repeat(n_reached, 2)


def _smooth(
    group: GroupOfTrials, hyperparameter: Hyperparameter
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return points, with how many trials are near each, and how many that reach the goal."""
    # Without a recorded u, the middle of a value's bin stands for it.
    u = np.mean(bounds(group.trials, hyperparameter), axis=0)
    best = u[group.reached]
    spread = float(np.clip(best.std() * len(best) ** -0.2, _NARROWEST, _WIDEST))
    n, n_reached = (_kernels(points, spread) for points in (u, best))
    return _GRID, n, n_reached


def _kernels(u: np.ndarray, spread: float) -> np.ndarray:
    """Return how many points are near each place; those beyond an end count as their mirrors."""
    points = np.concatenate([-u, u, 2 - u])
    return np.asarray(np.exp(-(((_GRID[:, None] - points) / spread) ** 2) / 2).sum(axis=1))
