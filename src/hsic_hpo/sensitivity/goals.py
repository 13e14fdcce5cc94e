"""Explanations of other goals than the lowest error: the front of error and cost, and a limit.

Among trials that cost at most c, the law of u is no longer that of the space: what drives the cost
is low more often, and hyperparameters that share the limit depend on each other. The index compares
the best of these trials with **all of these trials**, not with the space, and the permutations
exchange which of them are best. So a hyperparameter that costs, but has nothing to do with the
error, directly or through what else the limit makes it go with, is found no more often than chance
allows. One that leaves less of the limit to another that does matter is found: within the limit,
choosing it is choosing the other. Not in the paper.

Pure interactions and range sweeps take u for uniform and are left out under a limit. Adaptive
trials have within a limit a law that is neither that of the space nor known: they are explained
through surrogates of error and cost (:mod:`hsic_hpo.sensitivity.aimed_surrogate`), without a test.
"""

import math

import numpy as np
import xarray as xr

from hsic_hpo.checks import check_choice, check_number
from hsic_hpo.errors import InputError, did_you_mean
from hsic_hpo.sensitivity.aimed_surrogate import Aim, Goal
from hsic_hpo.sensitivity.analysis import analyse
from hsic_hpo.sensitivity.explanation import Way, explain_trials
from hsic_hpo.sensitivity.settings import AnalysisSettings
from hsic_hpo.sensitivity.through_surrogate import analyse_through_surrogate
from hsic_hpo.sensitivity.values_of_best import values_of_trials
from hsic_hpo.trials.drawn import ADAPTIVE, UNKNOWN, how_drawn
from hsic_hpo.trials.goals import target_names
from hsic_hpo.trials.randomness import departure_from_random
from hsic_hpo.wording import cost_name, number

GOALS = ("error", "front")


def cost_of(trials: xr.Dataset, cost: str | None) -> str:
    """Return the name of a cost of trials: the one asked for, or their first.

    Raises
    ------
    InputError
        When they have no such cost, or none.
    """
    known = target_names(trials)[1:]
    if not known:
        raise InputError("cost: these trials have none; name the one that they came with")
    if cost is not None and cost not in known:
        raise InputError(
            f"cost: {cost!r} is not a cost of these trials; known: {', '.join(known)}"
            f"{did_you_mean(cost, known)}"
        )
    return cost or known[0]


def aimed(
    trials: xr.Dataset,
    goal: Goal = "error",
    max_cost: float | None = None,
    cost: str | None = None,
) -> xr.Dataset:
    """Return the trials that a goal is about, judged by what it asks for.

    Parameters
    ----------
    trials
        Trials Dataset.
    goal
        ``"error"``, the lowest; or ``"front"``, the nearest to the front of error and cost
        (:func:`hsic_hpo.trials.front.front_places`).
    max_cost
        Trials that cost more are left out, above 0; None: none are.
    cost
        Name of the cost; None: the first that the trials have.

    Raises
    ------
    InputError
        For another goal, a cost that the trials do not have, or a limit under which none is left.
    """
    check_choice("goal", goal, GOALS)
    if goal == "error" and max_cost is None:
        return trials
    name = cost_of(trials, cost)
    if max_cost is not None:
        check_number("max_cost", max_cost, "a number above 0", lambda c: 0 < c < math.inf)
    chosen = Aim(goal, name, max_cost).among(trials)
    if not chosen.sizes["trial"]:
        raise InputError(f"max_cost: no trial costs at most {max_cost:g} {cost_name(name)}")
    return chosen


def explain_goal(
    trials: xr.Dataset,
    settings: AnalysisSettings,
    way: Way = "auto",
    only: str | None = None,
    *,
    goal: Goal = "error",
    max_cost: float | None = None,
    cost: str | None = None,
) -> xr.Dataset:
    """Explain trials for a goal.

    Parameters
    ----------
    trials
        Trials Dataset.
    settings
        Of the analysis.
    way, only
        As for :func:`hsic_hpo.sensitivity.explanation.explain_one_way`.
    goal, max_cost, cost
        As for :func:`aimed`.

    Returns
    -------
    xarray.Dataset
        Sensitivity Dataset of the trials that :func:`aimed` returns, by exact tests, or, of
        adaptive trials, through surrogates; with attributes ``goal``, ``cost`` and, where there is
        one, ``max_cost``. Under a limit, joint indices, pure interactions and range sweeps are NaN.

    Raises
    ------
    InputError
        As for :func:`aimed`.
    """
    if goal == "error" and max_cost is None:
        return explain_trials(trials, settings, way, only)
    chosen = aimed(trials, goal, max_cost, cost)
    name = cost_of(trials, cost)
    within = ""
    if max_cost is not None:
        within = f" that cost at most {number(max_cost)} {cost_name(name)}, beside each other"
    if is_adaptive(trials, way):
        found = analyse_through_surrogate(trials, settings, Aim(goal, name, max_cost))
        told = (
            f"Trials not drawn at random{within}: explained through surrogates of error and cost, "
            "which state what was found and no p-values."
        )
    else:
        found = analyse(chosen, settings, only).merge(values_of_trials(chosen, settings))
        told = f"Random trials{within}: tested directly."
    if max_cost is not None:
        found = _without_uniform(found).assign_attrs(max_cost=float(max_cost))
    return found.assign_attrs(goal=goal, cost=name, way_reason=told)


def aimed_as(trials: xr.Dataset, sensitivity: xr.Dataset) -> xr.Dataset:
    """Return the trials that an explanation of :func:`explain_goal` is about."""
    attrs = sensitivity.attrs
    if "goal" not in attrs:
        return trials
    return aimed(trials, str(attrs["goal"]), attrs.get("max_cost"), str(attrs["cost"]))  # type: ignore[arg-type]


def measured_as(trials: xr.Dataset, sensitivity: xr.Dataset) -> xr.Dataset | None:
    """Return these trials with the errors that were measured, where places stand for them.

    None where :func:`aimed_as` leaves the errors as they are.
    """
    attrs = sensitivity.attrs
    if attrs.get("goal") != "front":
        return None
    return aimed(trials, "error", attrs.get("max_cost"), str(attrs["cost"]))


def is_adaptive(trials: xr.Dataset, way: Way = "auto") -> bool:
    """Tell whether trials were drawn by a search, as they or the user say or a test finds."""
    drawn = how_drawn(trials) if way == "auto" else way
    return drawn == ADAPTIVE or (drawn == UNKNOWN and bool(departure_from_random(trials)))


def _without_uniform(found: xr.Dataset) -> xr.Dataset:
    """Blank what rests on u being uniform over the trials."""
    names = [
        str(name)
        for name, variable in found.data_vars.items()
        if variable.dtype.kind == "f"
        and ("partner" in variable.dims or str(name).startswith("sweep_"))
        and name not in ("sweep_u", "sweep_value")
    ]
    return found.assign({name: xr.full_like(found[name], np.nan) for name in names})
