"""Looks at a random search that is under way, to end it once all is decided.

A search of K blocks of trials is looked at after each. Each look, the last one included, tests at
the K-th part of the error level (Bonferroni), so that over all looks together a hyperparameter
without effect is called significant no more often than without them, whenever the search ends and
however the looks depend on each other. Spending that falls off towards the first looks, such as
that of O'Brien and Fleming by Lan and DeMets, is designed for sums of normal variables; the first
levels of four looks, 0.0001 and 0.006, lie below or near the smallest p-value of a thousand
permutations, and the others are hardly higher. Equal parts need no more permutations, and all looks
have one level, which can stand beside a star (not in the paper).

What is negligible decides how soon a search ends. In 20 studies each of eight hyperparameters, of
which five without effect and a third one weaker than two others (``benchmarks/stop.py``, four
looks), a part of

- 0.2 settled none of the studies of 400 trials. Of 1000 trials 12 of 20 were settled, 5 of them at
  the third look, so that 6 % of the trainings were saved; with noise 8 of 20, and 2 %.
- 0.3 settled 19 of 20 studies of 1000 trials, and 25 % were saved; with noise 16 of 20, and 14 %.
- 0.5 settled all of 1000 trials, and 49 % were saved; with noise 39 %. Of 400 trials it settled 13
  of 20, with noise 6. With noise one study at either size ended with the weak effect not
  significant.

But for these two studies, nothing that has an effect was taken for negligible, and without any
effect none was settled. The default, 0.2, is thus a careful one, of use from some thousand trials
on: the intervals of fewer are wider than that.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import xarray as xr

from hsic_hpo.sensitivity.settings import AnalysisSettings
from hsic_hpo.trials.goals import is_found


@dataclass(frozen=True)
class StopSettings:
    """When a random search ends before its last trial.

    Attributes
    ----------
    looks
        Blocks of equally many trials, after each of which the search is looked at, at least 2.
    negligible
        Part of the largest index of a group, in (0, 1): what is smaller needs no decision.
    """

    looks: int = 4
    negligible: float = 0.2


@dataclass(frozen=True)
class Look:
    """What a look said.

    Attributes
    ----------
    look
        Its number, from 1.
    n_trials
        Trials that it saw, or that the one saw by which the search was settled.
    settled_at
        Number of the first look that found the search settled, 0 while none has.
    undecided
        Hyperparameters that kept it from being settled.
    """

    look: int
    n_trials: int
    settled_at: int
    undecided: tuple[str, ...]

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> "Look":
        """Read what :meth:`to_dict` returned."""
        return cls(**{**given, "undecided": tuple(given["undecided"])})

    def to_dict(self) -> dict[str, Any]:
        """Return it in plain values."""
        return asdict(self)

    def again(self, number: int) -> "Look":
        """Return a later look at a search that was settled at this one or before."""
        return replace(self, look=number)


def level_of_a_look(settings: AnalysisSettings, stop: StopSettings | None) -> AnalysisSettings:
    """Return the settings of an analysis at one of several looks; without looks, the same."""
    if stop is None:
        return settings
    return replace(settings, significance=settings.significance / stop.looks)


def undecided(sensitivity: xr.Dataset, negligible: float) -> list[str]:
    """Name the hyperparameters of which further trials could decide whether they matter.

    Decided is what matters significantly, and what has an index whose whole interval lies below a
    part of the largest one. Each counts in the largest group in which it exists.

    Parameters
    ----------
    sensitivity
        Sensitivity Dataset of the trials so far, at the level of a look.
    negligible
        Part of the largest index of the group, in (0, 1).
    """
    best = sensitivity.sel(target="error", subset="best")
    found = is_found(sensitivity).sel(target="error", subset="best")
    order = np.argsort(-best["n"].values, kind="stable")
    left = []
    for name in best["hyperparameter"].values:
        known = np.isfinite(best["hsic"].sel(hyperparameter=name).values)
        if not known.any():
            left.append(str(name))
            continue
        home = next(place for place in order if known[place])
        one = best.isel(group=home).sel(hyperparameter=name)
        largest = float(best["hsic_unbiased"].isel(group=home).max())
        small = float(one["interval_high"]) <= negligible * largest
        if not small and not bool(found.isel(group=home).sel(hyperparameter=name)):
            left.append(str(name))
    return left


def take_look(sensitivity: xr.Dataset, number: int, stop: StopSettings) -> Look:
    """Look at a search that was not settled before: it is once nothing is undecided.

    Parameters
    ----------
    sensitivity
        Sensitivity Dataset of the trials so far, at the level of a look.
    number
        Of the look, from 1.
    stop
        Settings.
    """
    left = undecided(sensitivity, stop.negligible)
    n = int(sensitivity["n_trials"])
    return Look(number, n, 0 if left else number, tuple(left))
