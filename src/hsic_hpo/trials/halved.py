"""Whole trainings as a halving would have left them: what it costs and keeps, before it is run."""

import json
from collections.abc import Sequence

import numpy as np
import xarray as xr

from hsic_hpo.errors import InputError
from hsic_hpo.trials.dataset import STOPPED
from hsic_hpo.trials.halving import labelled
from hsic_hpo.trials.rungs import Rung, n_kept, survivors
from hsic_hpo.trials.stopped import has_error_after
from hsic_hpo.trials.variables import mean_over_repeats


def halved(trials: xr.Dataset, rungs: Sequence[Rung]) -> xr.Dataset:
    """Return trials that trained to their end as a halving would have left them.

    Parameters
    ----------
    trials
        Trials Dataset of whole trainings, with their learning curves.
    rungs
        In the order of their epochs, see :func:`hsic_hpo.trials.rungs.check_rungs`.

    Returns
    -------
    xarray.Dataset
        The trials Dataset of a study with these rungs: ``status`` is ``"stopped"`` where one would
        have been, with the validation error, the learning curve, the ``epochs`` and, in proportion
        to these, the ``train_seconds`` up to that rung, and without a test error. ``rung(trial)``
        counts the rung after which a trial was stopped from 1, 0 where it was not; the attribute
        ``rungs`` is the JSON list of them.

    Raises
    ------
    InputError
        When the trials have no learning curves.
    """
    curves = trials["learning_curve"].transpose("trial", "repeat", "epoch")
    if not np.isfinite(curves.values).any():
        raise InputError("rungs: these trials have no learning curves, by which they are compared")
    stopped_after = np.zeros(trials.sizes["trial"], dtype=int)
    lasted = trials["epochs"].transpose("trial", "repeat")
    left = np.zeros(lasted.shape, dtype=bool)
    for number, rung in enumerate(rungs, start=1):
        errors = np.where(stopped_after == 0, lowest_by(trials, rung.epochs), np.nan)
        going_on = survivors(errors, n_kept(rung, len(errors)))
        unfinished = (lasted > rung.epochs).values
        ends = ~going_on & np.isfinite(errors) & unfinished.any(axis=1)
        stopped_after[ends] = number
        left |= ends[:, None] & unfinished
    return _left(trials, rungs, stopped_after, xr.DataArray(left, dims=("trial", "repeat")))


def lowest_by(trials: xr.Dataset, epoch: int) -> np.ndarray:
    """Return the lowest validation error that each trial had reached by an epoch.

    Parameters
    ----------
    trials
        Trials Dataset with learning curves.
    epoch
        Counted from 1.

    Returns
    -------
    numpy.ndarray
        ``(n_trials,)``, the mean over repeats; NaN where one of them had failed or diverged by
        then, or was stopped before.
    """
    curves = trials["learning_curve"].isel(epoch=slice(epoch))
    return mean_over_repeats(
        trials, curves.min("epoch").where(has_error_after(trials, epoch))
    ).values


def _left(
    trials: xr.Dataset, rungs: Sequence[Rung], stopped_after: np.ndarray, left: xr.DataArray
) -> xr.Dataset:
    ends = np.array([0, *(rung.epochs for rung in rungs)])[stopped_after]
    end = xr.DataArray(ends, dims="trial")
    until = trials["learning_curve"].where(trials["epoch"] <= end)
    early = json.loads(trials.attrs.get("budget", "{}")).get("early_stopping") is not None
    reached = until.min("epoch") if early else until.where(trials["epoch"] == end).max("epoch")
    reason = xr.DataArray([f"stopped after epoch {one}" for one in ends], dims="trial")
    left_trials = trials.assign(
        status=trials["status"].astype(object).where(~left, STOPPED),
        reason=trials["reason"].astype(object).where(~left, reason),
        validation_error=trials["validation_error"].where(~left, reached),
        test_error=trials["test_error"].where(~left),
        train_seconds=trials["train_seconds"].where(
            ~left, trials["train_seconds"] * end / trials["epochs"]
        ),
        epochs=trials["epochs"].where(~left, end),
        learning_curve=trials["learning_curve"].where(~left, until),
    )
    return labelled(left_trials, rungs)
