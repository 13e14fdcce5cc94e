"""The sensitivity analysis of a search: labelled indices of every hyperparameter of every group.

For each conditional group, each target (error and costs) and each subset (best and worst
fraction), the indices of :mod:`hsic_hpo.indices.hsic` with their tests and intervals. Indices are
compared within a group only ([1]_, Section 4.3). An index that does not exist is NaN, and a note
says why.

References
----------
.. [1] P. Novello, G. Poëtte, D. Lugato, P. M. Congedo, "Goal-oriented sensitivity analysis of
   hyperparameters in deep learning", Journal of Scientific Computing 94, 45 (2023).
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr

from hsic_hpo.indices.features import Column
from hsic_hpo.indices.hsic import hsic
from hsic_hpo.indices.inference import confidence_interval
from hsic_hpo.indices.permutation import PermutationTest, permutation_test
from hsic_hpo.sensitivity.columns import GroupColumns, group_columns
from hsic_hpo.sensitivity.labels import DIRECT, PAPER, Indices, label
from hsic_hpo.sensitivity.settings import AnalysisSettings
from hsic_hpo.sensitivity.sweeps import range_sweeps
from hsic_hpo.trials import dataset as trials_data
from hsic_hpo.trials.goals import (
    SUBSETS,
    Goal,
    number_selected,
    select_goal,
    target_names,
    target_values,
)
from hsic_hpo.trials.groups import in_group
from hsic_hpo.wording import counted


def analyse(trials: xr.Dataset, settings: AnalysisSettings, only: str | None = None) -> xr.Dataset:
    """Compute all sensitivity indices of a search.

    Parameters
    ----------
    trials
        Trials Dataset. Trials that diverged or failed rank worst by error.
    settings
        They become attributes of the Dataset.
    only
        ``"best"`` or ``"worst"``: only this subset has indices, by the value alone, and pairs by
        error alone, which is quicker where there are very many trials. None: all.

    Returns
    -------
    xarray.Dataset
        Single indices over ``(group, target, subset, hyperparameter)``, by the value alone
        (:data:`hsic_hpo.sensitivity.labels.SINGLES`); the same statistics of the paper's own index,
        by the u that was drawn, as ``paper`` over ``statistic`` as well; pairs over ``partner`` as
        well; range sweeps over ``(sweep, end, point)`` (see
        :func:`hsic_hpo.sensitivity.sweeps.range_sweeps`); the numbers of trials ``n(group)`` and of
        those that reach the goal ``m(group, target, subset)``, and a ``note`` where an index is
        missing.
    """
    space = trials_data.space(trials)
    groups, names, judged_by = space.groups(), space.names, target_names(trials)
    found = Indices.missing(len(groups), len(judged_by), len(names))
    n_reached = np.zeros((len(judged_by), len(SUBSETS)), dtype=int)
    position = {name: i for i, name in enumerate(names)}
    fraction = settings.goal_fraction
    for g, group in enumerate(groups):
        inside = in_group(trials, group)
        members = trials.isel(trial=inside)
        columns = group_columns(members, space, group) if inside.any() else None
        found.n[g] = inside.sum()
        for t, target in enumerate(judged_by):
            for s, subset in enumerate(SUBSETS):
                values = target_values(trials, target, subset)
                goal = select_goal(values, fraction, subset)
                found.threshold[t, s], n_reached[t, s] = goal.threshold, goal.reached.sum()
                reached = goal.reached[inside]
                if settings.group_threshold == "group" and inside.any():
                    reached = select_goal(values[inside], fraction, subset).reached
                found.m[g, t, s] = reached.sum()
                found.note[g, t, s] = obstacle(
                    reached, goal, target, settings.min_trials, settings.min_successes
                )
                no_index = found.note[g, t, s]
                if no_index and not group.conditions and found.n[g] >= settings.min_trials:
                    found.note[g, t, s] += fraction_advice(values, settings, subset)
                if no_index or columns is None or only not in (None, subset):
                    continue
                rows = [position[name] for name in columns.names]
                pairs = len(rows) > 1 and (only is None or target == "error")
                test = tested(columns, reached, settings, pairs=pairs)
                by_value = single_indices(columns.order_free, reached, test, settings)
                for name, given in by_value.items():
                    found.singles[name][g, t, s, rows] = given
                if only is None:
                    by_u = _by_drawn_u(columns, reached, settings, by_value)
                    found.paper[:, g, t, s, rows] = [by_u[name] for name in PAPER]
                found.pairs.put((g, t, s), rows, _pair_indices(test, settings.significance))
    sweeps = range_sweeps(
        trials,
        space,
        select_goal(target_values(trials, "error"), fraction, "best").reached,
        n_points=settings.sweep_points,
        bandwidth=settings.bandwidth,
        significance=settings.significance,
        min_successes=settings.min_successes,
    )
    dataset = label(trials, found, sweeps, settings)
    dataset["n_reached"] = xr.Variable(
        ("target", "subset"),
        n_reached,
        {"long_name": "trials, of all groups, that reach the goal", "units": "1"},
    )
    dataset["n_asked"] = xr.Variable(
        (),
        number_selected(fraction, trials.sizes["trial"]),
        {"long_name": "trials that reach the goal where no values tie", "units": "1"},
    )
    return dataset.assign_attrs(way=DIRECT)


def obstacle(
    reached: np.ndarray, goal: Goal, target: str, min_trials: int, min_successes: int
) -> str:
    """Say why a group has no index, in one sentence; return an empty text where it has one."""
    n, m = len(reached), int(reached.sum())
    if not np.isfinite(goal.threshold) and m == 0:
        return f"no trial has a value of {target}"
    if n < min_trials:
        return f"{counted(n, 'trials')}; at least {min_trials} are needed"
    if m < min_successes:
        return f"{m} of {n} trials reach the goal; at least {min_successes} are needed"
    if m == n:
        return f"all {n} trials reach the goal: {target} does not tell them apart"
    return ""


def fraction_advice(values: np.ndarray, settings: AnalysisSettings, subset: str) -> str:
    """Say which fraction has enough trials among the best, or the worst; "" where none is asked.

    Parameters
    ----------
    values
        ``(n,)`` of the target; infinite where a trial has none.
    settings
        Their fraction, and how many trials must reach the goal.
    subset
        ``"best"`` or ``"worst"``.
    """
    needed, n = settings.min_successes, len(values)
    fraction = math.ceil(100 * needed / n) / 100
    if round(settings.goal_fraction * n) >= needed or fraction >= 1:
        return ""
    m = int(select_goal(values, fraction, subset).reached.sum())
    return f": a fraction of {fraction:g} has {m}" if needed <= m < n else ""


def tested(
    columns: GroupColumns, reached: np.ndarray, settings: AnalysisSettings, *, pairs: bool
) -> PermutationTest:
    """Run the permutation test of a group's columns, and of their pairs, by the values alone."""
    return permutation_test(columns.order_free, reached, pairs=pairs, **_permutations(settings))


def single_indices(
    columns: Sequence[Column],
    reached: np.ndarray,
    test: PermutationTest,
    settings: AnalysisSettings,
) -> dict[str, np.ndarray]:
    """Return the single indices of a group.

    Parameters
    ----------
    columns
        Of d hyperparameters and n trials.
    reached
        ``(n,)`` of bool: which trials reach the goal.
    test
        The permutation test of these columns.
    settings
        See :func:`analyse`.

    Returns
    -------
    dict
        Arrays ``(d,)`` under the names of :data:`~hsic_hpo.sensitivity.labels.SINGLES`.
    """
    bandwidth, single = settings.bandwidth, test.single
    significant = (single.p_value_max_t <= settings.significance).astype(float)
    interval = confidence_interval(
        columns, reached, bandwidth=bandwidth, confidence=settings.confidence
    )
    return {
        "hsic": single.statistic,
        "hsic_unbiased": interval.estimate,
        "r2_hsic": hsic(columns, reached, bandwidth=bandwidth, normalised=True),
        "standard_error": interval.standard_error,
        "interval_low": interval.low,
        "interval_high": interval.high,
        "p_value": single.p_value,
        "p_value_adjusted": single.p_value_max_t,
        "p_value_bh": single.p_value_bh,
        "noise_floor": single.noise_floor,
        "significant": significant,
        "found": significant,
    }


def _by_drawn_u(
    columns: GroupColumns,
    reached: np.ndarray,
    settings: AnalysisSettings,
    by_value: dict[str, np.ndarray],
) -> dict[str, np.ndarray]:
    """Return the single indices by the u that was drawn, as the paper has them."""
    if columns.order_free == columns.columns:
        return by_value
    # The same seed draws the same permutations: all p-values share them.
    test = permutation_test(columns.columns, reached, pairs=False, **_permutations(settings))
    return single_indices(columns.columns, reached, test, settings)


def _pair_indices(test: PermutationTest, significance: float) -> dict[str, np.ndarray]:
    joint, pure = test.joint, test.pure
    if joint is None or pure is None:
        return {}
    pairs = {
        "joint_hsic": joint.statistic,
        "joint_p_value": joint.p_value,
        "joint_noise_floor": joint.noise_floor,
        "pure_interaction": pure.statistic,
        "pure_p_value": pure.p_value,
        "pure_p_value_adjusted": pure.p_value_max_t,
        "pure_noise_floor": pure.noise_floor,
        "pure_found": (pure.p_value_max_t <= significance).astype(float),
    }
    diagonal = np.eye(len(joint.statistic), dtype=bool)
    return {name: np.where(diagonal, np.nan, values) for name, values in pairs.items()}


def _permutations(settings: AnalysisSettings) -> dict[str, Any]:
    return {
        "seed": settings.seed,
        "n_permutations": settings.n_permutations,
        "bandwidth": settings.bandwidth,
        "level": settings.significance,
    }
