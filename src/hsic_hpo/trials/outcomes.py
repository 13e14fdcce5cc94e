"""How the trials of a search ended, in words."""

import numpy as np
import xarray as xr

from hsic_hpo import wording
from hsic_hpo.trials.stopped import is_stopped


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


def stops_in_words(trials: xr.Dataset) -> str:
    """Return how many trials were stopped after which epochs; empty where none was."""
    stopped = is_stopped(trials)
    if not stopped.any():
        return ""
    ends, counts = np.unique(
        trials["epochs"].max("repeat").values[stopped].astype(int), return_counts=True
    )
    after = ", ".join(f"{n} after epoch {end}" for end, n in zip(ends, counts, strict=True))
    return f"{stopped.sum()} stopped ({after})"
