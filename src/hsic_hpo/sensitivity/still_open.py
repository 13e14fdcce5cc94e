"""Which decisions of significance further random trials could still change."""

import numpy as np
import xarray as xr

from hsic_hpo.trials.goals import is_found


def still_open(sensitivity: xr.Dataset, n_all: int) -> xr.DataArray:
    """Tell of which hyperparameters it is open whether they matter to reach the best.

    What chance reaches shrinks as one over the number of trials, the true index stays within its
    interval, with the confidence of that: a decision is settled where the whole interval lies on
    one side of what chance will reach among all trials (not in the paper).

    Parameters
    ----------
    sensitivity
        Sensitivity Dataset of n random trials.
    n_all
        How many there will be, at least n.

    Returns
    -------
    xarray.DataArray
        Over ``group`` and ``hyperparameter``: ``"gain"`` where one that is not significant may
        become so, ``"lose"`` where one that is may not stay so, empty where neither is likely.
    """
    best = sensitivity.sel(target="error", subset="best")
    shrinks = float(sensitivity["n_trials"]) / n_all
    # The interval is that of the unbiased index, to which chance adds on average as much as here.
    floor = (best["noise_floor"] - (best["hsic"] - best["hsic_unbiased"])) * shrinks
    found = is_found(sensitivity).sel(target="error", subset="best")
    lose = found & (best["interval_low"] <= floor)
    gain = ~found & (best["interval_high"] > floor)
    known = np.isfinite(best["hsic"])
    words = np.where(known & lose, "lose", np.where(known & gain, "gain", ""))
    return xr.DataArray(words, coords=found.coords, dims=found.dims)
