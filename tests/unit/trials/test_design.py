"""A design names each trial by what it trains."""

import json
from pathlib import Path

import numpy as np
import xarray as xr

from hsic_hpo.files import read_netcdf, write_netcdf
from hsic_hpo.spaces.sampling import sample as draw
from hsic_hpo.spaces.space import Space
from hsic_hpo.trials import design

BUDGET = {"epochs": 3}
SPACE = Space.from_dict(
    {
        "n_layers": {"type": "integer", "range": [1, 4]},
        "dropout": {"type": "boolean"},
        "dropout_rate": {"type": "float", "range": [0.0, 0.5], "when": {"dropout": True}},
    }
)


def test_it_holds_the_drawn_points_and_their_active_values() -> None:
    u = draw(SPACE, 50, seed=1)
    dataset = design.make_design(SPACE, u, BUDGET)
    np.testing.assert_array_equal(dataset["u"], u)
    for row, text in zip(u, dataset["configuration"].values, strict=True):
        assert json.loads(text) == SPACE.configuration(row)
    assert Space.from_json(dataset.attrs["space"]).to_dict() == SPACE.to_dict()


def test_trials_that_repeat_a_configuration_have_identifiers_of_their_own() -> None:
    space = Space.from_dict({"n_layers": {"type": "integer", "range": [1, 2]}})
    dataset = design.make_design(space, draw(space, 40, seed=1), BUDGET)
    assert len(set(dataset["configuration"].values)) == 2
    assert len(set(dataset["trial"].values)) == 40


def test_identifiers_of_the_first_trials_do_not_depend_on_later_ones() -> None:
    few = design.make_design(SPACE, draw(SPACE, 20, seed=1), BUDGET)
    many = design.make_design(SPACE, draw(SPACE, 60, seed=1), BUDGET)
    assert list(few["trial"].values) == list(many["trial"].values[:20])


def test_the_identifier_depends_on_the_budget_and_not_on_the_order_of_keys() -> None:
    one = design.trial_identifier({"a": 1, "b": 2}, BUDGET)
    assert one == design.trial_identifier({"b": 2, "a": 1}, BUDGET)
    assert one != design.trial_identifier({"a": 1, "b": 2}, {"epochs": 4})
    assert one != design.trial_identifier({"a": 1, "b": 2}, BUDGET, occurrence=1)


def test_round_trip(tmp_path: Path) -> None:
    dataset = design.make_design(SPACE, draw(SPACE, 10, seed=1), BUDGET)
    write_netcdf(dataset, tmp_path / "design.nc")
    xr.testing.assert_identical(read_netcdf(tmp_path / "design.nc"), dataset)
