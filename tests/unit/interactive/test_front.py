"""The front in a notebook: which trials stand on it, and the figure that shows them."""

import numpy as np
import pytest
import xarray as xr

import hsic_hpo as hh
from hsic_hpo.search.hsic_gpbo import HsicGpbo
from hsic_hpo.trials import dataset as trials_data
from hsic_hpo.trials.drawn import ADAPTIVE, drawn_attributes
from hsic_hpo.trials.variables import cost_values

SPACE = {"x": {"type": "float", "range": [-1, 1]}, "n": {"type": "integer", "range": [1, 9]}}


@pytest.fixture(scope="module")
def searched() -> xr.Dataset:
    search = HsicGpbo(SPACE, n_random=12, rounds=1, batch_size=4, cost=lambda c: c["n"])
    while batch := search.ask():
        search.tell(batch, [c["x"] ** 2 + 0.01 / c["n"] for c in batch])
    return search.trials


def test_the_front_is_what_no_other_trial_is_preferable_to(searched: xr.Dataset) -> None:
    found = hh.front(searched).sel(search="all")
    error, cost = trials_data.error(searched), cost_values(searched, "cost")
    best = {
        (float(e), float(c))
        for e, c in zip(error, cost, strict=True)
        if not ((error <= e) & (cost <= c) & ((error < e) | (cost < c))).any()
    }
    assert set(zip(found["error"].values, found["cost"].values, strict=True)) == best
    assert set(found["method"].values) <= {"random", "search"}


def test_it_is_drawn_with_the_trials_behind_it_and_alone(searched: xr.Dataset) -> None:
    found = hh.front(searched)
    (axes,) = hh.plot.front(found, searched).axes
    points = {tuple(p) for drawn in axes.collections for p in drawn.get_offsets().data}
    errors, costs = trials_data.error(searched), cost_values(searched, "cost")
    assert points == set(zip(costs, errors, strict=True))
    (alone,) = hh.plot.front(found).axes
    whole = found.sel(search="all")
    marks = {tuple(p) for drawn in alone.collections for p in drawn.get_offsets().data}
    assert marks == set(zip(whole["cost"].values, whole["error"].values, strict=True))
    assert alone.get_xlabel() == "cost"


def test_trials_of_a_search_from_elsewhere_do_not_count_as_random() -> None:
    trials = hh.example_trials().assign_attrs(drawn_attributes(ADAPTIVE, "a search"))
    assert set(hh.front(trials)["method"].values.ravel()) == {"search"}


def test_what_is_no_front_is_refused(searched: xr.Dataset) -> None:
    with pytest.raises(hh.InputError, match=r"^found: a trials Dataset; a front Dataset is needed"):
        hh.plot.front(searched)
    with pytest.raises(hh.InputError, match="'speed' is not a cost"):
        hh.front(searched, cost="speed")
    free = searched.assign_attrs(costs="[]")
    with pytest.raises(hh.InputError, match="cost: these trials have none"):
        hh.front(free.drop_vars("cost:cost"))
    assert np.isfinite(hh.front(searched)["cost"]).all()
