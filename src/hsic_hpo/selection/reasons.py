"""Why a hyperparameter is given its role, in words and figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from hsic_hpo.digits import share, value_in_words
from hsic_hpo.selection.ceilings import Ceiling
from hsic_hpo.selection.cheap_values import CheapValue
from hsic_hpo.selection.evidence import Evidence
from hsic_hpo.selection.settings import SelectionSettings
from hsic_hpo.wording import MAIN_GROUP, counted, goal, number, p_value, percent, target_name


@dataclass(frozen=True)
class Reasons:
    """The words that the reasons of a selection share.

    Attributes
    ----------
    goal
        What is aimed at, such as ``"the best 10 %"``.
    cost
        Name of the cost.
    keep
        Part of the success rate that cheap values must keep, such as ``"50 %"``.
    assurance
        Probability with which they must, such as ``"80 %"``.
    limited
        Under which ceiling the search goes on.
    """

    goal: str
    cost: str
    keep: str
    assurance: str
    limited: str

    @classmethod
    def of(cls, sensitivity: xr.Dataset, settings: SelectionSettings, limit: float) -> "Reasons":
        """Put together the words of one selection; ``limit`` is infinite without a ceiling."""
        cost = target_name(sensitivity, settings.cost)
        return cls(
            goal=f"the {goal(sensitivity)}",
            cost=cost,
            keep=percent(settings.keep),
            assurance=percent(settings.assurance),
            limited=f"under the ceiling of {number(limit)} {cost}"
            if np.isfinite(limit)
            else "without a ceiling on the cost",
        )

    def indices(self, found: Evidence) -> str:
        """Say what the indices of a hyperparameter tell, or why it has none."""
        if not found.group:
            return f"has no index: {found.note}"
        tested = np.isfinite(found.p_adjusted)
        none = "does not matter significantly" if tested else "is not found to matter"
        verdict = "matters" if found.matters else none
        figures = (
            f", adjusted p {p_value(found.p_adjusted)}, noise floor {number(found.noise_floor)}"
            if tested
            else " through the surrogate"
        )
        among = "" if found.group == MAIN_GROUP else f"among trials with {found.group}, it "
        return (
            f"{among}{verdict} for {self.goal} (index {number(found.index)}{figures}) and "
            f"{self._effect_on_cost(found)}"
        )

    def _effect_on_cost(self, found: Evidence) -> str:
        if not np.isfinite(found.cost_index):
            return f"has no index for {self.cost}"
        tested = np.isfinite(found.cost_p_adjusted)
        none = "does not drive" if tested else "is not found to drive"
        p = f", adjusted p {p_value(found.cost_p_adjusted)}" if tested else ""
        verdict = "drives" if found.costs else none
        return f"{verdict} {self.cost} (index {number(found.cost_index)}{p})"

    def forbidden(self, indices: str, interactions: Mapping[str, float]) -> str:
        """Say that interactions, by their adjusted p-values, forbid fixing it."""
        partners = ", ".join(
            f"{name} (adjusted p {p_value(p)})" for name, p in interactions.items()
        )
        return f"{indices}; interaction forbids fixing it: {partners}, {self.limited}"

    def no_cheap_value(self, indices: str, n_pairs: int) -> str:
        """Say that it cannot be fixed, as no cheap value keeps the success rate."""
        return (
            f"{indices}, {_checked(n_pairs)}; but no cheap value is shown to keep {self.keep} of "
            f"the success rate, {self.limited}"
        )

    def cheap_value(self, indices: str, n_pairs: int, cheap: CheapValue) -> str:
        """Say that it is fixed at a cheap value."""
        return (
            f"{indices}, {_checked(n_pairs)}; {cheap.successes} of the {cheap.trials} trials up to "
            f"{value_in_words(cheap.value)}, its cheap end, are among the best"
        )

    def not_random(self, indices: str) -> str:
        """Say that nothing is fixed or left out by trials that were not drawn at random."""
        return (
            f"{indices}; all its values are searched, {self.limited}: only random trials show what "
            "may be left out"
        )

    def no_cheap_range(self, indices: str) -> str:
        """Say that all its values are optimised."""
        return f"{indices}; no range in which its choice stops mattering is found, {self.limited}"

    def cheap_range(self, indices: str, end: Any) -> str:
        """Say that the values from ``end`` on, on the dear side, are left out."""
        return (
            f"{indices}; beyond {value_in_words(end)} its choice no longer matters (sweep), and "
            f"the cheaper values keep {self.keep} of the success rate, {self.limited}"
        )

    def ceiling(self, limit: Ceiling) -> str:
        """Say why the ceiling is where it is, in one sentence."""
        if np.isnan(limit.rate):
            return "No ceiling: only random trials show how many reach the goal below a cost."
        if not np.isfinite(limit.cost):
            return (
                f"No ceiling: {self.cost} is not known or does not differ between trials, or no "
                "trial is among the best."
            )
        sure = "with" if limit.shown else "though not with"
        return (
            f"At most {number(limit.cost)} {self.cost}: of the "
            f"{share(limit.quantile, 1)} of trials that cost no more, "
            f"{share(limit.rate, 1)} are among the best, of all trials "
            f"{share(limit.overall, 1)}: this keeps {self.keep} of the success rate, "
            f"{sure} {self.assurance} assurance."
        )

    def nothing_matters(self, optimised: Sequence[str]) -> str:
        """Say that no index is significant, and what is optimised all the same."""
        nearest = (
            f"; the nearest are {', '.join(optimised)}" if optimised else ", and none has an index"
        )
        return f"No hyperparameter matters significantly for {self.goal}{nearest}."


def _checked(n_pairs: int) -> str:
    if not n_pairs:
        return "no pair to check"
    return f"no significant interaction in {counted(n_pairs, 'pairs')}"
