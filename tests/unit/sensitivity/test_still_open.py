"""Which decisions further trials could change, against what they do change."""

import numpy as np
import pandas as pd
import xarray as xr

import hsic_hpo as hh
from hsic_hpo.sensitivity.explanation import explain_one_way
from hsic_hpo.sensitivity.settings import AnalysisSettings
from hsic_hpo.sensitivity.still_open import still_open

N_ALL = 800
TESTS = AnalysisSettings(n_permutations=199)
SPACE = hh.Space({name: hh.Float(0, 1) for name in ("strong", "weak", "idle")})


def drawn(seed: int) -> xr.Dataset:
    u = np.random.default_rng(seed).random((N_ALL, 3))
    error = 3 * u[:, 0] + 0.6 * u[:, 1] + np.random.default_rng(seed + 1000).random(N_ALL)
    frame = {name: u[:, i] for i, name in enumerate(SPACE.names)}
    return hh.trials_from_frame(pd.DataFrame({**frame, "error": error}), SPACE, error="error")


def test_settled_decisions_stay_and_all_that_change_were_open() -> None:
    flips = surprises = settled = 0
    for seed in range(8):
        trials = drawn(seed)
        early = explain_one_way(trials.isel(trial=slice(100)), TESTS, "random")
        late = explain_one_way(trials, TESTS, "random")
        state = still_open(early, N_ALL).sel(group="all")
        assert state.sel(hyperparameter="strong") == ""
        at = {"group": "all", "target": "error", "subset": "best"}
        changed = early["significant"].sel(at) != late["significant"].sel(at)
        flips += int(changed.sum())
        surprises += int((changed & (state == "")).sum())
        settled += int((state == "").sum())
        for name in state["hyperparameter"].values[state.values == "gain"]:
            assert early["significant"].sel(at).sel(hyperparameter=name) == 0
    assert flips >= 3
    assert surprises <= 1
    assert settled >= 8


def test_nothing_is_open_that_all_trials_have_settled() -> None:
    found = explain_one_way(drawn(0), TESTS, "random")
    states = still_open(found, N_ALL).sel(group="all")
    assert states.sel(hyperparameter="strong") == ""
