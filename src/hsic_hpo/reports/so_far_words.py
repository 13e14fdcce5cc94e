"""What a reader of an explanation before the end must know."""

import xarray as xr

from hsic_hpo.sensitivity.still_open import still_open
from hsic_hpo.study.so_far import SoFar
from hsic_hpo.wording import counted, group_name, percent

_GROUPS = 4


def banner(so_far: SoFar) -> str:
    """Say how much of the random search an explanation rests on: ``"412 of 1000"``."""
    said = f"{so_far.trials.sizes['trial']} of {so_far.n_all} random trials"
    if so_far.rung_epoch is not None:
        return f"{said}, after epoch {so_far.rung_epoch}: an explanation before the end"
    if so_far.trials.sizes["trial"] == so_far.n_all:
        return f"{said}: the random search is complete"
    return f"{said}: an explanation before the end"


def caveats(so_far: SoFar, sensitivity: xr.Dataset) -> list[str]:
    """Say what was left out, and what the trials that are to come could still change.

    Parameters
    ----------
    so_far
        What was explained.
    sensitivity
        Sensitivity Dataset of it.
    """
    n, n_all = so_far.trials.sizes["trial"], so_far.n_all
    if so_far.rung_epoch is not None:
        return [
            f"After the rung at epoch {so_far.rung_epoch} the best go on training, and their "
            "errors may still change places: which are the best in the end, and so what matters, "
            "is open."
        ]
    if n == n_all:
        return []
    said = []
    left_out = so_far.n_finished - n
    if left_out:
        said.append(
            f"{counted(left_out, 'trials')} more finished, but began so lately that long "
            "trainings of the same time are still under way: they are left out until these have "
            "ended, as the short ones would otherwise outnumber the long ones."
        )
    said += _open(sensitivity, n_all)
    return said


def _open(sensitivity: xr.Dataset, n_all: int) -> list[str]:
    more = n_all - int(sensitivity["n_trials"])
    confidence = percent(float(sensitivity.attrs["confidence"]))
    states = still_open(sensitivity, n_all)
    said = []
    for label in states["group"].values[:_GROUPS]:
        group = states.sel(group=label)
        parts = []
        for state, words in (("gain", "may become significant"), ("lose", "may not stay so")):
            names = [str(name) for name in group["hyperparameter"].values[group.values == state]]
            if names:
                parts.append(f"{', '.join(names)} {words}")
        if parts:
            said.append(f"{'; '.join(parts)} ({group_name(str(label))})")
    if not said:
        return [
            f"By their {confidence} intervals, no decision of significance is likely to change "
            f"with the {more} trials to come."
        ]
    return [
        f"What the {more} trials to come could still change, by the {confidence} intervals so "
        f"far and the noise floor that all {n_all} trials will have: {'. '.join(said)}. "
        "Other decisions are not expected to change."
    ]
