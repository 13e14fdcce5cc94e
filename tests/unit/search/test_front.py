"""The front Dataset, by hand-made trials and by an independent look at random ones."""

import json

import numpy as np
import pytest
import xarray as xr

from hand_made_trials import A, B, C, trials
from hsic_hpo.errors import InputError
from hsic_hpo.files import read_netcdf, write_netcdf
from hsic_hpo.search.front import ALL, error_spread, make_front
from hsic_hpo.search.known_trials import by_method, known_trials
from hsic_hpo.trials.history import join_rounds
from small_search import search

CHOICES = [
    {"tolerance": None},
    {"tolerance": 0.6},
    {"tolerance": 0.0, "limits": {"flops": 25.0}},
    {"tolerance": 0.0, "limits": {"flops": 1.0}},
]


def searched(method: str, repeat: int, *rounds: xr.Dataset) -> xr.Dataset:
    return join_rounds(rounds).assign_attrs(method=method, search_repeat=repeat)


def wide(n: int) -> dict[str, object]:
    return {"kind": "b", "width": n}


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> xr.Dataset:
    drawn = trials([(A, 3.0, 10.0), (B, 2.0, 20.0), (wide(8), None, 1.0)])
    found = [
        searched("gpbo", 0, trials([(C, 1.0, 40.0)]), trials([(wide(9), 2.5, 50.0)])),
        searched("gpbo", 1, trials([(wide(11), 0.8, 80.0)])),
        searched("hsic-gpbo", 0, trials([(wide(12), 1.5, 20.0)])),
    ]
    known = {ALL: known_trials(drawn, found)} | by_method(drawn, found, {"gpbo": 1})
    path = tmp_path_factory.mktemp("front") / "front.nc"
    write_netcdf(make_front(known, "flops", CHOICES), path)
    return read_netcdf(path)


def test_each_search_has_the_front_of_what_it_knew(front: xr.Dataset) -> None:
    assert front["search"].values.tolist() == [ALL, "random", "gpbo", "hsic-gpbo"]
    nan = np.nan
    np.testing.assert_array_equal(
        front["error"].values,
        [[3, 1.5, 1, 0.8], [3, 2, nan, nan], [3, 2, 1, 0.8], [3, 1.5, nan, nan]],
    )
    np.testing.assert_array_equal(
        front["cost"].values,
        [[10, 20, 40, 80], [10, 20, nan, nan], [10, 20, 40, 80], [10, 20, nan, nan]],
    )
    assert front["n_trials"].values.tolist() == [7, 3, 5, 4]
    assert front["n_ended_well"].values.tolist() == [6, 2, 5, 3]


def test_a_network_says_what_it_is_and_who_found_it(front: xr.Dataset) -> None:
    whole = front.sel(search=ALL)
    assert [json.loads(text) for text in whole["configuration"].values] == [
        A,
        wide(12),
        C,
        wide(11),
    ]
    assert whole["method"].values.tolist() == ["random", "hsic-gpbo", "gpbo", "gpbo"]
    assert whole["search_repeat"].values.tolist() == [-1, 0, 0, 1]
    assert whole["search_round"].values.tolist() == [0, 1, 1, 1]
    assert whole["n_params"].values.tolist() == [5, 10, 20, 40]
    assert whole["train_seconds"].values.tolist() == [0.5] * 4
    assert all(len(name) == 16 for name in whole["trial"].values)
    # What lies beyond the last network is empty.
    assert front["configuration"].sel(search="random").values[2:].tolist() == ["", ""]
    assert front["method"].sel(search="random").values[2:].tolist() == ["", ""]


def test_neighbours_are_as_far_as_their_ratios_say(front: xr.Dataset) -> None:
    whole = front.sel(search=ALL)
    nan = np.nan
    dearer = whole.sel(neighbour="dearer")
    np.testing.assert_allclose(dearer["cost_ratio"], [2, 2, 2, nan])
    np.testing.assert_allclose(dearer["error_ratio"], [0.5, 1 / 1.5, 0.8, nan])
    cheaper = whole.sel(neighbour="cheaper")
    for name in ("cost_ratio", "error_ratio"):
        np.testing.assert_allclose(cheaper[name].values[1:], 1 / dearer[name].values[:-1])
        assert np.isnan(cheaper[name].values[0])


def test_what_the_choices_of_a_study_take_is_noted(front: xr.Dataset) -> None:
    assert front["chosen_by"].sel(search=ALL).values.tolist() == [
        "",
        "lowest error, at most 25 FLOPs per sample",
        "cheapest within 60 % of the lowest error",
        "lowest error",
    ]


def test_every_variable_is_described(front: xr.Dataset) -> None:
    for name in front.variables:
        assert front[name].attrs["long_name"], name
        assert "units" in front[name].attrs or front[name].dtype.kind in "OUT" or name in front.dims
    assert front.attrs["cost"] == "flops"
    assert front.attrs["error_name"] == "error"


@pytest.mark.parametrize("seed", range(5))
def test_no_trial_is_preferable_to_a_network_of_the_front(seed: int) -> None:
    drawn = search(200, seed=seed)
    whole = make_front({ALL: known_trials(drawn, [])}, "flops").sel(search=ALL)
    flops = drawn["flops"].values
    errors = drawn["validation_error"].values.mean(axis=1)
    best = {
        (f, e)
        for f, e in zip(flops, errors, strict=True)
        if not ((flops <= f) & (errors <= e) & ((flops < f) | (errors < e))).any()
    }
    assert set(zip(whole["cost"].values, whole["error"].values, strict=True)) == best


def test_errors_that_are_not_positive_have_no_ratio() -> None:
    known = {ALL: known_trials(trials([(A, 1.0, 10.0), (B, -2.0, 20.0)]), [])}
    found = make_front(known, "flops").sel(search=ALL)
    assert np.isnan(found["error_ratio"].values).all()
    assert found["cost_ratio"].sel(neighbour="dearer").values[0] == 2.0


def test_a_study_without_an_error_has_an_empty_front() -> None:
    known = {ALL: known_trials(trials([(A, None, 10.0)]), [])}
    found = make_front(known, "flops", CHOICES)
    assert found.sizes["place"] == 0
    assert found["n_trials"].values.tolist() == [1]


def test_the_spread_is_that_of_the_repeats() -> None:
    two = trials([(A, 1.0, 10.0), (B, 2.0, 20.0)], n_repeats=2)
    two["validation_error"][0] = [1.0, 3.0]
    two["status"][1] = np.array(["ok", "failed"], dtype=object)
    np.testing.assert_allclose(error_spread(two), [np.sqrt(2), np.nan])
    found = make_front({ALL: known_trials(two, [])}, "flops").sel(search=ALL)
    np.testing.assert_allclose(found["error_std"], [np.sqrt(2)])
    assert np.isnan(error_spread(trials([(A, 1.0, 10.0)]))).all()


def test_a_cost_that_trials_lack_is_named() -> None:
    with pytest.raises(InputError, match=r"cost 'flop'.*did you mean 'flops'"):
        make_front({ALL: known_trials(trials([(A, 1.0, 1.0)]), [])}, "flop")
