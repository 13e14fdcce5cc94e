"""From sensitivity indices to decisions: what to optimise, what to keep cheap, what to leave.

HSIC-GPBO ([1]_) optimises first the hyperparameters that matter for the goal, with the others at
values that keep the network cheap, and then fine-tunes those that have no effect on the cost. Each
decision is stated with its reason. Not in the paper: how a cheap value is chosen (it must keep the
success rate with a stated assurance), and a ceiling on the cost of the whole network
(:mod:`hsic_hpo.selection.ceilings`), as few trials rarely prove that a single hyperparameter may be
fixed without harm.

References
----------
.. [1] P. Novello, G. Poëtte, D. Lugato, P. M. Congedo, "Goal-oriented sensitivity analysis of
   hyperparameters in deep learning", Journal of Scientific Computing 94, 45 (2023), Section 5.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import xarray as xr

from hsic_hpo.errors import InputError, did_you_mean
from hsic_hpo.selection.ceilings import NO_CEILING, ceiling
from hsic_hpo.selection.cheap_values import CheapValue, cheapest_first, cheapest_kept
from hsic_hpo.selection.costly import decide_costly
from hsic_hpo.selection.decisions import Decision, label_decisions, whole
from hsic_hpo.selection.evidence import Evidence, collect_evidence, interaction_p_values
from hsic_hpo.selection.losses import Losses
from hsic_hpo.selection.overrides import apply as apply_overrides
from hsic_hpo.selection.reasons import Reasons
from hsic_hpo.selection.settings import SelectionSettings
from hsic_hpo.selection.strength import Strengths
from hsic_hpo.spaces.conditions import Condition
from hsic_hpo.spaces.hyperparameter import Hyperparameter
from hsic_hpo.spaces.space import Space, probes
from hsic_hpo.spaces.subspace import Subspace
from hsic_hpo.trials import dataset as trials_data
from hsic_hpo.trials.goals import is_tested, select_goal, target_names, target_values
from hsic_hpo.trials.history import History

_CARRIED = ("study", "problem", "space", "error_name", "error_units", "goal_fraction")


def decide(
    sensitivity: xr.Dataset, trials: xr.Dataset, settings: SelectionSettings, where: str = ""
) -> xr.Dataset:
    """Decide the role of every hyperparameter.

    Parameters
    ----------
    sensitivity
        Sensitivity Dataset of ``trials``.
    trials
        Trials Dataset of the random search.
    settings
        Their cost is not used where the trials have no costs.
    where
        Place named first in messages about overrides.

    Where the indices came through a surrogate, what it found decides what is optimised; no range is
    cut and there is no ceiling, as these rest on how often random trials reach the goal. A value is
    fixed by the bound on what that could cost alone.

    Returns
    -------
    xarray.Dataset
        Over ``hyperparameter``: ``decision``, ``preferred`` as JSON and ``worst_loss``, see
        :class:`hsic_hpo.selection.decisions.Decision`; for the two stages of the paper ``role``,
        ``definition`` and ``default`` as JSON and ``stage`` (0 fixed, 1, 2); ``reason``,
        ``overridden``, the ``group`` whose indices count, and the figures of
        :class:`hsic_hpo.selection.evidence.Evidence`. Attributes: ``remark`` when no
        index is significant, ``ceiling``, the cost below which cheap values are
        preferred and defaults taken, and ``ceiling_reason``.

    Raises
    ------
    InputError
        For a cost that the trials do not have, or an override that the space does not allow.
    """
    space, errors = trials_data.space(trials), target_values(trials, "error")
    finished = History(trials_data.configurations(trials), errors, _costs(trials, settings.cost))
    reached = select_goal(errors, float(sensitivity.attrs["goal_fraction"]), "best").reached
    required: dict[str, Any] = {
        "keep": settings.keep,
        "assurance": settings.assurance,
        "min_successes": int(sensitivity.attrs["min_successes"]),
    }
    limit = NO_CEILING
    if is_tested(sensitivity):
        limit = ceiling(finished.costs, reached, quantile=settings.cost_quantile, **required)
    reasons = Reasons.of(sensitivity, settings, limit.cost)
    evidence = collect_evidence(sensitivity, settings.cost)
    optimised = _optimised(evidence, settings.least_optimised)
    decisions = {}
    for found in evidence:
        parameter = space[found.name]
        default = _default(parameter, finished, limit.cost)
        undecided = Decision("fine-tune", whole(parameter), default, reasons.indices(found))
        if found.costs:
            cheap = _cheap_value(parameter, finished, reached, **required)
            decided = decide_costly(parameter, found, cheap, sensitivity, undecided, reasons)
        else:
            decided = _decide_without_cost(found, optimised, undecided)
        decisions[found.name] = decided
    decisions = apply_overrides(settings.override, decisions, space, where)
    confidence = float(sensitivity.attrs["confidence"])
    losses = Losses.of(space, finished, confidence, int(sensitivity.attrs["seed"]))
    strengths = Strengths(space, losses, settings.margin, confidence)
    decisions = strengths.weigh(
        decisions, evidence, _cheapest(evidence, decisions, space, finished, sensitivity)
    )
    decisions = _unreachable(decisions, space)
    mattering = any(found.matters for found in evidence)
    carried = {key: sensitivity.attrs[key] for key in _CARRIED if key in sensitivity.attrs}
    attrs = carried | {
        "cost": settings.cost,
        "margin": settings.margin,
        "confidence": confidence,
        "fixed_worst_loss": strengths.together(decisions),
        "ceiling": limit.cost,
        "ceiling_reason": reasons.ceiling(limit),
        "remark": "" if mattering else reasons.nothing_matters(optimised),
    }
    return label_decisions(decisions, evidence, attrs)


def _cheapest(
    evidence: Sequence[Evidence],
    decisions: Mapping[str, Decision],
    space: Space,
    finished: History,
    sensitivity: xr.Dataset,
) -> dict[str, Any]:
    """Return the cheapest values of what drives the cost alone, where no role fixes it."""
    level = float(sensitivity.attrs["significance"])
    chosen = {}
    for found in evidence:
        forbidden = is_tested(sensitivity) and any(
            p <= level for p in interaction_p_values(sensitivity, found).values()
        )
        if not found.costs or found.matters or forbidden or decisions[found.name].role == "fix":
            continue
        parameter = space[found.name]
        inside, values = _existing(parameter, finished)
        chosen[found.name] = cheapest_first(parameter, values, finished.costs[inside])[0]
    return chosen


def _costs(trials: xr.Dataset, cost: str) -> np.ndarray:
    known = target_names(trials)[1:]
    if cost in known:
        return target_values(trials, cost)
    if known:
        raise InputError(
            f"cost: {cost!r} is not a cost of these trials; known: {', '.join(known)}"
            f"{did_you_mean(cost, known)}"
        )
    return np.full(trials.sizes["trial"], np.inf)


def _optimised(evidence: Sequence[Evidence], least: int) -> list[str]:
    """Return the hyperparameters that matter, and the next in rank up to ``least`` of them."""
    mattering = [found.name for found in evidence if found.matters]
    ranked = sorted(
        (found for found in evidence if found.group and not found.matters),
        key=lambda found: (np.nan_to_num(found.p_adjusted), -found.index),
    )
    return mattering + [found.name for found in ranked[: max(0, least - len(mattering))]]


def _decide_without_cost(
    found: Evidence, optimised: Sequence[str], undecided: Decision
) -> Decision:
    if not found.group:
        return undecided
    if found.name in optimised:
        nearest = "" if found.matters else "; optimised as one of the nearest"
        return replace(undecided, role="optimise", reason=f"{undecided.reason}{nearest}")
    return replace(undecided, reason=f"{undecided.reason}: tuned last")


def _cheap_value(
    parameter: Hyperparameter, finished: History, reached: np.ndarray, **required: Any
) -> CheapValue:
    inside, values = _existing(parameter, finished)
    return cheapest_kept(parameter, values, finished.costs[inside], reached[inside], **required)


def _existing(parameter: Hyperparameter, finished: History) -> tuple[np.ndarray, list[Any]]:
    """Tell in which trials of known cost it exists, and its values in them."""
    exists = np.array([parameter.name in c for c in finished.configurations])
    inside = exists & np.isfinite(finished.costs)
    return inside, [
        finished.configurations[i][parameter.name] for i in np.flatnonzero(inside).tolist()
    ]


def _default(parameter: Hyperparameter, finished: History, limit: float) -> Any:
    """Return its value in the best trial under the ceiling in which it exists."""
    exists = np.array([parameter.name in c for c in finished.configurations])
    for affordable in (finished.costs <= limit, np.ones(len(exists), dtype=bool)):
        errors = np.where(exists & affordable, finished.errors, np.inf)
        if np.isfinite(errors).any():
            return finished.configurations[int(np.argmin(errors))][parameter.name]
    return parameter.value(0.5)


def _unreachable(decisions: Mapping[str, Decision], space: Space) -> dict[str, Decision]:
    """Say which hyperparameters cannot exist with what others are fixed at or kept to.

    In the stages of the paper every decision is a wall, in the search only those that fix.
    """
    walls = {name: d.choice for name, d in decisions.items() if d.choice is not None}
    fixed = {name: d.preferred for name, d in decisions.items() if d.decision == "fix"}
    decided = dict(decisions)
    for name, decision in decisions.items():
        lost, lost_in_stages = (_lost(name, choices, space) for choices in (fixed, walls))
        if lost:
            said = "set in the study config, but " if decision.overridden else ""
            if not lost_in_stages:
                said = f"{decision.reason}; it "
            decision = replace(
                decision,
                decision="search",
                preferred=whole(space[name]),
                worst_loss=np.nan,
                reason=f"{said}cannot exist: {lost}",
            )
        if lost_in_stages:
            also = "" if lost else f"; in the stages of the paper it cannot exist: {lost_in_stages}"
            decision = replace(
                decision, role="fix", choice=None, default=None, reason=f"{decision.reason}{also}"
            )
        decided[name] = decision
    return decided


def _lost(name: str, choices: Mapping[str, Any], space: Space) -> str:
    """Say what a hyperparameter lacks to exist beside the choices of others."""
    part = Subspace.of(space, {other: c for other, c in choices.items() if other != name})
    if part.free is not None and name in part.free.names:
        return ""
    lost = [c.label for c in space[name].conditions if not _possible(c, part)]
    needed = " and ".join(lost) or "a hyperparameter that cannot exist"
    return f"it needs {needed}, which other decisions rule out"


def _possible(condition: Condition, part: Subspace) -> bool:
    parent = condition.parent
    if parent in part.fixed:
        return condition.holds(part.fixed[parent])
    if part.free is None or parent not in part.free.names:
        return False
    return any(condition.holds(value) for value in probes(part.free[parent], [condition]))
