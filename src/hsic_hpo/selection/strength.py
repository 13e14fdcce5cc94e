"""How strongly each decision is followed: as strongly as its evidence allows.

A value or a part of the values is *fixed* only where the bound on what this could cost in error
(:mod:`hsic_hpo.selection.losses`) lies within a stated margin; otherwise it is *preferred*, and all
values are searched. Not in the paper, which fixes what has no significant index.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from hsic_hpo.selection.decisions import Decision, preference, whole
from hsic_hpo.selection.evidence import Evidence
from hsic_hpo.selection.losses import Losses
from hsic_hpo.spaces.hyperparameter import Hyperparameter
from hsic_hpo.spaces.space import Space
from hsic_hpo.wording import percent

_SEARCHED = "so all its values are still searched"


@dataclass(frozen=True)
class Strengths:
    """Weighs decisions by what they could cost.

    Attributes
    ----------
    space
        The search space.
    losses
        Bounds on losses; None where the trials allow none.
    margin
        Relative loss of error up to which a decision fixes.
    confidence
        Probability with which a bound holds.
    """

    space: Space
    losses: Losses | None
    margin: float
    confidence: float

    def weigh(
        self,
        decisions: Mapping[str, Decision],
        evidence: Sequence[Evidence],
        cheapest: Mapping[str, Any],
    ) -> dict[str, Decision]:
        """Say of each decision how strongly it is followed, and what that could cost.

        Parameters
        ----------
        decisions
            By name, those of the user included, which are followed by order.
        evidence
            The indices of each hyperparameter.
        cheapest
            Cheapest values of hyperparameters that drive the cost but are not found to matter,
            and are not fixed by a success rate: fixed there, if this is shown to cost little.
        """
        weighed, said = {}, {}
        for found in evidence:
            decided = decisions[found.name]
            weighed[found.name], said[found.name] = self._weighed(decided, found, cheapest)
        for name in self._too_many(weighed):
            weighed[name] = replace(weighed[name], decision="prefer")
            why = f"{said[name]} alone, but more than the margin beside what else is fixed"
            said[name] = f"{why}, {_SEARCHED}"
        return {
            name: replace(decided, reason=f"{decided.reason}; {decided.decision}: {said[name]}")
            if said[name]
            else decided
            for name, decided in weighed.items()
        }

    def _weighed(
        self, decided: Decision, found: Evidence, cheapest: Mapping[str, Any]
    ) -> tuple[Decision, str]:
        """Weigh one decision on its own; say what it could cost."""
        parameter = self.space[found.name]
        preferred = preference(decided, found, parameter)
        everything = whole(parameter)
        if decided.overridden:
            return self._ordered(decided, found.name, preferred, everything)
        undecided = replace(decided, decision="search", preferred=everything)
        if preferred != everything:
            worst = self._worst({found.name: preferred})
            above = found.index > found.noise_floor
            fixes = worst <= self.margin and not above
            how, limit = ("fix", "at most") if fixes else ("prefer", "up to")
            chosen = replace(undecided, decision=how, preferred=preferred, worst_loss=worst)
            if fixes:
                return chosen, self._could_cost(limit, worst)
            shown = self._could_cost(limit, worst)
            if worst <= self.margin:
                shown = f"{shown}, but its index is above the noise floor"
            return chosen, f"{shown}, {_SEARCHED}"
        if decided.role == "fix":
            return undecided, ""
        for candidate, reason in self._alternatives(parameter, cheapest):
            worst = self._worst({found.name: candidate})
            if worst <= self.margin:
                chosen = replace(undecided, decision="fix", preferred=candidate, worst_loss=worst)
                return chosen, f"{reason}, {self._could_cost('at most', worst)}"
        return undecided, ""

    def _ordered(
        self, decided: Decision, name: str, preferred: Any, everything: Any
    ) -> tuple[Decision, str]:
        if preferred == everything:
            return replace(decided, decision="search", preferred=preferred), ""
        worst = self._worst({name: preferred})
        chosen = replace(decided, decision="fix", preferred=preferred, worst_loss=worst)
        return chosen, f"by order, {self._could_cost('up to', worst)}"

    def _alternatives(
        self, parameter: Hyperparameter, cheapest: Mapping[str, Any]
    ) -> list[tuple[Any, str]]:
        """Return values at which it may be fixed if that is shown to cost little, and why."""
        found = []
        children = [
            child.name
            for child in self.space.hyperparameters
            if any(condition.parent == parameter.name for condition in child.conditions)
        ]
        if children and parameter.type in ("boolean", "categorical"):
            alone = [level for level in parameter.levels if not self._needed(parameter, level)]
            listed = ", ".join(children)
            found += [(level, f"its group ({listed}) is not needed") for level in alone[:1]]
        if parameter.name in cheapest:
            found.append((cheapest[parameter.name], "its cheapest value"))
        return found

    def _needed(self, parameter: Hyperparameter, level: Any) -> bool:
        return any(
            condition.parent == parameter.name and condition.holds(level)
            for child in self.space.hyperparameters
            for condition in child.conditions
        )

    def _too_many(self, weighed: Mapping[str, Decision]) -> list[str]:
        """Return what is harmless alone but not beside what else is fixed, the harmless first."""
        fixed = sorted(
            (n for n, d in weighed.items() if d.decision == "fix" and not d.overridden),
            key=lambda name: weighed[name].worst_loss,
        )
        kept = _most(
            len(fixed),
            lambda n: (
                n < 2
                or self._worst({name: weighed[name].preferred for name in fixed[:n]}) <= self.margin
            ),
        )
        return fixed[kept:]

    def together(self, decisions: Mapping[str, Decision]) -> float:
        """Return the bound on what all decisions that fix without an order could cost together."""
        fixed = {
            name: decided.preferred
            for name, decided in decisions.items()
            if decided.decision == "fix" and not decided.overridden
        }
        return self._worst(fixed) if fixed else np.nan

    def _worst(self, changes: Mapping[str, Any]) -> float:
        return np.nan if self.losses is None else self.losses.worst(changes)

    def _could_cost(self, limit: str, worst: float) -> str:
        if np.isnan(worst):
            return "what it could cost is not known"
        how = percent(float(f"{worst:.2g}")) if np.isfinite(worst) else "any multiple"
        return f"could cost {limit} {how} of the error ({percent(self.confidence)})"


def _most(n: int, holds: Callable[[int], bool]) -> int:
    """Return the largest count up to ``n`` that holds, as far as bisection finds it."""
    if holds(n):
        return n
    low, high = 0, n
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low
