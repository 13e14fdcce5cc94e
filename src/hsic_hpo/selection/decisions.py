"""What a selection says of a hyperparameter, the Dataset that holds it, and what follows."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import xarray as xr

from hsic_hpo.errors import InputError
from hsic_hpo.selection.evidence import Evidence
from hsic_hpo.spaces.hyperparameter import Hyperparameter
from hsic_hpo.spaces.space import Space
from hsic_hpo.spaces.subspace import Subspace

ROLES = ("optimise", "restrict", "fix", "fine-tune")
DECISIONS = ("search", "prefer", "fix")
STAGES = {"fix": 0, "optimise": 1, "restrict": 1, "fine-tune": 2}
LAST_STAGE = max(STAGES.values())
_TEXTS = {
    "role": "what HSIC-GPBO does with it in the two stages of the paper",
    "decision": "whether it is searched alike, preferred in a part, or fixed",
    "preferred": "value, or definition of the values, that is preferred, as JSON",
    "definition": "value at which it is fixed, or definition of what is searched, as JSON",
    "default": "value until the second stage, as JSON",
    "reason": "why, with the figures",
    "group": "largest conditional group in which it has an index",
}
_NUMBERS = {
    "stage": "stage from which on it is searched, 0 when fixed",
    "overridden": "1 where the study config decided",
    "worst_loss": "relative loss of error that following the decision costs at worst",
    "index": "HSIC with reaching the best fraction",
    "noise_floor": "noise floor of index",
    "p_adjusted": "adjusted p-value of index",
    "cost_index": "HSIC with reaching the cheapest fraction",
    "cost_p_adjusted": "adjusted p-value of cost_index",
}


@dataclass(frozen=True)
class Decision:
    """How HSIC-GPBO treats one hyperparameter.

    Attributes
    ----------
    role
        ``"optimise"``, ``"restrict"`` (optimise among cheap values), ``"fix"`` (at one value) or
        ``"fine-tune"`` (in the second stage).
    choice
        The value at which it is fixed, None where it cannot exist; else the definition of the
        values that are searched.
    default
        Its value until the second stage.
    reason
        One sentence with its figures.
    overridden
        Whether the study config decided.
    decision
        How strongly it is followed, as its evidence allows: ``"search"`` (all values alike),
        ``"prefer"`` (candidates are drawn from the preferred part and from all values) or
        ``"fix"`` (nothing else is searched).
    preferred
        The value, or the definition of the values, that is preferred; of all values where there
        is no preference.
    worst_loss
        Upper end of an interval on the relative loss of error that following it could cost; NaN
        where nothing is claimed.
    """

    role: str
    choice: Any
    default: Any
    reason: str
    overridden: bool = False
    decision: str = "search"
    preferred: Any = None
    worst_loss: float = np.nan


def whole(parameter: Hyperparameter) -> dict[str, Any]:
    """Return the definition of all values of a hyperparameter, as a decision states it."""
    return {k: value for k, value in parameter.definition.items() if k not in ("type", "when")}


def preference(decided: Decision, found: Evidence, parameter: Hyperparameter) -> Any:
    """Return the value or the definition of the values that a decision makes preferable.

    What is fixed or kept to a range by its role is preferred there; what matters for nothing is
    preferred at its default, which leaves fewer dimensions to candidates. Without an index nothing
    is preferred.
    """
    if decided.overridden:
        return whole(parameter) if decided.choice is None else decided.choice
    if decided.choice is None or not found.group:
        return whole(parameter)
    return decided.default if decided.role == "fine-tune" else decided.choice


def label_decisions(
    decisions: Mapping[str, Decision], evidence: Sequence[Evidence], attrs: Mapping[str, Any]
) -> xr.Dataset:
    """Label decisions and the evidence behind them as a selection Dataset."""
    rows = [
        asdict(found)
        | {
            "role": decided.role,
            "decision": decided.decision,
            "preferred": json.dumps(decided.preferred),
            "worst_loss": decided.worst_loss,
            "definition": json.dumps(decided.choice),
            "default": json.dumps(decided.default),
            "reason": decided.reason,
            "stage": STAGES[decided.role],
            "overridden": int(decided.overridden),
        }
        for found, decided in ((found, decisions[found.name]) for found in evidence)
    ]
    variables = {
        name: xr.Variable(
            "hyperparameter",
            np.array([row[name] for row in rows], dtype=object),
            {"long_name": long_name},
        )
        for name, long_name in _TEXTS.items()
    } | {
        name: xr.Variable(
            "hyperparameter",
            np.array([row[name] for row in rows]),
            {"long_name": long_name, "units": "1"},
        )
        for name, long_name in _NUMBERS.items()
    }
    names = np.array([found.name for found in evidence], dtype=object)
    coords = {"hyperparameter": ("hyperparameter", names, {"long_name": "hyperparameter"})}
    return xr.Dataset(variables, coords, dict(attrs))


def check_decisions(selection: xr.Dataset, space: Space | None) -> Space:
    """Return the space that decisions are about.

    Parameters
    ----------
    selection
        Selection Dataset.
    space
        Where a search shall follow them; None: wherever they are about.

    Raises
    ------
    InputError
        For a Dataset that holds no decisions, or decisions about another space.
    """
    if "decision" not in selection or "space" not in selection.attrs:
        raise InputError("decisions: not a selection Dataset, as decide returns it")
    own = Space.from_json(selection.attrs["space"])
    if space is not None and space.hyperparameters != own.hyperparameters:
        raise InputError("decisions: they are of another search space than the one given")
    return own


def stage_space(
    selection: xr.Dataset, stage: int, held: Mapping[str, Any] | None = None
) -> Subspace:
    """Return where a stage of the paper's HSIC-GPBO searches.

    In the first stage the hyperparameters that matter, or could not be fixed, vary; those to be
    fine-tuned stay at their defaults. In the second stage those vary, and all others stay at the
    values that are held.

    Parameters
    ----------
    selection
        Selection Dataset.
    stage
        1 or 2.
    held
        Values by name that the second stage holds, of hyperparameters of the first one; without
        them these go on to vary.
    """
    held = held or {}
    changes: dict[str, Any] = {}
    for name in selection["hyperparameter"].values.tolist():
        row = selection.sel(hyperparameter=name)
        later = int(row["stage"]) > stage
        choice = json.loads(str(row["default" if later else "definition"].values))
        if stage == LAST_STAGE and int(row["stage"]) == 1 and name in held:
            choice = held[name]
        if choice is not None:
            changes[name] = choice
    return Subspace.of(Space.from_json(selection.attrs["space"]), changes, "selection")


def preferred_space(selection: xr.Dataset) -> Subspace:
    """Return the preferred parts of all hyperparameters, from which candidates are preferred.

    Parameters
    ----------
    selection
        Selection Dataset.
    """
    return _part(selection, ("prefer", "fix"))


def searched_space(selection: xr.Dataset) -> Subspace:
    """Return all that is searched: only decisions ``"fix"`` keep values out.

    Parameters
    ----------
    selection
        Selection Dataset.
    """
    return _part(selection, ("fix",))


def _part(selection: xr.Dataset, followed: Sequence[str]) -> Subspace:
    changes = {
        name: json.loads(str(preferred))
        for name, decision, preferred in zip(
            selection["hyperparameter"].values.tolist(),
            selection["decision"].values.tolist(),
            selection["preferred"].values.tolist(),
            strict=True,
        )
        if decision in followed
    }
    return Subspace.of(Space.from_json(selection.attrs["space"]), changes, "selection")


def cost_ceiling(selection: xr.Dataset) -> float:
    """Return the cost by which cheap values are preferred, infinite without a ceiling."""
    return float(np.float64(selection.attrs["ceiling"]))
