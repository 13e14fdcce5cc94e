"""How the trials of a search ended, in words."""

import numpy as np
import xarray as xr

from hsic_hpo.trials.outcomes import outcomes


def test_trial_counts_once_whatever_its_repeats():
    status = [["ok", "ok"], ["diverged", "failed"], ["ok", "diverged"], ["failed", "failed"]]
    trials = xr.Dataset({"status": (("trial", "repeat"), np.array(status, dtype=object))})
    assert outcomes(trials) == "4 trials of 2 trainings each: 1 ok, 1 diverged, 2 failed"


def test_trials_may_have_fewer_repeats_or_be_pruned():
    dims = ("trial", "repeat")
    trials = xr.Dataset(
        {
            "status": (dims, [["ok", "ok"], ["ok", "absent"], ["failed", "absent"]]),
            "reason": (dims, [["", ""], ["", ""], ["pruned", ""]]),
        }
    )
    assert outcomes(trials) == (
        "3 trials of up to 2 trainings each: 2 ok, 0 diverged, 0 failed, 1 pruned"
    )
