"""The decisions on the hyperparameters as rows of one plain sentence each."""

import json
from dataclasses import dataclass

import numpy as np
import xarray as xr

from hsic_hpo.digits import value_in_words
from hsic_hpo.reports.sentences import percent_of_loss
from hsic_hpo.trials.goals import is_found
from hsic_hpo.wording import MAIN_GROUP, percent

_SMALL = 0.001
_ORDER = ("search", "prefer", "fix")


@dataclass(frozen=True)
class DecisionRow:
    """One decision.

    Attributes
    ----------
    name
        The hyperparameter.
    decision
        search, prefer or fix.
    choice
        The value or the values that are searched, preferred or fixed.
    sentence
        Why, in plain words.
    figures
        The same with its figures.
    """

    name: str
    decision: str
    choice: str
    sentence: str
    figures: str


def decision_rows(selection: xr.Dataset, sensitivity: xr.Dataset) -> list[DecisionRow]:
    """Return the decisions, what is searched first and what is fixed last.

    Parameters
    ----------
    selection
        Selection Dataset.
    sensitivity
        Sensitivity Dataset that it rests on.
    """
    names = selection["hyperparameter"].values.tolist()
    rows = [_row(selection.sel(hyperparameter=name), sensitivity, name) for name in names]
    return sorted(rows, key=lambda row: _ORDER.index(row.decision))


def _row(one: xr.Dataset, sensitivity: xr.Dataset, name: str) -> DecisionRow:
    decision, reason = str(one["decision"].item()), str(one["reason"].item())
    sentence = _why(one, sensitivity, name)
    worst = float(one["worst_loss"])
    if decision != "search" and np.isfinite(worst):
        bound = "at most" if decision == "fix" else "up to"
        sentence += f"; this could cost {bound} {_loss(worst)}"
    return DecisionRow(
        name,
        decision,
        value_in_words(json.loads(str(one["preferred"].item()))),
        f"{sentence}.",
        f"{reason[:1].upper()}{reason[1:]}.",
    )


def _loss(worst: float) -> str:
    return percent_of_loss(worst) if worst >= _SMALL else percent(_SMALL)


def _why(one: xr.Dataset, sensitivity: xr.Dataset, name: str) -> str:
    if bool(one["overridden"].item()):
        return "Set in the study's config"
    group = str(one["group"].item())
    if not group:
        return "Too few trials to tell"
    found = is_found(sensitivity).sel(group=group, subset="best", hyperparameter=name)
    matters = bool(found.sel(target="error"))
    cost = str(one.attrs["cost"])
    costs = cost in found["target"].values and bool(found.sel(target=cost))
    where = "" if group == MAIN_GROUP else f" where {group}"
    verdict: dict[tuple[bool, bool], str] = {
        (True, True): "Matters for the error and for the cost",
        (True, False): "Matters for the error, not for the cost",
        (False, True): "Only costs",
        (False, False): "Not seen to matter",
    }
    return f"{verdict[matters, costs]}{where}"
