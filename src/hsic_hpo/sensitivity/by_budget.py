"""What matters at a budget: the index of the best among trials that cost at most c, against c.

The reference law is that of the trials within the budget (:mod:`hsic_hpo.sensitivity.goals`); of
trials of a search, that of the space's configurations within it, through surrogates of error and
cost. Not in the paper.
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import xarray as xr

from hsic_hpo.checks import check_number
from hsic_hpo.errors import InputError
from hsic_hpo.sensitivity.analysis import obstacle, single_indices, tested
from hsic_hpo.sensitivity.budgets_through_surrogate import Budgets
from hsic_hpo.sensitivity.columns import group_columns
from hsic_hpo.sensitivity.explanation import Way
from hsic_hpo.sensitivity.goals import cost_of, is_adaptive
from hsic_hpo.sensitivity.labels import DIRECT, SINGLES, SURROGATE
from hsic_hpo.sensitivity.settings import AnalysisSettings
from hsic_hpo.spaces.space import Group, Space
from hsic_hpo.trials import dataset as trials_data
from hsic_hpo.trials.front import without_dearer
from hsic_hpo.trials.goals import cost_names, is_tested, select_goal, target_names, target_values
from hsic_hpo.trials.groups import in_group

N_BUDGETS = 8
_KEPT = (
    "hsic",
    "hsic_unbiased",
    "standard_error",
    "interval_low",
    "interval_high",
    "noise_floor",
    "p_value",
    "p_value_adjusted",
    "significant",
    "found",
)
_CARRIED = ("study", "problem", "space", "error_name", "error_units", "direction", "metric")


def indices_by_budget(
    trials: xr.Dataset,
    settings: AnalysisSettings,
    *,
    cost: str | None = None,
    budgets: Sequence[float] | None = None,
    way: Way = "auto",
) -> xr.Dataset:
    """Compute the indices of the best fraction among trials that cost at most c, for several c.

    Parameters
    ----------
    trials
        Trials Dataset.
    settings
        Of the analysis. There are more permutations where a p-value that is adjusted for all
        budgets could not reach the level otherwise: at least as many as budgets over the level.
    cost
        Name of the cost; None: the first that the trials have. There are no budgets by default
        where none of them has a known one.
    budgets
        The limits c, above 0; None: eight at evenly spaced quantiles of the costs, from the fewest
        trials, or configurations of the space, that can have an index to all.
    way
        As for :func:`hsic_hpo.sensitivity.explanation.explain_trials`.

    Returns
    -------
    xarray.Dataset
        Over ``(budget, hyperparameter)``: single indices with intervals, noise floors and
        p-values, each in the largest group of trials in which the hyperparameter exists; there
        ``n`` counts the trials and ``m`` those that reach the goal. ``note`` says why there is no
        index; ``group(hyperparameter)`` names the group. ``p_value_adjusted`` holds for all
        hyperparameters of the group (max-T) at all budgets (Bonferroni), and so does
        ``significant``. Of trials of a search there is no test; ``found`` stands in its place
        (:mod:`hsic_hpo.sensitivity.through_surrogate`). Attributes: ``way``, ``cost`` and the
        settings.

    Raises
    ------
    InputError
        For a cost that the trials do not have, or a budget that is none.

    Examples
    --------
    >>> import hsic_hpo as hh
    >>> from hsic_hpo.sensitivity.settings import AnalysisSettings
    >>> trials = hh.example_trials()
    >>> found = indices_by_budget(trials, AnalysisSettings(), budgets=[1e9])
    >>> found["significant"].sel(hyperparameter="lr").values.tolist()
    [1.0]
    """
    costs = np.full(trials.sizes["trial"], np.inf)
    # A study names a cost that a problem of its own need not have.
    if cost is None or target_names(trials)[1:]:
        cost = cost_of(trials, cost)
        costs = target_values(trials, cost)
    space = trials_data.space(trials)
    surrogate = Budgets.of(trials, cost, settings) if is_adaptive(trials, way) else None
    limits = _limits(costs if surrogate is None else surrogate.costs, settings, budgets)
    needed = math.ceil(len(limits) / settings.significance)
    settings = replace(settings, n_permutations=max(settings.n_permutations, needed))
    all_groups = space.groups()
    # The main group comes first and is the largest.
    groups = {
        name: next(group for group in all_groups if name in group.members) for name in space.names
    }
    shape = (len(limits), len(space))
    found = {name: np.full(shape, np.nan) for name in _KEPT}
    counts = {name: np.zeros(shape, dtype=int) for name in ("n", "m")}
    note = np.full(shape, "", dtype=object)
    for b, limit in enumerate(limits):
        inside = without_dearer(trials, cost, limit)
        for group in all_groups:
            own = [i for i, name in enumerate(space.names) if groups[name] is group]
            if not own:
                continue
            if surrogate is None:
                values, n, m, why = _within(inside, space, group, settings)
            else:
                values, n, m, why = surrogate.within(inside, limit, group)
            counts["n"][b, own], counts["m"][b, own], note[b, own] = n, m, why
            for i in own:
                for name, by_budget in found.items():
                    by_budget[b, i] = values.get(name, {}).get(space.names[i], np.nan)
    found["p_value_adjusted"] = np.minimum(1.0, found["p_value_adjusted"] * len(limits))
    known = np.isfinite(found["p_value_adjusted"])
    passed = (found["p_value_adjusted"] <= settings.significance).astype(float)
    found["significant"] = np.where(known, passed, np.nan)
    if surrogate is None:
        found["found"] = found["significant"]
    labelled = _labelled(trials, settings, cost, limits, groups, {**found, **counts, "note": note})
    return labelled.assign_attrs(way=DIRECT if surrogate is None else SURROGATE)


def by_budget_of(
    trials: xr.Dataset, sensitivity: xr.Dataset, cost: str | None = None
) -> xr.Dataset | None:
    """Return the indices by budget that belong to an explanation.

    Parameters
    ----------
    trials
        Trials Dataset.
    sensitivity
        Sensitivity Dataset of these trials.
    cost
        Name of the cost; None: the first that the trials have.

    Returns
    -------
    xarray.Dataset
        See :func:`indices_by_budget`; None for trials that were not tested directly or have no
        cost, and for an explanation of one budget or of the front.
    """
    if not is_tested(sensitivity) or not cost_names(sensitivity) or "goal" in sensitivity.attrs:
        return None
    settings = AnalysisSettings.of(sensitivity.attrs)
    return indices_by_budget(trials, settings, cost=cost, way="random")


def _limits(
    costs: np.ndarray, settings: AnalysisSettings, budgets: Sequence[float] | None
) -> list[float]:
    if budgets is not None:
        if not np.iterable(budgets):
            raise InputError(f"budgets: {budgets!r} is not a list of numbers above 0")
        for value in budgets:
            check_number("budgets", value, "a number above 0", lambda c: 0 < c < math.inf)
        return sorted({float(value) for value in budgets})
    known = costs[np.isfinite(costs)]
    if not known.size:
        return []
    fewest = max(settings.min_trials, settings.min_successes / settings.goal_fraction)
    shares = np.linspace(min(1.0, fewest / len(known)), 1.0, N_BUDGETS)
    return sorted(set(np.quantile(known, shares, method="higher").tolist()))


def _within(
    trials: xr.Dataset, space: Space, group: Group, settings: AnalysisSettings
) -> tuple[dict[str, dict[str, float]], int, int, str]:
    """Return indices by their names and hyperparameters, trials, successes and what is missing."""
    if not trials.sizes["trial"]:
        return {}, 0, 0, "no trials; at least 1 is needed"
    values, here = target_values(trials, "error"), in_group(trials, group)
    if settings.group_threshold == "group" and here.any():
        goal = select_goal(values[here], settings.goal_fraction, "best")
        reached = goal.reached
    else:
        goal = select_goal(values, settings.goal_fraction, "best")
        reached = goal.reached[here]
    why = obstacle(reached, goal, "error", settings.min_trials, settings.min_successes)
    n, m = len(reached), int(reached.sum())
    if why:
        return {}, n, m, why
    columns = group_columns(trials.isel(trial=here), space, group)
    test = tested(columns, reached, settings, pairs=False)
    indices = single_indices(columns.order_free, reached, test, settings)
    named: dict[str, dict[str, float]] = {
        name: dict(zip(columns.names, indices[name].tolist(), strict=True)) for name in _KEPT
    }
    return named, n, m, ""


def _labelled(
    trials: xr.Dataset,
    settings: AnalysisSettings,
    cost: str,
    limits: Sequence[float],
    groups: dict[str, Group],
    found: dict[str, Any],
) -> xr.Dataset:
    described = {name: SINGLES[name] for name in _KEPT} | {
        "n": "trials of the group within the budget",
        "m": "of these, trials that reach the goal",
        "note": "why there is no index",
        "p_value_adjusted": "p-value adjusted for the hyperparameters of the group at all budgets",
    }
    dims = ("budget", "hyperparameter")
    variables = {
        name: xr.Variable(
            dims,
            values,
            {"long_name": described[name]} | ({} if name == "note" else {"units": "1"}),
        )
        for name, values in found.items()
    }
    labels = np.array([group.label for group in groups.values()], dtype=object)
    variables["group"] = xr.Variable(
        "hyperparameter", labels, {"long_name": "group in which it has its index"}
    )
    coords = {
        "budget": ("budget", np.array(limits, dtype=float), {"long_name": f"most {cost}"}),
        "hyperparameter": (
            "hyperparameter",
            np.array(list(groups), dtype=object),
            {"long_name": "hyperparameter"},
        ),
    }
    carried = {name: trials.attrs[name] for name in _CARRIED if name in trials.attrs}
    return xr.Dataset(variables, coords, carried | {"cost": cost} | asdict(settings))
