"""Rungs of a halving: which trials go on with their training, pure rules on numbers.

All n trials train to the first rung's epoch, the best of them go on to the next one, and so on;
those that pass the last rung train to their end. They are compared by the lowest validation error
that each has reached, also where a study ranks whole trainings by their last one: it tells more of
the end (on the MNIST study, 100 of the 100 best went on by it, 97 by the error after the rung's
epoch). A training that ended by itself before a rung's epoch takes part in it, and is never
stopped: nothing of it is left to save.

Successive halving: Jamieson and Talwalkar, "Non-stochastic best arm identification and
hyperparameter optimization", AISTATS 2016. Here the rungs are static, so that the sizes of all
rounds are known before the first training, and keep a margin around a goal (not in the paper).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hsic_hpo.errors import InputError
from hsic_hpo.trials.goals import number_selected

_MOST_RUNGS = 4
# The last rung, as a share of all epochs; each rung before it has half the epochs of the next.
_LAST = 8 / 15
# Errors after the first two epochs say little yet, so that the first rung comes later where the
# epochs leave room for two rungs nonetheless.
_EARLIEST = 2.5
_FEWEST_RUNGS = 2
# From 1 to the goal fraction it takes this many steps more than there are rungs, each keeping the
# same share of the trials: what the last rung keeps above the goal is the margin.
_MARGIN_STEPS = 1.25
# Trials around the threshold of the goal whose rank is open, in standard deviations of a count.
_MARGIN_DEVIATIONS = 2.0
# A rung that keeps more stops too few to be worth the wait for all others.
_MOST_KEPT = 0.95


@dataclass(frozen=True)
class Rung:
    """Where some of the trials are stopped.

    Attributes
    ----------
    epochs
        Of training before the trials are compared, at least 1.
    keep
        Fraction of *all* trials that goes on, in (0, 1).
    """

    epochs: int
    keep: float


def n_kept(rung: Rung, n_trials: int) -> int:
    """Return how many of all trials go on after a rung, at least 1."""
    return number_selected(rung.keep, n_trials)


def n_needed(n_trials: int, goal: float) -> int:
    """Return how many trials the last rung must keep for a goal: those that reach it and a margin.

    Parameters
    ----------
    n_trials
        All trials.
    goal
        Fraction of them that reaches the goal, in (0, 1).

    Returns
    -------
    int
        m + 2 √m for the m trials that reach the goal, at most ``n_trials``: ranks around the
        threshold still move.
    """
    reached = number_selected(goal, n_trials)
    return min(n_trials, reached + math.ceil(_MARGIN_DEVIATIONS * math.sqrt(reached)))


def survivors(errors: np.ndarray, n: int) -> np.ndarray:
    """Tell which trials go on after a rung.

    Parameters
    ----------
    errors
        ``(n_trials,)``, lower is better: the lowest validation error up to the rung's last epoch.
        NaN or infinite for a trial that failed, diverged or was stopped before.
    n
        How many go on, see :func:`n_kept`.

    Returns
    -------
    numpy.ndarray
        ``(n_trials,)`` of bool: the n lowest, fewer where fewer have an error. Of equal errors the
        first trials go on.
    """
    going_on = np.zeros(len(errors), dtype=bool)
    going_on[np.argsort(errors, kind="stable")[:n]] = True
    return going_on & np.isfinite(errors)


def auto_rungs(n_trials: int, epochs: int, goal: float) -> tuple[Rung, ...]:
    """Return rungs that spare most of the training and keep the trials that reach a goal.

    Up to four rungs, each at half the epochs of the next and the last one at 8/15 of all, from the
    third epoch on; a short budget may have its two rungs earlier. Each keeps the same share of
    those before it, and the last one the goal fraction with a margin. ``docs/halving.md`` tells
    what this cost and kept on stored learning curves.

    Parameters
    ----------
    n_trials
        All trials.
    epochs
        Of a whole training.
    goal
        Fraction of the trials that reaches the goal, in (0, 1).

    Returns
    -------
    tuple of Rung
        In the order of their epochs, and empty where nothing is to be spared: for one epoch, or
        for so large a goal that nearly all trials would go on.

    Examples
    --------
    >>> [(rung.epochs, rung.keep) for rung in auto_rungs(1000, 150, 0.1)]
    [(10, 0.645), (20, 0.416), (40, 0.268), (80, 0.173)]
    """
    ends = _rung_epochs(epochs)
    least = n_needed(n_trials, goal)
    rungs: list[Rung] = []
    for number, end in enumerate(ends, start=1):
        keep = round(goal ** (number / (len(ends) + _MARGIN_STEPS)), 3)
        if n_kept(Rung(end, keep), n_trials) < least:
            keep = least / n_trials
        rung = Rung(end, keep)
        stops_enough = n_kept(rung, n_trials) <= _MOST_KEPT * n_trials
        if stops_enough and (not rungs or keep < rungs[-1].keep):
            rungs.append(rung)
    return tuple(rungs)


def _rung_epochs(epochs: int) -> list[int]:
    ends: list[int] = []
    end = _LAST * epochs
    while len(ends) < _MOST_RUNGS and (
        end >= _EARLIEST or (len(ends) < _FEWEST_RUNGS and round(end) >= 1)
    ):
        ends.append(round(end))
        end /= 2
    return sorted({end for end in ends if end < epochs})


def check_rungs(rungs: Sequence[Rung], n_trials: int, epochs: int, goal: float, where: str) -> None:
    """Check that rungs follow each other and leave the trials that a goal needs with a margin.

    Parameters
    ----------
    rungs
        In their order.
    n_trials, epochs, goal
        As for :func:`auto_rungs`.
    where
        The key that they are written under.

    Raises
    ------
    InputError
        One line: key, value, what is allowed.
    """
    last_epochs, last_keep = 0, 1.0
    for number, rung in enumerate(rungs):
        place = f"{where}[{number}]"
        if not last_epochs < rung.epochs < epochs:
            raise InputError(
                f"{place}.epochs: {rung.epochs} does not lie between {last_epochs} and {epochs}, "
                "the epochs of the rung before it and of a whole training"
            )
        if not 0 < rung.keep < last_keep:
            raise InputError(
                f"{place}.keep: {rung.keep:g} does not lie between 0 and {last_keep:g}, what the "
                "rung before it keeps of all trials"
            )
        last_epochs, last_keep = rung.epochs, rung.keep
    least = n_needed(n_trials, goal)
    if rungs and n_kept(rungs[-1], n_trials) < least:
        raise InputError(
            f"{where}[{len(rungs) - 1}].keep: {rungs[-1].keep:g} keeps "
            f"{n_kept(rungs[-1], n_trials)} of {n_trials} trials; allowed: at least {least}, the "
            f"{number_selected(goal, n_trials)} of the goal and a margin, as their ranks still move"
        )
