"""What an analysis computed, labelled: the sensitivity Dataset, by whichever way it came about."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import xarray as xr

from hsic_hpo.sensitivity.pairs import Pairs
from hsic_hpo.sensitivity.settings import AnalysisSettings
from hsic_hpo.spaces.space import Space
from hsic_hpo.trials import dataset as trials_data
from hsic_hpo.trials.goals import SUBSETS, target_names
from hsic_hpo.trials.stopped import is_stopped

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
    "pure_p_value": "p-value of pure_interaction, by random signs of the trials",
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
    "rungs",
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


def _labelled_paper(values: np.ndarray) -> xr.Variable:
    described = {"long_name": "the paper's own index, by the u that was drawn", "units": "1"}
    return xr.Variable(("statistic", *_SINGLE_DIMS), values, described)


def label(
    trials: xr.Dataset, found: Indices, sweeps: xr.Dataset, settings: AnalysisSettings
) -> xr.Dataset:
    """Put indices together as a sensitivity Dataset."""
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
    stopped = is_stopped(trials)
    if stopped.any():
        dataset["n_stopped"] = xr.Variable(
            (), stopped.sum(), {"long_name": "trials that were stopped by a halving", "units": "1"}
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


def beside(sensitivity: xr.Dataset, surrogate: xr.Dataset) -> xr.Dataset:
    """Put what a surrogate found beside the exact tests of the same trials.

    Parameters
    ----------
    sensitivity
        Sensitivity Dataset of :func:`hsic_hpo.sensitivity.analysis.analyse`; all that it holds
        stays as it is.
    surrogate
        Dataset of :func:`hsic_hpo.sensitivity.beside_tests.found_beside_tests`.
    """
    return sensitivity.merge(surrogate).assign_attrs(surrogate.attrs)
