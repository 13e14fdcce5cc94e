"""What matters within budgets, of trials of a search: through surrogates of error and cost."""

from dataclasses import dataclass

import numpy as np
import xarray as xr

from hsic_hpo.indices.drawn_goals import drawn_indices
from hsic_hpo.sensitivity.aimed_surrogate import PricedSurrogate, fitted_cost, priced
from hsic_hpo.sensitivity.columns import group_columns
from hsic_hpo.sensitivity.settings import AnalysisSettings
from hsic_hpo.sensitivity.surrogates import fitted, no_surrogate, points_of_space
from hsic_hpo.sensitivity.through_surrogate import obstacle_in_draws, single_indices_of_draws
from hsic_hpo.spaces.space import Group
from hsic_hpo.surrogate.process import features
from hsic_hpo.trials import dataset as trials_data
from hsic_hpo.trials.goals import target_values
from hsic_hpo.trials.groups import in_group


@dataclass(frozen=True)
class Budgets:
    """Surrogates that are fitted once, for all budgets.

    Attributes
    ----------
    points
        Low-discrepancy points of the space, as trials without results.
    costs
        ``(n_points,)`` that the surrogate predicts, NaN without one.
    surrogate
        Of the error, with that of the cost; None where there is none.
    note
        Why there is none, in words.
    settings
        Of the analysis.
    """

    points: xr.Dataset
    costs: np.ndarray
    surrogate: PricedSurrogate | None
    note: str
    settings: AnalysisSettings

    @classmethod
    def of(cls, trials: xr.Dataset, cost: str | None, settings: AnalysisSettings) -> "Budgets":
        """Fit both surrogates to trials; without a cost there is none."""
        points = points_of_space(trials_data.space(trials), settings.seed)
        places = features(trials_data.space(trials), trials_data.configurations(points))
        costs = np.full(len(places), np.nan)
        if cost is None:
            return cls(points, costs, None, "no cost is known", settings)
        note, of_cost, costs = fitted_cost(trials, places, cost, settings)
        errors = target_values(trials, "error")
        note = note or no_surrogate(errors, "error", settings.min_trials)
        if note or of_cost is None:
            return cls(points, costs, None, note, settings)
        note, found, _ = fitted(trials, errors, places, "error", settings)
        if found is None:
            return cls(points, costs, None, note, settings)
        everywhere = np.ones(len(places), dtype=bool)
        whole = priced(found, of_cost, costs, "error", everywhere, len(errors))
        return cls(points, costs, whole, "", settings)

    def within(
        self, trials: xr.Dataset, limit: float, group: Group
    ) -> tuple[dict[str, dict[str, float]], int, int, str]:
        """Return what a group has within a budget.

        Parameters
        ----------
        trials
            Those within the budget.
        limit
            The budget.
        group
            Of the space.

        Returns
        -------
        tuple
            Indices by their names and hyperparameters, the group's trials, those of them that
            reach the goal, and why there is no index, in words.
        """
        inside = self.costs <= limit
        here = inside & in_group(self.points, group)
        members = in_group(trials, group)
        n = int(members.sum())
        if self.surrogate is None or not here.any():
            why = self.note or "the surrogate knows no configuration that costs as little"
            return {}, n, 0, why
        goals = self.surrogate.goals("best", self.settings.goal_fraction, inside)
        reached = target_values(trials, "error") <= self.surrogate.threshold("best", goals & inside)
        if self.settings.group_threshold == "group":
            goals = self.surrogate.goals("best", self.settings.goal_fraction, here)
        m, goals = int(reached[members].sum()), goals[:, here]
        why = obstacle_in_draws(n, goals, self.settings)
        if why:
            return {}, n, m, why
        space = trials_data.space(self.points)
        columns = group_columns(self.points.isel(trial=here), space, group)
        drawn = drawn_indices(columns.order_free, goals, self.settings.bandwidth, pairs=False)
        singles = single_indices_of_draws(columns, drawn, self.surrogate, self.settings)
        named = {
            name: dict(zip(columns.names, values.tolist(), strict=True))
            for name, values in singles.items()
        }
        return named, n, m, ""
