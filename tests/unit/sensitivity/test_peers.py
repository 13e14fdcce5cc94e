"""Rankings by other measures, where the truth is known."""

import numpy as np
import pytest
import xarray as xr
from scipy.stats import spearmanr

from hsic_hpo.errors import InputError
from hsic_hpo.sensitivity.analysis import analyse
from hsic_hpo.sensitivity.peers import compare_measures
from small_search import SETTINGS, search

TRIALS = search(400)
ALWAYS = ["n_layers", "n_units", "activation", "optimizer", "learning_rate"]


@pytest.fixture(scope="module")
def sensitivity() -> xr.Dataset:
    return analyse(TRIALS, SETTINGS)


@pytest.fixture(scope="module")
def peers(sensitivity: xr.Dataset) -> xr.Dataset:
    return compare_measures(TRIALS, sensitivity, seed=3)


def test_those_that_exist_in_every_trial_are_compared(peers: xr.Dataset) -> None:
    assert peers["hyperparameter"].values.tolist() == ALWAYS
    assert peers["measure"].values.tolist() == ["hsic-best", "hsic-worst", "ped-anova", "fanova"]


@pytest.mark.parametrize("measure", ["hsic-best", "ped-anova", "fanova"])
def test_every_measure_finds_the_two_that_decide(measure: str, peers: xr.Dataset) -> None:
    rank = peers["rank"].sel(measure=measure)
    assert {int(rank.sel(hyperparameter=n)) for n in ("learning_rate", "optimizer")} == {1, 2}


def test_shares_sum_to_one_and_ranks_follow_them(peers: xr.Dataset) -> None:
    np.testing.assert_allclose(peers["importance"].sum("hyperparameter"), 1.0, atol=1e-12)
    for measure in peers["measure"].values:
        one = peers.sel(measure=measure)
        by_rank = one["importance"].values[np.argsort(one["rank"].values)]
        assert (np.diff(by_rank) <= 0).all()
        assert sorted(one["rank"].values) == [1, 2, 3, 4, 5]


def test_shares_of_hsic_are_those_of_its_debiased_index(
    sensitivity: xr.Dataset, peers: xr.Dataset
) -> None:
    found = sensitivity["hsic_unbiased"].sel(
        group="all", target="error", subset="best", hyperparameter=ALWAYS
    )
    positive = found.clip(min=0).values
    np.testing.assert_allclose(peers["importance"][0], positive / positive.sum(), rtol=1e-12)


def test_correlations_are_those_of_the_shares(peers: xr.Dataset) -> None:
    correlation = peers["rank_correlation"]
    np.testing.assert_array_equal(correlation, correlation.values.T)
    expected = spearmanr(peers["importance"][0], peers["importance"][2]).statistic
    assert float(correlation[0, 2]) == pytest.approx(expected)


def test_the_same_seed_gives_the_same_dataset(sensitivity: xr.Dataset, peers: xr.Dataset) -> None:
    xr.testing.assert_identical(compare_measures(TRIALS, sensitivity, seed=3), peers)


def test_failed_trainings_do_not_hinder_it() -> None:
    trials = search(400, error=lambda c: None if c["n_layers"] == 8 else c["learning_rate"])
    peers = compare_measures(trials, analyse(trials, SETTINGS), seed=0)
    assert int(peers["rank"].sel(measure="hsic-best", hyperparameter="learning_rate")) == 1
    assert np.isfinite(peers["importance"]).all()


def test_without_any_index_it_says_so() -> None:
    trials = search(20)
    with pytest.raises(InputError, match="no hyperparameter that exists in every trial"):
        compare_measures(trials, analyse(trials, SETTINGS), seed=0)
