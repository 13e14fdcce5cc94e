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
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import xarray as xr

from hsic_hpo.indices.features import Column
from hsic_hpo.indices.hsic import hsic
from hsic_hpo.indices.inference import confidence_interval
from hsic_hpo.indices.permutation import PermutationTest, permutation_test
from hsic_hpo.sensitivity.columns import GroupColumns, group_columns
from hsic_hpo.sensitivity.pairs import Pairs
from hsic_hpo.sensitivity.settings import AnalysisSettings
from hsic_hpo.sensitivity.sweeps import range_sweeps
from hsic_hpo.spaces.space import Space
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

DIRECT, SURROGATE = "direct", "surrogate"
"""The two ways to an explanation, attribute ``way``: from the trials themselves, or through a
surrogate of their error (:mod:`hsic_hpo.sensitivity.through_surrogate`)."""

_FAMILY = "over the hyperparameters of the group"
SINGLES = {
    "hsic": "HSIC with reaching the goal by the value alone: exact over the bins of discrete "
    "values, free of the order of a categorical's levels, V-statistic",
    "hsic_unbiased": "the same, U-statistic",
    "r2_hsic": "R2-HSIC: hsic over its largest value",
    "standard_error": "standard error of hsic_unbiased",
    "interval_low": "lower end of the confidence interval around hsic_unbiased",
    "interval_high": "upper end of the confidence interval around hsic_unbiased",
    "p_value": "permutation p-value of hsic",
    "p_value_adjusted": f"p-value of hsic, max-T adjusted {_FAMILY}",
    "p_value_bh": f"p-value of hsic, Benjamini-Hochberg adjusted {_FAMILY}",
    "noise_floor": "value that hsic exceeds by chance with the probability of the significance",
    "significant": "1 where p_value_adjusted is at most the significance, else 0",
    "found": "1 where the hyperparameter matters by the evidence that there is, else 0",
}
PAPER = tuple(name for name in SINGLES if name not in ("significant", "found"))
PAIRS = {
    "joint_hsic": "HSIC of a pair of hyperparameters, by their values, with reaching the goal",
    "joint_p_value": "permutation p-value of joint_hsic",
    "joint_noise_floor": "noise floor of joint_hsic",
    "pure_interaction": "pure interaction of a pair, by their values, in reaching the goal",
    "pure_p_value": "permutation p-value of pure_interaction",
    "pure_p_value_adjusted": "p-value of pure_interaction, max-T adjusted over the group's pairs",
    "pure_noise_floor": "noise floor of pure_interaction",
    "pure_found": "1 where the pair interacts by the evidence that there is, else 0",
}
_SINGLE_DIMS = ("group", "target", "subset", "hyperparameter")
_CARRIED = (
    "study",
    "problem",
    "space",
    "error_name",
    "error_units",
    "metric",
    "direction",
    "data_fingerprint",
)


@dataclass(frozen=True)
class Indices:
    """What a sensitivity Dataset holds beside the range sweeps, as arrays.

    Attributes
    ----------
    singles
        Over group, target, subset and hyperparameter, under the names of :data:`SINGLES`.
    paper
        The same over the statistics of :data:`PAPER` first, by the u that was drawn.
    pairs
        Over partner as well, under the names of :data:`PAIRS`.
    n
        Trials of each group.
    m
        Trials that reach the goal, over group, target and subset.
    note
        Why there is no index, empty where there is one, likewise.
    threshold
        Value of the target that reaches the goal, over target and subset.
    """

    singles: dict[str, np.ndarray]
    paper: np.ndarray
    pairs: Pairs
    n: np.ndarray
    m: np.ndarray
    note: np.ndarray
    threshold: np.ndarray

    @classmethod
    def missing(cls, n_groups: int, n_targets: int, d: int) -> "Indices":
        """Return indices of which none is known yet."""
        shape = (n_groups, n_targets, len(SUBSETS), d)
        return cls(
            {name: np.full(shape, np.nan) for name in SINGLES},
            np.full((len(PAPER), *shape), np.nan),
            Pairs((*shape, d), list(PAIRS)),
            np.zeros(n_groups, dtype=int),
            np.zeros(shape[:3], dtype=int),
            np.full(shape[:3], "", dtype=object),
            np.full(shape[1:3], np.nan),
        )


def analyse(trials: xr.Dataset, settings: AnalysisSettings) -> xr.Dataset:
    """Compute all sensitivity indices of a search.

    Parameters
    ----------
    trials
        Trials Dataset. Trials that diverged or failed rank worst by error.
    settings
        They become attributes of the Dataset.

    Returns
    -------
    xarray.Dataset
        Single indices over ``(group, target, subset, hyperparameter)``, by the value alone
        (:data:`SINGLES`); the same statistics of the paper's own index, by the u that was drawn,
        as ``paper`` over ``statistic`` as well; pairs over ``partner`` as well; range sweeps over
        ``(sweep, end, point)`` (see :func:`hsic_hpo.sensitivity.sweeps.range_sweeps`); the numbers
        of trials ``n(group)`` and of those that reach the goal ``m(group, target, subset)``, and a
        ``note`` where an index is missing.
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
            values = target_values(trials, target)
            for s, subset in enumerate(SUBSETS):
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
                if no_index or columns is None:
                    continue
                rows = [position[name] for name in columns.names]
                test = tested(columns, reached, settings, pairs=len(rows) > 1)
                by_value = single_indices(columns.order_free, reached, test, settings)
                for name, given in by_value.items():
                    found.singles[name][g, t, s, rows] = given
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
        Arrays ``(d,)`` under the names of :data:`SINGLES`.
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


def _labelled_paper(values: np.ndarray) -> xr.Variable:
    described = {"long_name": "the paper's own index, by the u that was drawn", "units": "1"}
    return xr.Variable(("statistic", *_SINGLE_DIMS), values, described)


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


def label(
    trials: xr.Dataset, found: Indices, sweeps: xr.Dataset, settings: AnalysisSettings
) -> xr.Dataset:
    """Put indices together as a sensitivity Dataset, see :func:`analyse`."""
    space, judged_by = trials_data.space(trials), target_names(trials)
    dataset = _label(space, judged_by, found.singles, found.pairs.arrays()).merge(sweeps)
    dataset["paper"] = _labelled_paper(found.paper)
    dataset["statistic"] = ("statistic", list(PAPER), {"long_name": "statistic of an index"})
    counted = ("group", "target", "subset")
    dataset["n"] = xr.Variable("group", found.n, {"long_name": "trials of the group", "units": "1"})
    dataset["m"] = xr.Variable(
        counted, found.m, {"long_name": "trials of the group that reach the goal", "units": "1"}
    )
    dataset["note"] = xr.Variable(counted, found.note, {"long_name": "why there is no index"})
    dataset["threshold"] = xr.Variable(
        counted[1:],
        found.threshold,
        {"long_name": "value of the target at the goal fraction of all trials", "units": "target"},
    )
    status = trials["status"]
    for outcome in ("diverged", "failed"):
        count = int((status == outcome).any("repeat").sum())
        dataset[f"n_{outcome}"] = xr.Variable(
            (), count, {"long_name": f"trials that {outcome}", "units": "1"}
        )
    dataset["n_trials"] = xr.Variable(
        (), trials.sizes["trial"], {"long_name": "trials", "units": "1"}
    )
    carried = {name: trials.attrs[name] for name in _CARRIED if name in trials.attrs}
    return dataset.assign_attrs({**carried, **asdict(settings)})


def _label(
    space: Space,
    judged_by: Sequence[str],
    singles: Mapping[str, np.ndarray],
    pairs: Mapping[str, Any],
) -> xr.Dataset:
    names = np.array(space.names, dtype=object)
    variables = {
        name: xr.Variable(kept, values, {"long_name": descriptions[name], "units": "1"})
        for kept, found, descriptions in (
            (_SINGLE_DIMS, singles, SINGLES),
            ((*_SINGLE_DIMS, "partner"), pairs, PAIRS),
        )
        for name, values in found.items()
    }
    labels = np.array([group.label for group in space.groups()], dtype=object)
    coords = {
        "group": ("group", labels, {"long_name": "conditional group"}),
        "target": ("target", np.array(judged_by, dtype=object), {"long_name": "target"}),
        "subset": (
            "subset",
            np.array(SUBSETS, dtype=object),
            {"long_name": "which fraction of the trials reaches the goal"},
        ),
        "hyperparameter": ("hyperparameter", names, {"long_name": "hyperparameter"}),
        "partner": ("partner", names, {"long_name": "other hyperparameter of a pair"}),
    }
    return xr.Dataset(variables, coords)
