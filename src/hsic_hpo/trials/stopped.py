"""Trials that a halving stopped, and by which error each trial ranks.

A stopped trial has not failed: it has the error that it had reached, and ranks behind all that went
further. Goals, analyses and surrogates take it in that place; nothing is chosen from it, as it has
no final network.
"""

import json

import numpy as np
import xarray as xr

from hsic_hpo.trials import dataset as trials_data
from hsic_hpo.trials.dataset import STOPPED
from hsic_hpo.trials.variables import mean_over_repeats

# Values that agree in thirteen digits tie, see hsic_hpo.trials.goals.
_BEHIND = 1e-12


def is_stopped(trials: xr.Dataset) -> np.ndarray:
    """Tell which trials were stopped, ``(n_trials,)`` of bool; one that failed was not."""
    status = trials["status"]
    failed = status.isin(["failed", "diverged"]).any("repeat")
    return ((status == STOPPED).any("repeat") & ~failed).values


def first_rung(trials: xr.Dataset) -> int:
    """Return the epoch of the first rung, 0 where the search was not halved."""
    rungs = json.loads(trials.attrs.get("rungs", "[]"))
    return int(rungs[0]["epochs"]) if rungs else 0


def ranked_errors(trials: xr.Dataset) -> np.ndarray:
    """Return one validation error per trial by which it ranks.

    Returns
    -------
    numpy.ndarray
        ``(n_trials,)``: as :func:`hsic_hpo.trials.dataset.error`, but of a stopped trial the error
        that it had reached. Without early stopping an error may rise again: one that lies before
        that of a trial that went further counts as just behind it.
    """
    errors = trials_data.error(trials)
    stopped = is_stopped(trials)
    if not stopped.any():
        return errors
    known = trials["validation_error"].where(trials["status"].isin(["ok", STOPPED]))
    reached = mean_over_repeats(trials, known).values
    length = trials["epochs"].max("repeat").values
    for end in np.unique(length[stopped])[::-1]:
        here = stopped & (length == end)
        further = errors[np.isfinite(errors) & (length > end)]
        last = further.max() if further.size else -np.inf
        errors[here] = np.where(reached[here] > last, reached[here], last + abs(last) * _BEHIND)
    return errors


def first_rung_errors(trials: xr.Dataset) -> np.ndarray:
    """Return one validation error per trial, as of the first rung, which all trials reached.

    The worst trials are known by no other: later ones were no longer trained.

    Returns
    -------
    numpy.ndarray
        ``(n_trials,)``, infinite where a trial had failed or diverged by then; the final errors
        where trials were not halved.
    """
    end = first_rung(trials)
    return errors_after(trials, end) if end else trials_data.error(trials)


def errors_after(trials: xr.Dataset, epoch: int) -> np.ndarray:
    """Return one validation error per trial, as if all trainings had ended after an epoch.

    Parameters
    ----------
    trials
        Trials Dataset with learning curves.
    epoch
        Counted from 1. A training that ended by itself before keeps its error.

    Returns
    -------
    numpy.ndarray
        ``(n_trials,)``, as a study ranks them: with early stopping the lowest error until then,
        else the last one. Infinite where a trial had failed or diverged by then, was stopped by a
        halving before it came that far, or has no learning curve.
    """
    curve = trials["learning_curve"].isel(epoch=slice(epoch))
    lasted = trials["epochs"].clip(max=epoch)
    budget = json.loads(trials.attrs.get("budget", "{}"))
    early = budget.get("early_stopping") is not None
    then = curve.min("epoch") if early else curve.where(trials["epoch"] == lasted).max("epoch")
    known = then.where(has_error_after(trials, epoch), np.inf)
    return mean_over_repeats(trials, known).fillna(np.inf).values


def has_error_after(trials: xr.Dataset, epoch: int) -> xr.DataArray:
    """Tell which trainings had an error after an epoch, over ``trial`` and ``repeat``.

    Not those that had failed or diverged by then, or that a halving stopped before.
    """
    ended_well = (trials["status"] == "ok") | (trials["epochs"] > epoch)
    return ended_well | ((trials["status"] == STOPPED) & (trials["epochs"] >= epoch))
