"""Indices of pairs: the same values, however many of them are missing."""

import numpy as np
import pytest
import xarray as xr

from hsic_hpo.figures.groups import MOST_GROUPS
from hsic_hpo.figures.importance import importance
from hsic_hpo.reports import frames
from hsic_hpo.reports.parallel import parallel_coordinates
from hsic_hpo.sensitivity import pairs
from hsic_hpo.sensitivity.analysis import analyse
from hsic_hpo.sensitivity.labels import PAIRS
from hsic_hpo.sensitivity.settings import AnalysisSettings
from hsic_hpo.tables.importance import importance_table
from hsic_hpo.trials import dataset as trials_data
from small_search import SETTINGS, search

QUICK = AnalysisSettings(n_permutations=19, min_trials=8, min_successes=1)


def test_a_part_of_what_is_kept_sparse_is_that_of_the_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    trials = search(200)
    whole = analyse(trials, SETTINGS)
    monkeypatch.setattr(pairs, "_MOST_KEPT_WHOLE", 0)
    sparse = analyse(trials, SETTINGS)
    names = whole["hyperparameter"].values
    for name in PAIRS:
        assert not sparse[name].variable._in_memory
        for part in (
            {"group": "all", "target": "error", "subset": "best"},
            {"target": "flops"},
            {"group": whole["group"].values[[2, 0]], "hyperparameter": names[[3, 1, 4]]},
            {"hyperparameter": names[1], "partner": names[[0, 2]], "subset": "worst"},
        ):
            np.testing.assert_array_equal(sparse[name].sel(part), whole[name].sel(part))
        mask = np.arange(len(names)) % 2 == 0
        np.testing.assert_array_equal(
            sparse[name].isel(hyperparameter=mask, partner=slice(1, 4)),
            whole[name].isel(hyperparameter=mask, partner=slice(1, 4)),
        )
    xr.testing.assert_identical(sparse.load(), whole)


def test_two_hundred_groups_fill_neither_memory_nor_a_page() -> None:
    spec = {"kind": {"type": "categorical", "levels": [f"k{i}" for i in range(200)]}}
    spec["lr"] = {"type": "float", "range": [0, 1]}
    for i in range(200):
        spec[f"x{i}"] = {"type": "float", "range": [0, 1], "when": {"kind": f"k{i}"}}
    trials = search(2400, spec=spec, error=lambda configuration: configuration["lr"])
    found = analyse(trials, QUICK)
    assert found.sizes["group"] == 201
    # Seven arrays of 400 MB each, were they whole.
    assert not any(found[name].variable._in_memory for name in PAIRS)
    table = importance_table(found)
    assert table["group"].nunique() == 201
    assert not any(found[name].variable._in_memory for name in PAIRS)
    assert (table["index"].notna() & (table["group"] != "all")).sum() > 100
    assert len(importance(found).axes) <= MOST_GROUPS + 2
    chart = parallel_coordinates(
        frames.trials_frame(trials, ()),
        trials_data.space(trials),
        frames.positions(trials, ()),
        frames.memberships(trials, ()),
        0.1,
    )
    points = next(
        rows for rows in chart["datasets"].values() if "u" in rows[0] and "row" in rows[0]
    )
    # Three values that exist a trial, and none of the 199 that do not.
    assert len(points) == 3 * 2400
