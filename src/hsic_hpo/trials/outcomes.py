"""How the trials of a search ended, in words."""

import json

import numpy as np
import xarray as xr

from hsic_hpo.trials.stopped import is_stopped
from hsic_hpo.wording import counted, pruned


def outcomes(trials: xr.Dataset) -> str:
    """Return how trials ended: ``"200 trials: 196 ok, 3 diverged, 1 failed"``.

    A trial counts once, as failed when any of its repeats failed, else as diverged when any did;
    of trials from elsewhere those that were pruned are told from those that failed, and of a halved
    search those that were stopped stand at the end: ``"28 stopped (16 after epoch 10, 12 after
    epoch 30)"``.
    """
    stopped = is_stopped(trials)
    ended = trials.isel(trial=~stopped)
    failed = (ended["status"] == "failed").any("repeat")
    diverged = (ended["status"] == "diverged").any("repeat") & ~failed
    n_failed, n_diverged, n_pruned = int(failed.sum()), int(diverged.sum()), pruned(ended)
    repeats = trials.sizes["repeat"]
    most = "up to " if (trials["status"] == "absent").any() else ""
    each = "" if repeats == 1 else f" of {most}{repeats} trainings each"
    parts = [
        f"{ended.sizes['trial'] - n_diverged - n_failed} ok",
        f"{n_diverged} diverged",
        f"{n_failed - n_pruned} failed",
    ]
    if n_pruned:
        parts.append(f"{n_pruned} pruned")
    if stopped.any():
        parts.append(stops_in_words(trials))
    return f"{counted(trials.sizes['trial'], 'trials')}{each}: {', '.join(parts)}"


def looks_in_words(trials: xr.Dataset) -> str:
    """Say when a random search that was looked at ended, and what that saved; else empty."""
    if "looks" not in trials.attrs:
        return ""
    said = json.loads(trials.attrs["looks"])
    at, planned, looks = said["settled_at"], said["n_planned"], said["looks"]
    if not at or said["n_trials"] == planned:
        last = "at the last one" if at else "but not settled"
        return f"Looked at {looks} times, {last}: no training was saved."
    saved = counted((planned - said["n_trials"]) * trials.sizes["repeat"], "trainings")
    return (
        f"Settled at look {at} of {looks}, after {said['n_trials']} of {planned} trials: {saved} "
        "saved."
    )


def stops_in_words(trials: xr.Dataset) -> str:
    """Return how many trials were stopped after which epochs; empty where none was."""
    if "rungs" not in trials.attrs or not (stopped := is_stopped(trials)).any():
        return ""
    ends, counts = np.unique(
        trials["epochs"].max("repeat").values[stopped].astype(int), return_counts=True
    )
    after = ", ".join(f"{n} after epoch {end}" for end, n in zip(ends, counts, strict=True))
    return f"{stopped.sum()} stopped ({after})"
