"""Goals: which trials are among the best, or the worst, by error or by cost."""

import json
import sys
from dataclasses import dataclass

import numpy as np
import xarray as xr

from hsic_hpo.trials.costs import DEFAULT_COSTS
from hsic_hpo.trials.stopped import first_rung_errors, ranked_errors
from hsic_hpo.trials.variables import cost_values

SUBSETS = ("best", "worst")
# Sums in another order, means over repeats and numbers written as text differ in the last digits
# of sixteen: values that agree in thirteen are equal. Each is compared on its own scale, so that
# one of 1e300 makes no others equal.
_ROUNDING = 1e-13


@dataclass(frozen=True)
class Goal:
    """The trials that reach a goal.

    Attributes
    ----------
    reached
        ``(n,)`` of bool.
    threshold
        The value of the target up to which (best), or from which on (worst), a trial counts.
    """

    reached: np.ndarray
    threshold: float


def select_goal(values: np.ndarray, fraction: float, subset: str) -> Goal:
    """Select the fraction of trials with the lowest, or the highest, values.

    Parameters
    ----------
    values
        ``(n,)``, lower is better; infinite where a trial has no value, so that it ranks worst.
    fraction
        In (0, 1): round(fraction * n) trials are selected, at least one, and all that tie with
        the last of them, up to rounding.
    subset
        ``"best"`` or ``"worst"``. A trial without a value is never among the best.

    Returns
    -------
    Goal
        With a threshold of NaN when no trial has a value.
    """
    n_selected = number_selected(fraction, len(values))
    ranked = np.sort(values)
    if subset == "worst":
        last = float(ranked[-n_selected])
        reached = values >= last - _rounding(last)
        return Goal(reached, float(values[reached].min()))
    finite = ranked[np.isfinite(ranked)]
    if not finite.size:
        return Goal(np.zeros(len(values), dtype=bool), float("nan"))
    last = float(finite[min(n_selected, finite.size) - 1])
    reached = np.isfinite(values) & (values <= last + _rounding(last))
    return Goal(reached, float(values[reached].max()))


def number_selected(fraction: float, n: int) -> int:
    """Return how many of n trials a fraction in (0, 1) selects where no values tie."""
    return max(1, round(fraction * n))


def _rounding(value: float) -> float:
    # Near the largest number, a Python float becomes infinite without a warning.
    return min(abs(value), sys.float_info.max) * _ROUNDING


def target_names(trials: xr.Dataset) -> tuple[str, ...]:
    """Return what trials are judged by: ``"error"``, then the costs.

    The attribute ``costs`` names them as a JSON list; without it they are ``flops`` and
    ``train_seconds``.
    """
    named = trials.attrs.get("costs")
    return ("error", *(DEFAULT_COSTS if named is None else json.loads(named)))


def cost_names(sensitivity: xr.Dataset) -> list[str]:
    """Return the costs among the targets of a sensitivity Dataset."""
    return [str(name) for name in sensitivity["target"].values if name != "error"]


def is_tested(sensitivity: xr.Dataset) -> bool:
    """Tell whether indices were tested on random trials, not found through a surrogate."""
    return str(sensitivity.attrs.get("way", "direct")) != "surrogate"


def has_both(sensitivity: xr.Dataset) -> bool:
    """Tell whether what a surrogate found stands beside exact tests of the same trials."""
    return is_tested(sensitivity) and "surrogate_found" in sensitivity


def is_found(sensitivity: xr.Dataset) -> xr.DataArray:
    """Tell which indices are significant or, through a surrogate, found."""
    return sensitivity["significant" if is_tested(sensitivity) else "found"] == 1


def interacts(sensitivity: xr.Dataset) -> xr.DataArray:
    """Tell which pairs have a pure interaction that is significant or, by a surrogate, found."""
    if not is_tested(sensitivity):
        return sensitivity["pure_found"] == 1
    return sensitivity["pure_p_value_adjusted"] <= float(sensitivity.attrs["significance"])


def target_values(trials: xr.Dataset, target: str, subset: str = "best") -> np.ndarray:
    """Return the value of a target for each trial.

    Parameters
    ----------
    trials
        Trials Dataset.
    target
        ``"error"`` (validation error, mean over repeats) or a cost, see
        :func:`hsic_hpo.trials.variables.cost_values`.
    subset
        Which end is asked for: the best trials of a halved search are known by their errors where
        each was stopped, the worst by those of the first rung, see :mod:`hsic_hpo.trials.stopped`.

    Returns
    -------
    numpy.ndarray
        ``(n_trials,)``: infinite where there is no value, as for the error of a trial that
        diverged or failed.
    """
    if target == "error":
        return first_rung_errors(trials) if subset == "worst" else ranked_errors(trials)
    values = cost_values(trials, target)
    return np.where(np.isnan(values), np.inf, values)


def worst_for_missing(values: np.ndarray) -> np.ndarray:
    """Replace infinite or missing values by the worst finite one, or by 0 where none is finite.

    Parameters
    ----------
    values
        ``(n,)``, lower is better.
    """
    finite = np.isfinite(values)
    return np.where(finite, values, values[finite].max() if finite.any() else 0.0)
