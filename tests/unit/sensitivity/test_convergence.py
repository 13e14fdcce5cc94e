"""Nested subsamples tell whether more trainings would change the explanation."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from hsic_hpo.sensitivity.analysis import analyse
from hsic_hpo.sensitivity.convergence import convergence, convergence_of
from hsic_hpo.trials import dataset as trials_data
from small_search import SETTINGS, search

TRIALS = search(480)
RESULT = convergence(TRIALS, SETTINGS)


def test_sizes_are_nested_and_the_last_is_all() -> None:
    assert list(RESULT["size"].values) == [60, 120, 240, 480]


def test_each_size_is_the_analysis_of_the_first_trials() -> None:
    for size in (60, 480):
        expected = analyse(TRIALS.isel(trial=slice(size)), SETTINGS).sel(
            group="all", target="error", subset="best"
        )
        for name in ("hsic", "significant"):
            np.testing.assert_allclose(RESULT[name].sel(size=size), expected[name], atol=1e-14)


def test_all_trials_agree_with_themselves() -> None:
    assert float(RESULT["rank_correlation"][-1]) == pytest.approx(1)
    assert float(RESULT["significant_overlap"][-1]) == 1
    assert (np.abs(RESULT["rank_correlation"]) <= 1).all()


def test_the_overlap_is_jaccard() -> None:
    significant = RESULT["significant"].values == 1
    for i in range(4):
        union = (significant[i] | significant[-1]).sum()
        both = (significant[i] & significant[-1]).sum()
        assert float(RESULT["significant_overlap"][i]) == pytest.approx(both / union)


def test_subsamples_that_are_too_small_say_so() -> None:
    result = convergence(TRIALS, replace(SETTINGS, min_trials=100))
    assert str(result["note"].values[0]) == "60 trials; at least 100 are needed"
    assert np.isnan(result["hsic"][0]).all()
    assert np.isnan(result["rank_correlation"][0])
    xr.testing.assert_equal(result["hsic"][1:], RESULT["hsic"][1:])


def test_trials_without_errors_give_no_index() -> None:
    result = convergence(search(40, error=lambda c: None), SETTINGS)
    assert np.isnan(result["hsic"]).all()
    assert (result["note"] != "").all()


def test_every_variable_is_described() -> None:
    for name, variable in RESULT.variables.items():
        assert variable.attrs["long_name"], name


def test_of_trials_from_elsewhere_a_part_is_a_random_one_whatever_their_order() -> None:
    by_error = TRIALS.isel(trial=np.argsort(trials_data.error(TRIALS), kind="stable"))
    sensitivity = analyse(by_error, SETTINGS)
    found = convergence_of(by_error, sensitivity)
    assert found is not None
    whole = sensitivity["hsic"].sel(group="all", target="error", subset="best")
    np.testing.assert_allclose(found["hsic"].sel(size=480), whole, atol=1e-14)
    # The first half of a sorted table holds nothing but good trials.
    assert found["rank_correlation"].sel(size=240) > 0.5
    assert convergence_of(by_error, sensitivity.assign_attrs(way="surrogate")) is None
