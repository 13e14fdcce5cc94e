"""From sensitivity indices to decisions: what to optimise, what to keep cheap, what to leave.

HSIC-GPBO ([1]_) optimises first the hyperparameters that matter for the goal, with the others at
values that keep the network cheap, and then fine-tunes those that have no effect on the cost. Each
decision is stated with its reason. Ours, where the paper is silent: how a cheap value is chosen
(it must keep the success rate with a stated assurance), and a ceiling on the cost of the whole
network (:mod:`hsic_hpo.selection.ceilings`), as few trials rarely prove that a single
hyperparameter may be fixed without harm.

References
----------
.. [1] P. Novello, G. Poëtte, D. Lugato, P. M. Congedo, "Goal-oriented sensitivity analysis of
   hyperparameters in deep learning", Journal of Scientific Computing 94, 45 (2023), Section 5.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import xarray as xr

from hsic_hpo.selection.ceilings import Ceiling, ceiling
from hsic_hpo.selection.cheap_values import CheapValue, cheapest_kept
from hsic_hpo.selection.decisions import Decision, label_decisions
from hsic_hpo.selection.evidence import Evidence, collect_evidence, interactions
from hsic_hpo.selection.narrowing import sweep_range
from hsic_hpo.selection.overrides import apply as apply_overrides
from hsic_hpo.spaces.conditions import Condition
from hsic_hpo.spaces.hyperparameter import Hyperparameter
from hsic_hpo.spaces.space import Space, probes
from hsic_hpo.spaces.subspace import Subspace
from hsic_hpo.trials import dataset as trials_data
from hsic_hpo.trials.goals import select_goal, target_values
from hsic_hpo.wording import number, p_value, percent, target_name

_CARRIED = ("study", "problem", "space", "error_name", "error_units", "goal_fraction")
# A value that is cheap only beside half of the others is no cheap value.
_CHEAP_HALF = 0.5


@dataclass(frozen=True)
class _Known:
    """All that decisions are made from."""

    space: Space
    sensitivity: xr.Dataset
    settings: Mapping[str, Any]
    configurations: Sequence[Mapping[str, Any]]
    errors: np.ndarray
    costs: np.ndarray
    reached: np.ndarray
    limit: Ceiling


def decide(
    sensitivity: xr.Dataset, trials: xr.Dataset, settings: Mapping[str, Any], where: str = ""
) -> xr.Dataset:
    """Decide the role of every hyperparameter.

    Parameters
    ----------
    sensitivity
        Sensitivity Dataset of ``trials``.
    trials
        Trials Dataset of the random search.
    settings
        As in the section ``selection`` of a study config: ``cost``, ``cost_quantile``, ``keep``,
        ``assurance``, ``least_optimised`` and ``override``.
    where
        Place named first in messages about overrides.

    Returns
    -------
    xarray.Dataset
        Over ``hyperparameter``: ``role``, ``definition`` and ``default`` as JSON, ``stage`` (0
        fixed, 1, 2), ``reason``, ``overridden``, the ``group`` whose indices count, and the
        figures of :class:`hsic_hpo.selection.evidence.Evidence`. Attributes: ``remark`` when no
        index is significant, ``ceiling``, the cost that proposals may not exceed, and
        ``ceiling_reason``.

    Raises
    ------
    InputError
        For an override that the space does not allow.
    """
    cost = settings["cost"]
    goal = select_goal(
        target_values(trials, "error"), float(sensitivity.attrs["goal_fraction"]), "best"
    )
    costs = target_values(trials, cost)
    limit = ceiling(
        costs,
        goal.reached,
        quantile=settings["cost_quantile"],
        keep=settings["keep"],
        assurance=settings["assurance"],
        min_successes=int(sensitivity.attrs["min_successes"]),
    )
    known = _Known(
        trials_data.space(trials),
        sensitivity,
        settings,
        trials_data.configurations(trials),
        target_values(trials, "error"),
        costs,
        goal.reached,
        limit,
    )
    evidence = collect_evidence(sensitivity, cost)
    optimised, remark = _optimised(evidence, settings["least_optimised"], sensitivity)
    decisions = {found.name: _decide(found, optimised, known) for found in evidence}
    decisions = apply_overrides(settings["override"], decisions, known.space, where)
    decisions = _unreachable(decisions, known.space)
    return label_decisions(decisions, evidence, _attributes(known, remark))


def _attributes(known: _Known, remark: str) -> dict[str, Any]:
    attrs = known.sensitivity.attrs
    carried = {key: attrs[key] for key in _CARRIED if key in attrs}
    limit, cost = known.limit, known.settings["cost"]
    return carried | {
        "cost": cost,
        "ceiling": limit.cost,
        "ceiling_reason": _ceiling_reason(known),
        "remark": remark,
    }


def _ceiling_reason(known: _Known) -> str:
    limit = known.limit
    if not np.isfinite(limit.cost):
        return (
            f"No ceiling: {_cost(known)} does not differ between trials, or none is among the best."
        )
    keep, assurance = (percent(known.settings[key]) for key in ("keep", "assurance"))
    sure = "with" if limit.shown else "though not with"
    return (
        f"At most {number(limit.cost)} {_cost(known)}: of the "
        f"{percent(round(limit.quantile, 3))} of trials that cost no more, "
        f"{percent(round(limit.rate, 3))} are among the best, of all trials "
        f"{percent(round(limit.overall, 3))}: this keeps {keep} of the success rate, {sure} "
        f"{assurance} assurance."
    )


def _unreachable(decisions: Mapping[str, Decision], space: Space) -> dict[str, Decision]:
    """Say which hyperparameters cannot exist with what others are fixed at or kept to."""
    choices = {name: d.choice for name, d in decisions.items() if d.choice is not None}
    decided = dict(decisions)
    for name, decision in decisions.items():
        others = {other: choice for other, choice in choices.items() if other != name}
        part = Subspace.of(space, others)
        if part.free is not None and name in part.free.names:
            continue
        lost = [c.label for c in space[name].conditions if not _possible(c, part)]
        needed = " and ".join(lost) or "a hyperparameter that cannot exist"
        reason = f"cannot exist: it needs {needed}, which other decisions rule out"
        if decision.overridden:
            reason = f"set in the study config, but {reason}"
        decided[name] = Decision("fix", None, None, reason, decision.overridden)
    return decided


def _possible(condition: Condition, part: Subspace) -> bool:
    parent = condition.parent
    if parent in part.fixed:
        return condition.holds(part.fixed[parent])
    if part.free is None or parent not in part.free.names:
        return False
    return any(condition.holds(value) for value in probes(part.free[parent], [condition]))


def _optimised(
    evidence: Sequence[Evidence], least: int, sensitivity: xr.Dataset
) -> tuple[list[str], str]:
    """Return the hyperparameters that matter, filled up to ``least`` by the next in rank."""
    mattering = [found.name for found in evidence if found.matters]
    ranked = sorted(
        (found for found in evidence if found.group and not found.matters),
        key=lambda found: (found.p_adjusted, -found.index),
    )
    added = [found.name for found in ranked[: max(0, least - len(mattering))]]
    if not mattering:
        words = f"No hyperparameter matters significantly for {_aim(sensitivity)}"
        nearest = f"; the nearest are {', '.join(added)}" if added else ", and none has an index"
        return added, f"{words}{nearest}."
    return mattering + added, ""


def _aim(sensitivity: xr.Dataset) -> str:
    return f"the best {percent(float(sensitivity.attrs['goal_fraction']))}"


def _decide(found: Evidence, optimised: Sequence[str], known: _Known) -> Decision:
    parameter = known.space[found.name]
    default = _default(parameter, known)
    whole = {key: v for key, v in parameter.definition.items() if key not in ("type", "when")}
    if not found.group:
        return Decision("fine-tune", whole, default, f"has no index: {found.note}")
    indices = _indices(found, known)
    if found.costs:
        return _costly(found, known, Decision("restrict", whole, default, indices))
    if found.name in optimised:
        nearest = "" if found.matters else "; optimised as one of the nearest"
        return Decision("optimise", whole, default, f"{indices}{nearest}")
    return Decision("fine-tune", whole, default, f"{indices}: tuned last")


def _costly(found: Evidence, known: _Known, undecided: Decision) -> Decision:
    parameter = known.space[found.name]
    if found.matters:
        return _restricted(parameter, known, undecided)
    tested = interactions(known.sensitivity, found)
    level = float(known.sensitivity.attrs["significance"])
    forbidding = {name: p for name, p in tested.items() if p <= level}
    if forbidding:
        with_ = ", ".join(f"{name} (adjusted p {p_value(p)})" for name, p in forbidding.items())
        reason = f"{undecided.reason}; interaction forbids fixing it: {with_}"
        return replace(undecided, reason=f"{reason}, {_under(known)}")
    cheap = _cheap(parameter, known)
    checked = f"no significant interaction in {len(tested)} pairs" if tested else "no pair to check"
    if cheap.fraction > _CHEAP_HALF:
        keep = percent(known.settings["keep"])
        reason = (
            f"{undecided.reason}, {checked}; but no cheap value is shown to keep {keep} of the "
            f"success rate, {_under(known)}"
        )
        return replace(undecided, reason=reason)
    reason = (
        f"{undecided.reason}, {checked}; {cheap.successes} of the {cheap.trials} trials up to "
        f"{_text(cheap.value)}, its cheap end, are among the best"
    )
    return Decision("fix", cheap.value, cheap.value, reason)


def _restricted(parameter: Hyperparameter, known: _Known, undecided: Decision) -> Decision:
    left = None
    if parameter.type not in ("categorical", "boolean"):
        cheap, rising = _cheap(parameter, known), _rising(parameter, known)
        left = sweep_range(parameter, known.sensitivity, rising, cheap.value)
    if left is None:
        reason = f"{undecided.reason}; no range in which its choice stops mattering is found"
        return replace(undecided, reason=f"{reason}, {_under(known)}")
    end, definition = left
    reason = (
        f"{undecided.reason}; beyond {_text(end)} its choice no longer matters (sweep), and the "
        f"cheaper values keep {percent(known.settings['keep'])} of the success rate"
    )
    return replace(undecided, choice=definition, reason=f"{reason}, {_under(known)}")


def _indices(found: Evidence, known: _Known) -> str:
    cost = _cost(known)
    verdict = "matters" if found.matters else "does not matter significantly"
    cost_verdict = f"drives {cost}" if found.costs else f"does not drive {cost}"
    among = "" if found.group == "all" else f"among trials with {found.group}, it "
    return (
        f"{among}{verdict} for {_aim(known.sensitivity)} (index {number(found.index)}, adjusted p "
        f"{p_value(found.p_adjusted)}, noise floor {number(found.noise_floor)}) and "
        f"{cost_verdict} (index {number(found.cost_index)}, adjusted p "
        f"{p_value(found.cost_p_adjusted)})"
    )


def _under(known: _Known) -> str:
    if not np.isfinite(known.limit.cost):
        return "without a ceiling on the cost"
    return f"under the ceiling of {number(known.limit.cost)} {_cost(known)}"


def _cost(known: _Known) -> str:
    return target_name(known.sensitivity, known.settings["cost"])


def _text(value: Any) -> str:
    return number(value) if isinstance(value, float) else str(value)


def _active(parameter: Hyperparameter, known: _Known) -> np.ndarray:
    exists = np.array([parameter.name in c for c in known.configurations])
    return exists & np.isfinite(known.costs)


def _cheap(parameter: Hyperparameter, known: _Known) -> CheapValue:
    inside = _active(parameter, known)
    return cheapest_kept(
        parameter,
        [known.configurations[i][parameter.name] for i in np.flatnonzero(inside).tolist()],
        known.costs[inside],
        known.reached[inside],
        keep=known.settings["keep"],
        assurance=known.settings["assurance"],
        min_successes=int(known.sensitivity.attrs["min_successes"]),
    )


def _rising(parameter: Hyperparameter, known: _Known) -> bool:
    if parameter.type in ("categorical", "boolean"):
        return True
    inside = _active(parameter, known)
    values = [known.configurations[i][parameter.name] for i in np.flatnonzero(inside).tolist()]
    return bool(np.corrcoef(values, known.costs[inside])[0, 1] >= 0)


def _default(parameter: Hyperparameter, known: _Known) -> Any:
    """Return its value in the best trial under the ceiling in which it exists."""
    exists = np.array([parameter.name in c for c in known.configurations])
    for affordable in (known.costs <= known.limit.cost, np.ones(len(exists), dtype=bool)):
        errors = np.where(exists & affordable, known.errors, np.inf)
        if np.isfinite(errors).any():
            return known.configurations[int(np.argmin(errors))][parameter.name]
    return parameter.value(0.5)
