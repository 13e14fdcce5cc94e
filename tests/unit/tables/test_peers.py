"""The table of measures of importance states the Dataset."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from hsic_hpo.sensitivity.analysis import analyse
from hsic_hpo.sensitivity.peers import compare_measures
from hsic_hpo.tables.peers import peers_remark, peers_table
from small_search import SETTINGS, search


@pytest.fixture(scope="module")
def peers() -> xr.Dataset:
    trials = search(200)
    return compare_measures(trials, analyse(trials, SETTINGS), seed=0)


def test_rows_are_ordered_by_hsic_and_state_shares_and_ranks(peers: xr.Dataset) -> None:
    found = peers_table(peers)
    assert found["hsic_best_rank"].tolist() == list(range(1, peers.sizes["hyperparameter"] + 1))
    rows = found.set_index("hyperparameter")
    assert rows.loc["decay", "group"].startswith("optimizer in {adam")
    assert pd.isna(rows.loc["decay", "fanova_rank"])
    for measure in peers["measure"].values.tolist():
        one = peers.sel(measure=measure, hyperparameter=found["hyperparameter"].tolist())
        key = measure.replace("-", "_")
        np.testing.assert_array_equal(found[f"{key}_share"], one["importance"])
        ranks = found[f"{key}_rank"].astype(float).to_numpy()
        np.testing.assert_array_equal(ranks, one["rank"])


def test_the_remark_states_each_correlation_once(peers: xr.Dataset) -> None:
    text = peers_remark(peers)
    value = float(peers["rank_correlation"].sel(measure="hsic-best", other="ped-anova"))
    assert f"HSIC, best with condPED-ANOVA {value:.3g}" in text
    assert f"over the {peers.sizes['hyperparameter']} hyperparameters that have" in text
    assert "best 10 %" in text
    assert text.count(" with ") == 6


def test_an_undefined_correlation_is_called_so(peers: xr.Dataset) -> None:
    constant = peers.copy(deep=True)
    constant["rank_correlation"][0, 1] = np.nan
    assert "HSIC, best with HSIC, worst undefined" in peers_remark(constant)
