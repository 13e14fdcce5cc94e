"""What is preferred and what is searched, as the decisions say."""

import json
import math
from typing import Any

import numpy as np
import pytest
import xarray as xr

from hsic_hpo.selection.decide import decide
from hsic_hpo.selection.decisions import DECISIONS, preferred_space, searched_space
from hsic_hpo.selection.settings import SelectionSettings
from hsic_hpo.sensitivity.analysis import analyse
from small_search import SETTINGS, search

SPEC = {
    "rate": {"type": "float", "range": [1e-4, 1e-1], "scale": "log"},
    "n_units": {"type": "integer", "levels": [8, 16, 32, 64, 128, 256]},
    "drop": {"type": "boolean"},
    "drop_rate": {"type": "float", "range": [0.0, 0.5], "when": {"drop": True}},
}


def selected(n: int = 80, **override: Any) -> xr.Dataset:
    """Only the rate decides, and units cost."""
    trials = search(n, error=lambda c: 0.01 + abs(math.log10(c["rate"]) + 2), spec=SPEC)
    settings = SelectionSettings(override=override, least_optimised=1)
    return decide(analyse(trials, SETTINGS), trials, settings)


def test_every_decision_is_one_of_three_and_its_preference_is_part_of_the_space() -> None:
    selection = selected()
    assert set(selection["decision"].values) <= set(DECISIONS)
    preferred, searched = preferred_space(selection), searched_space(selection)
    assert preferred.free is not None
    for configuration in preferred.configurations(np.full((1, len(preferred.free)), 0.5)):
        assert not np.isnan(searched.space.point(configuration)).all()
        assert set(configuration) <= set(SPEC)


def test_what_the_user_orders_is_all_that_is_searched() -> None:
    selection = selected(n_units=16, rate={"range": [1e-3, 1e-2]})
    for part in (preferred_space(selection), searched_space(selection)):
        assert part.fixed["n_units"] == 16
        assert part.free is not None
        assert part.free["rate"].value(0.0) == pytest.approx(1e-3)
    row = selection.sel(hyperparameter="n_units")
    assert row["decision"] == "fix"
    assert row["worst_loss"] >= 0
    assert "fix: by order, could cost up to " in str(row["reason"].values)


def test_an_order_that_leaves_all_values_leaves_them() -> None:
    selection = selected(n_units={"role": "optimise"})
    row = selection.sel(hyperparameter="n_units")
    assert row["decision"] == "search"
    assert json.loads(str(row["preferred"].values)) == {"levels": [8, 16, 32, 64, 128, 256]}
    part = searched_space(selection)
    assert part.free is not None
    assert "n_units" in part.free.names


def test_what_could_not_exist_beside_a_preference_is_still_searched() -> None:
    selection = selected()
    part = searched_space(selection)
    assert part.free is not None
    assert part.fixed == {}
    assert list(part.free.names) == list(SPEC)
