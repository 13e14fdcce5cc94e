"""Whether trials whose origin is unknown look as if they were drawn at random from their space.

Two things give a search away that looked at errors: normalised values that crowd, and values that
drift with the number of the trial. Designs that cover the space more evenly than chance, such as
grids and Sobol's sequence, do neither: permutation tests are valid given any design that did not
look at the errors.
"""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import xarray as xr
from scipy.stats import chisquare, kstest, spearmanr

from hsic_hpo.spaces.hyperparameter import Hyperparameter
from hsic_hpo.trials import dataset as trials_data
from hsic_hpo.trials.groups import bounds
from hsic_hpo.trials.variables import is_active

LEVEL = 1e-3
"""Probability with which random trials are taken for others, over all hyperparameters."""

# Fewer tell nothing.
_LEAST = 10
# Trials that the law of a count needs in each bin.
_PER_BIN = 5
# As often, on average, do values repeat that count as those of a grid.
_REPEATS = 4
# More are not looked at one by one.
_MANY_LEVELS = 10_000


class _Test(NamedTuple):
    chance: float
    words: str


def departure_from_random(trials: xr.Dataset) -> str:
    """Say what gives trials away as not drawn at random; nothing where they may well be.

    Each hyperparameter is tested in the trials in which it exists: its normalised values against
    the uniform law (Kolmogorov and Smirnov; for discrete ones a chi-square test of the counts of
    values, and for those of a grid against equal counts), and their ranks for a drift with the
    number of the trial. The smallest p-value counts, times the number of tests (Bonferroni).
    Values of a grid may drift, as a grid is gone through in order; and where trials are sorted by
    their error, their numbers tell nothing.

    Parameters
    ----------
    trials
        Trials Dataset, in the order in which trials were made.

    Returns
    -------
    str
        A clause such as ``"the values of lr crowd (p = 1e-12)"``, or an empty text.
    """
    tests = list(_tests(trials))
    if not tests:
        return ""
    least = min(tests, key=lambda test: test.chance)
    chance = min(1.0, least.chance * len(tests))
    if chance > LEVEL:
        return ""
    return f"{least.words} (p {'< 1e-99' if chance < 1e-99 else f'= {chance:.1g}'})"


def _tests(trials: xr.Dataset) -> Iterator[_Test]:
    space = trials_data.space(trials)
    in_order = not _is_sorted(trials_data.error(trials))
    for parameter in space.hyperparameters:
        active = is_active(trials, parameter.name)
        if active.sum() < _LEAST:
            continue
        here = trials if active.all() else trials.isel(trial=active)
        middle = _middles(parameter, here)
        counts = np.unique(middle.round(9), return_counts=True)[1]
        is_grid = counts.max() - counts.min() <= 1 and counts.min() > 1
        if parameter.is_discrete and not is_grid:
            chance = _unlike_law(parameter, middle)
        elif len(middle) >= _REPEATS * len(counts):
            chance = float(chisquare(counts).pvalue) if len(counts) > 1 else 1.0
        else:
            chance = float(kstest(middle, "uniform").pvalue)
        yield _Test(chance, f"the values of {parameter.name} crowd")
        if in_order and not is_grid:
            drift = _drift(middle, np.flatnonzero(active))
            yield _Test(drift, f"{parameter.name} drifts from trial to trial")


def _is_sorted(errors: np.ndarray) -> bool:
    # Infinities differ by NaN.
    pairs = list(pairwise(errors.tolist()))
    return all(a <= b for a, b in pairs) or all(a >= b for a, b in pairs)


def _middles(parameter: Hyperparameter, trials: xr.Dataset) -> np.ndarray:
    """Return the normalised values, the middles of the bins of discrete ones."""
    return np.mean(bounds(trials, parameter, recorded=not parameter.is_discrete), axis=0)


def _unlike_law(parameter: Hyperparameter, middle: np.ndarray) -> float:
    """Test the counts of a discrete hyperparameter's values against its law."""
    n = len(middle)
    kept = [0.0]
    # Bins that are too rare for the test join their neighbour.
    for level in _levels(parameter, n):
        edge = parameter.interval(level)[1]
        if (edge - kept[-1]) * n >= _PER_BIN:
            kept.append(edge)
    if len(kept) < 3:
        return 1.0
    kept[-1] = 1.0
    counts = np.histogram(middle, kept)[0]
    return float(chisquare(counts, np.diff(kept) * n).pvalue)


def _levels(parameter: Hyperparameter, n: int) -> Iterable[Any]:
    """Return all levels, or of a long range as many as n values can fill bins."""
    levels = parameter.levels
    if len(levels) <= _MANY_LEVELS:
        return levels
    return dict.fromkeys(map(parameter.value, np.linspace(0, 1, 1 + n // _PER_BIN)))


def _drift(u: np.ndarray, number: np.ndarray) -> float:
    """Test for a trend in the values, and in how far they lie from their median, over trials."""
    spread = np.abs(u - np.median(u))
    return min(1.0, 2 * min(_trend(values, number) for values in (u, spread)))


def _trend(values: np.ndarray, number: np.ndarray) -> float:
    if np.ptp(values) == 0:
        return 1.0
    return float(spearmanr(values, number).pvalue)
