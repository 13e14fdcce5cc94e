"""How the trials of a search ended, in words."""

import json

import numpy as np
import xarray as xr

from hsic_hpo import wording
from hsic_hpo.trials.stopped import is_stopped
from hsic_hpo.wording import counted


def outcomes(trials: xr.Dataset) -> str:
    """Return how trials ended, those included that a halving stopped.

    As :func:`hsic_hpo.wording.outcomes`, with ``"28 stopped (16 after epoch 10, 12 after epoch
    30)"`` at the end where any were.
    """
    stopped = is_stopped(trials)
    said = wording.outcomes(trials)
    if not stopped.any():
        return said
    whose = said.partition(": ")[0]
    others = wording.outcomes(trials.isel(trial=~stopped)).partition(": ")[2]
    return f"{whose}: {others}, {stops_in_words(trials)}"


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
