from functools import cache

import numpy as np
import pytest
import xarray as xr

from hsic_hpo.sensitivity.analysis import analyse
from hsic_hpo.sensitivity.beside_tests import BESIDE, found_beside_tests
from hsic_hpo.sensitivity.explanation import explain_trials
from hsic_hpo.sensitivity.settings import AnalysisSettings
from hsic_hpo.sensitivity.through_surrogate import analyse_through_surrogate
from small_search import search

SETTINGS = AnalysisSettings(n_permutations=99, sweep_points=4)


@cache
def _trials() -> xr.Dataset:
    return search(100)


@cache
def _explained() -> xr.Dataset:
    return explain_trials(_trials(), SETTINGS, "random")


def test_it_says_what_the_surrogate_says_alone() -> None:
    beside = found_beside_tests(_trials(), SETTINGS)
    alone = analyse_through_surrogate(_trials(), SETTINGS).sel(target="error")
    for name, (statistic, _) in BESIDE.items():
        np.testing.assert_array_equal(beside[name].values, alone[statistic].values)
    assert beside["surrogate_found"].sum() > 0
    assert beside.attrs["surrogate_check"] in alone.attrs["surrogate_check"]


def test_the_exact_tests_are_what_they_are_without_it() -> None:
    tested = analyse(_trials(), SETTINGS)
    xr.testing.assert_identical(_explained()[list(tested)].drop_attrs(), tested.drop_attrs())
    assert _explained().attrs["way"] == "direct"


def test_it_never_gives_a_star() -> None:
    explained = _explained()
    xr.testing.assert_equal(
        explained["significant"] == 1, explained["p_value_adjusted"] <= SETTINGS.significance
    )
    assert (explained["found"].fillna(0) == explained["significant"].fillna(0)).all()


@pytest.mark.parametrize("subset", ["best", "worst"])
def test_where_one_subset_is_asked_for_its_figures_are_those_of_the_whole(subset: str) -> None:
    part, whole = explain_trials(_trials(), SETTINGS, "random", subset), _explained()
    for name in ("hsic", "p_value_adjusted", "interval_high", "found"):
        xr.testing.assert_equal(part[name].sel(subset=subset), whole[name].sel(subset=subset))
    chosen = {"subset": subset, "target": "error"}
    for name in ("pure_interaction", "pure_p_value_adjusted"):
        xr.testing.assert_equal(part[name].sel(chosen), whole[name].sel(chosen))
    for name in ("surrogate_found", "surrogate_index"):
        xr.testing.assert_equal(part[name].sel(subset=subset), whole[name].sel(subset=subset))
    other = {"best": "worst", "worst": "best"}[subset]
    assert np.isnan(part["hsic"].sel(subset=other)).all()
    assert np.isnan(part["paper"]).all()


def test_of_trials_that_all_tie_it_says_nothing() -> None:
    same = _trials().assign(validation_error=_trials()["validation_error"] * 0 + 1)
    found = found_beside_tests(same, SETTINGS)
    assert np.isnan(found["surrogate_found"]).all()
    assert found.attrs["surrogate_check"] == ""
