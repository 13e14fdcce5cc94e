"""Rankings by other measures, where the truth is known."""

import numpy as np
import pytest
import xarray as xr
from scipy.stats import spearmanr

from hsic_hpo.errors import InputError
from hsic_hpo.sensitivity.analysis import analyse
from hsic_hpo.sensitivity.peers import compare_measures
from hsic_hpo.sensitivity.whole_space import whole_space_importance
from small_search import SETTINGS, search

TRIALS = search(400)
ALWAYS = ["n_layers", "n_units", "activation", "optimizer", "learning_rate"]


@pytest.fixture(scope="module")
def sensitivity() -> xr.Dataset:
    return analyse(TRIALS, SETTINGS)


@pytest.fixture(scope="module")
def peers(sensitivity: xr.Dataset) -> xr.Dataset:
    return compare_measures(TRIALS, sensitivity, seed=3)


def test_all_that_have_an_index_are_compared(peers: xr.Dataset) -> None:
    assert peers["hyperparameter"].values.tolist() == [*ALWAYS, "decay"]
    assert peers["group"].sel(hyperparameter="decay").item().startswith("optimizer in {adam")
    assert peers["measure"].values.tolist() == ["hsic-best", "hsic-worst", "ped-anova", "fanova"]


@pytest.mark.parametrize("measure", ["hsic-best", "ped-anova", "fanova"])
def test_every_measure_finds_the_two_that_decide(measure: str, peers: xr.Dataset) -> None:
    rank = peers["rank"].sel(measure=measure)
    assert {int(rank.sel(hyperparameter=n)) for n in ("learning_rate", "optimizer")} == {1, 2}


def test_fanova_alone_knows_no_conditional_ones(peers: xr.Dataset) -> None:
    known = peers["importance"].notnull()
    np.testing.assert_array_equal(known.sel(measure="fanova"), peers["group"] == "all")
    assert known.sel(measure=["hsic-best", "hsic-worst", "ped-anova"]).all()


def test_a_conditional_one_that_decides_is_found_by_the_measures_of_the_best() -> None:
    trials = search(400, error=lambda c: 1.0 - c.get("momentum", 0.0) + c["learning_rate"])
    found = compare_measures(trials, analyse(trials, SETTINGS), seed=0)
    for measure in ("hsic-best", "ped-anova"):
        rank = found["rank"].sel(measure=measure)
        assert {int(rank.sel(hyperparameter=n)) for n in ("momentum", "optimizer")} == {1, 2}


def test_shares_sum_to_one_and_ranks_follow_them(peers: xr.Dataset) -> None:
    np.testing.assert_allclose(peers["importance"].sum("hyperparameter"), 1.0, atol=1e-12)
    for measure in peers["measure"].values:
        one = peers.sel(measure=measure).dropna("hyperparameter")
        by_rank = one["importance"].values[np.argsort(one["rank"].values)]
        assert (np.diff(by_rank) <= 0).all()
        n = 5 if measure == "fanova" else 6
        assert sorted(one["rank"].values) == list(range(1, n + 1))


def test_shares_of_hsic_are_those_of_its_index_over_the_whole_space(
    sensitivity: xr.Dataset, peers: xr.Dataset
) -> None:
    for subset in ("best", "worst"):
        found = whole_space_importance(sensitivity, subset=subset)
        positive = np.array([found[name] for name in peers["hyperparameter"].values])
        shares = peers["importance"].sel(measure=f"hsic-{subset}")
        np.testing.assert_allclose(shares, positive / positive.sum(), rtol=1e-12)


def test_correlations_are_those_of_the_shares(peers: xr.Dataset) -> None:
    correlation = peers["rank_correlation"]
    np.testing.assert_array_equal(correlation, correlation.values.T)
    expected = spearmanr(peers["importance"][0], peers["importance"][2]).statistic
    assert float(correlation[0, 2]) == pytest.approx(expected)
    with_fanova = spearmanr(peers["importance"][0, :5], peers["importance"][3, :5]).statistic
    assert float(correlation[0, 3]) == pytest.approx(with_fanova)


def test_the_same_seed_gives_the_same_dataset(sensitivity: xr.Dataset, peers: xr.Dataset) -> None:
    xr.testing.assert_identical(compare_measures(TRIALS, sensitivity, seed=3), peers)


def test_failed_trainings_do_not_hinder_it() -> None:
    trials = search(400, error=lambda c: None if c["n_layers"] == 8 else c["learning_rate"])
    peers = compare_measures(trials, analyse(trials, SETTINGS), seed=0)
    assert int(peers["rank"].sel(measure="hsic-best", hyperparameter="learning_rate")) == 1
    assert np.isfinite(peers["importance"].sel(measure=["hsic-best", "ped-anova"])).all()


def test_without_any_index_it_says_so() -> None:
    trials = search(20)
    with pytest.raises(InputError, match="no hyperparameter has an index"):
        compare_measures(trials, analyse(trials, SETTINGS), seed=0)
