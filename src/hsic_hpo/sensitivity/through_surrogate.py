"""The sensitivity analysis of trials that were not drawn at random, through a surrogate.

An adaptive search crowds its trials around good values, so that they do not stand for the space,
and an index of the trials themselves is wrong (not in the paper, whose trials are random). Here a
Gaussian process learns the error from all trials; at low-discrepancy points of the space's own law
errors are drawn from it jointly. In each draw the best fraction of the points reaches the goal, and
the indices follow as for random trials. Their spread over the draws is the uncertainty of the
model.

There is no test and no p-value. A hyperparameter is *found* where its unbiased index is above 0 in
all but the given share of the draws, and the trials are much less likely under a process without
it. Where the process cannot predict trials that are left out, nothing is claimed.
"""

import numpy as np
import xarray as xr

from hsic_hpo.indices.drawn_goals import DrawnIndices, drawn_indices
from hsic_hpo.sensitivity.aimed_surrogate import Aim, fitted_cost, priced
from hsic_hpo.sensitivity.columns import GroupColumns, group_columns
from hsic_hpo.sensitivity.labels import PAPER, SURROGATE, Indices, label
from hsic_hpo.sensitivity.settings import AnalysisSettings
from hsic_hpo.sensitivity.surrogates import (
    Surrogate,
    check_in_words,
    fitted,
    no_surrogate,
    points_of_space,
)
from hsic_hpo.sensitivity.sweeps import drawn_sweeps
from hsic_hpo.sensitivity.values_of_best import values_of_best
from hsic_hpo.spaces.space import Group, Space
from hsic_hpo.surrogate.process import features
from hsic_hpo.trials import dataset as trials_data
from hsic_hpo.trials.goals import SUBSETS, target_names, target_values
from hsic_hpo.trials.groups import in_group
from hsic_hpo.trials.stopped import first_rung
from hsic_hpo.wording import counted


def analyse_through_surrogate(
    trials: xr.Dataset, settings: AnalysisSettings, aim: Aim | None = None
) -> xr.Dataset:
    """Compute all sensitivity indices of trials that were drawn in any way.

    Parameters
    ----------
    trials
        Trials Dataset. Trials that diverged or failed count as the worst one that ended well.
    settings
        They become attributes of the Dataset. Permutations are not used; ``significance`` is the
        share of draws in which an index may be 0 or less while it counts as found.
    aim
        Goal, if it is not the lowest error of all: counts are then of the trials that it is about
        (:mod:`hsic_hpo.sensitivity.aimed_surrogate`), the surrogate learns from all.

    Returns
    -------
    xarray.Dataset
        A sensitivity Dataset, see :func:`hsic_hpo.sensitivity.analysis.analyse`, with these
        differences: indices are means over the draws, intervals their quantiles; p-values, noise
        floors and ``significant`` are NaN, and ``found`` stands in their place; ``sweep_choice``
        is NaN. ``rank_correlation(target)`` is Spearman's, of the trials and of what the surrogate
        predicts for each from all others. Attribute ``surrogate_check`` says it in words.
    """
    space = trials_data.space(trials)
    groups, names, judged_by = space.groups(), space.names, target_names(trials)
    points = points_of_space(space, settings.seed)
    places = features(space, trials_data.configurations(points))
    everywhere, priced_as, chosen = np.ones(places.shape[0], dtype=bool), None, trials
    if aim is not None:
        chosen = aim.among(trials)
        no_cost, cost, costs = fitted_cost(trials, places, aim.cost, settings)
        if aim.max_cost is not None:
            everywhere = costs <= aim.max_cost
        priced_as = no_cost, cost, costs
    members = [(in_group(chosen, group), in_group(points, group) & everywhere) for group in groups]
    found = Indices.missing(len(groups), len(judged_by), len(names))
    found.n[:] = [inside.sum() for inside, _ in members]
    correlation = np.full(len(judged_by), np.nan)
    checks = []
    sweeps = None
    # How often each point reaches the goal by error, over the draws.
    often = np.zeros((len(groups), len(SUBSETS), places.shape[0]))
    for t, target in enumerate(judged_by):
        values = target_values(trials, target)
        note, surrogate = no_surrogate(values, target, settings.min_trials), None
        if not note:
            note, surrogate, correlation[t] = fitted(trials, values, places, target, settings)
            checks.append(check_in_words(target, correlation[t], len(values), useless=bool(note)))
        values = target_values(chosen, target)
        if aim is not None and priced_as is not None:
            note, surrogate = _aimed(
                note, surrogate, aim, priced_as, target, everywhere, len(values)
            )
        for s, subset in enumerate(SUBSETS):
            halved = aim is None and bool(first_rung(trials))
            if target == "error" and subset == "worst" and halved and not note:
                # The worst of a halved search are known by other errors.
                values = target_values(trials, target, subset)
                note, surrogate, _ = fitted(trials, values, places, target, settings)
            found.note[:, t, s] = note
            if surrogate is None:
                continue
            goals = surrogate.goals(subset, settings.goal_fraction, everywhere)
            threshold = surrogate.threshold(subset, goals)
            found.threshold[t, s] = threshold
            reached = values <= threshold if subset == "best" else values >= threshold
            if target == "error" and subset == "best":
                sweeps = _sweeps(points, space, goals, settings)
            for g, group in enumerate(groups):
                inside, here = members[g]
                found.m[g, t, s] = reached[inside].sum()
                if settings.group_threshold == "group" and here.any():
                    own = surrogate.goals(subset, settings.goal_fraction, here)[:, here]
                else:
                    own = goals[:, here]
                if target == "error" and here.any():
                    often[g, s, here] = own.mean(axis=0)
                found.note[g, t, s] = obstacle_in_draws(int(inside.sum()), own, settings)
                if not found.note[g, t, s]:
                    _fill(
                        found,
                        (g, t, s),
                        points.isel(trial=here),
                        space,
                        group,
                        own,
                        surrogate,
                        settings,
                    )
    if sweeps is None:
        nothing = np.zeros((1, points.sizes["trial"]), dtype=bool)
        sweeps = _sweeps(points, space, nothing, settings)
    described = values_of_best(points.isel(trial=everywhere), often[:, :, everywhere])
    dataset = label(chosen, found, sweeps, settings).merge(described)
    dataset["rank_correlation"] = xr.Variable(
        "target",
        correlation,
        {
            "long_name": "Spearman's correlation of trials with what the surrogate predicts for "
            "each from all others",
            "units": "1",
        },
    )
    return dataset.assign_attrs(way=SURROGATE, surrogate_check=" ".join(checks))


def _aimed(
    note: str,
    surrogate: Surrogate | None,
    aim: Aim,
    priced_as: tuple[str, Surrogate | None, np.ndarray],
    target: str,
    inside: np.ndarray,
    n_trials: int,
) -> tuple[str, Surrogate | None]:
    """Return why there is no surrogate of a goal, or an empty text, and it."""
    no_cost, cost, costs = priced_as
    if no_cost or not inside.any():
        return no_cost or "the surrogate knows no configuration that costs as little", None
    if target != "error" or surrogate is None or cost is None:
        return note, surrogate
    return note, priced(surrogate, cost, costs, aim.goal, inside, n_trials)


def obstacle_in_draws(n: int, goals: np.ndarray, settings: AnalysisSettings) -> str:
    """Say why a group has no index in the draws, in words; return an empty text where it has."""
    if n < settings.min_trials:
        return f"{counted(n, 'trials')}; at least {settings.min_trials} are needed"
    reached = goals.sum(axis=1)
    if np.quantile(reached, settings.significance) < settings.min_successes:
        return "too few of its configurations reach the goal in the surrogate"
    if np.median(reached) == goals.shape[1]:
        return "all of its configurations reach the goal in the surrogate"
    return ""


def _fill(
    found: Indices,
    place: tuple[int, int, int],
    points: xr.Dataset,
    space: Space,
    group: Group,
    goals: np.ndarray,
    surrogate: Surrogate,
    settings: AnalysisSettings,
) -> None:
    columns = group_columns(points, space, group)
    rows = [space.names.index(name) for name in columns.names]
    pairs = len(rows) > 1
    drawn = drawn_indices(columns.order_free, goals, settings.bandwidth, pairs=pairs)
    singles = single_indices_of_draws(columns, drawn, surrogate, settings)
    for name, values in singles.items():
        found.singles[name][place][rows] = values
    if columns.order_free != columns.columns:
        by_u = drawn_indices(columns.columns, goals, settings.bandwidth, pairs=False)
        singles = _summary(by_u, settings)
    for number, name in enumerate(PAPER):
        if name in singles:
            found.paper[(number, *place)][rows] = singles[name]
    if pairs:
        both = _above(drawn.pure_unbiased, settings)
        mattering = [
            both[i].any() and surrogate.matters(name) for i, name in enumerate(columns.names)
        ]
        both &= np.outer(mattering, mattering)
        valid = np.isfinite(drawn.hsic[:, 0])
        off = np.where(np.eye(len(rows), dtype=bool), np.nan, 0.0)
        both_ways = {
            "joint_hsic": drawn.joint_hsic[valid].mean(axis=0),
            "pure_interaction": drawn.pure_interaction[valid].mean(axis=0),
            "pure_found": both.astype(float),
        }
        found.pairs.put(place, rows, {name: values + off for name, values in both_ways.items()})


def single_indices_of_draws(
    columns: GroupColumns, drawn: DrawnIndices, surrogate: Surrogate, settings: AnalysisSettings
) -> dict[str, np.ndarray]:
    """Return the single indices of a group, those without a test, and which are found."""
    above = _above(drawn.hsic_unbiased, settings)
    found = [
        float(is_above and surrogate.matters(name))
        for is_above, name in zip(above, columns.names, strict=True)
    ]
    return {**_summary(drawn, settings), "found": np.array(found)}


def _summary(drawn: DrawnIndices, settings: AnalysisSettings) -> dict[str, np.ndarray]:
    tail = (1 - settings.confidence) / 2
    # In few draws of a small group no point may reach the goal, or all.
    valid = np.isfinite(drawn.hsic[:, 0])
    unbiased = drawn.hsic_unbiased[valid]
    low, high = np.quantile(unbiased, [tail, 1 - tail], axis=0)
    return {
        "hsic": drawn.hsic[valid].mean(axis=0),
        "hsic_unbiased": unbiased.mean(axis=0),
        "r2_hsic": drawn.r2_hsic[valid].mean(axis=0),
        "standard_error": unbiased.std(axis=0, ddof=1),
        "interval_low": np.maximum(low, 0.0),
        "interval_high": np.maximum(high, 0.0),
    }


def _above(unbiased: np.ndarray, settings: AnalysisSettings) -> np.ndarray:
    """Tell which indices are above 0 in all but a share of the draws."""
    return np.quantile(np.nan_to_num(unbiased), settings.significance, axis=0) > 0


def _sweeps(
    points: xr.Dataset, space: Space, goals: np.ndarray, settings: AnalysisSettings
) -> xr.Dataset:
    return drawn_sweeps(
        points,
        space,
        goals,
        n_points=settings.sweep_points,
        bandwidth=settings.bandwidth,
        min_successes=settings.min_successes,
    )
