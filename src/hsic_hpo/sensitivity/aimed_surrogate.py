"""Surrogates of error and cost, for goals within a limit of the cost and on the front.

Each point of the space has the cost that its surrogate predicts, as costs have little noise, and in
each draw an error. Within a limit the best of the points inside are compared with all points
inside; near the front are those that the draw places there. A hyperparameter counts as mattering
where the trials need it to tell their errors or their costs apart. Not in the paper.
"""

from dataclasses import dataclass, fields
from typing import Literal, NamedTuple

import numpy as np
import xarray as xr

from hsic_hpo.sensitivity.settings import AnalysisSettings
from hsic_hpo.sensitivity.surrogates import Surrogate, fitted, no_surrogate
from hsic_hpo.trials.front import front_places, with_front_places, without_dearer
from hsic_hpo.trials.goals import target_values

Goal = Literal["error", "front"]


class Aim(NamedTuple):
    """What the best of trials are nearest to, of those that cost at most a limit, or of all."""

    goal: Goal
    cost: str
    max_cost: float | None = None

    def among(self, trials: xr.Dataset) -> xr.Dataset:
        """Return the trials that the goal is about, judged by what it asks for."""
        if self.max_cost is not None:
            trials = without_dearer(trials, self.cost, self.max_cost)
        return with_front_places(trials, self.cost) if self.goal == "front" else trials


@dataclass(frozen=True)
class PricedSurrogate(Surrogate):
    """What is known of an error, or of a place towards the front, at points of known cost.

    Attributes
    ----------
    cost
        Surrogate of the cost.
    per_place
        How many places of the trials one of the points stands for; 0 where errors are drawn.
    """

    cost: Surrogate | None = None
    per_place: float = 0.0

    def in_units(self, value: float) -> float:
        """Return a drawn value as trials have it."""
        return value * self.per_place or super().in_units(value)

    def matters(self, name: str) -> bool:
        """Tell whether the trials' errors or costs are much less likely without it."""
        return super().matters(name) or (self.cost is not None and self.cost.matters(name))


def fitted_cost(
    trials: xr.Dataset, places: np.ndarray, cost: str, settings: AnalysisSettings
) -> tuple[str, Surrogate | None, np.ndarray]:
    """Fit a surrogate to a cost.

    Returns
    -------
    tuple
        Why there is none, in words, or an empty text; the surrogate; and ``(n_points,)`` the costs
        that it predicts, NaN without it.
    """
    note = no_surrogate(target_values(trials, cost), cost, settings.min_trials)
    found = None
    if not note:
        note, found, _ = fitted(trials, target_values(trials, cost), places, cost, settings)
    if found is None:
        return note, None, np.full(len(places), np.nan)
    return "", found, found.posterior.values(found.posterior.mean(places))


def priced(
    surrogate: Surrogate,
    cost: Surrogate,
    costs: np.ndarray,
    goal: Goal,
    inside: np.ndarray,
    n_trials: int,
) -> PricedSurrogate:
    """Join surrogates of error and cost to that of a goal.

    Parameters
    ----------
    surrogate, cost
        Of the error and of the cost.
    costs
        ``(n_points,)`` predicted.
    goal
        ``"error"`` or ``"front"``.
    inside
        ``(n_points,)``: which points are within the limit; the front is that of these.
    n_trials
        How many trials are within the limit.
    """
    drawn, per_place = surrogate.drawn, 0.0
    if goal == "front":
        within = np.where(inside, costs, np.inf)
        drawn = np.array([front_places(surrogate.posterior.values(d), within) for d in drawn])
        per_place = n_trials / int(inside.sum())
    known = {field.name: getattr(surrogate, field.name) for field in fields(Surrogate)}
    return PricedSurrogate(**{**known, "drawn": drawn}, cost=cost, per_place=per_place)
