"""How strongly decisions are followed, on searches whose truth is known."""

import json
import math
from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
import pytest
import xarray as xr

from hsic_hpo.selection.decide import decide
from hsic_hpo.selection.decisions import preferred_space, searched_space
from hsic_hpo.selection.settings import SelectionSettings
from hsic_hpo.sensitivity.analysis import analyse
from hsic_hpo.sensitivity.explanation import explain_one_way
from small_search import SETTINGS, search

SPEC = {
    "rate": {"type": "float", "range": [-1.0, 1.0]},
    "kind": {"type": "categorical", "levels": ["a", "b"]},
    "n_layers": {"type": "integer", "range": [1, 4]},
    "drop": {"type": "boolean"},
    "drop_rate": {"type": "float", "range": [0.0, 0.5], "when": {"drop": True}},
    "idle": {"type": "float", "range": [0.0, 1.0]},
}


@cache
def trials(n: int, noise: float, layers: float, seed: int = 0) -> xr.Dataset:
    """The rate decides and drop spoils; a layer less costs ``layers`` / 3 of the log error."""
    rng = np.random.default_rng(seed)

    def error(configuration: Mapping[str, Any]) -> float:
        value = 3 * configuration["rate"] ** 2 + layers * (4 - configuration["n_layers"]) / 3
        value += 0.5 + configuration["drop_rate"] if configuration["drop"] else 0.0
        return math.exp(value + noise * rng.standard_normal())

    return search(n, error=error, spec=SPEC, seed=seed)


def decided(found: xr.Dataset, **settings: Any) -> xr.Dataset:
    chosen = SelectionSettings(least_optimised=1, **settings)
    return decide(analyse(found, SETTINGS), found, chosen)


@cache
def clear() -> xr.Dataset:
    """Decisions from 300 trials with little noise, of which only the rate and drop decide."""
    return decided(trials(300, 0.02, 0.0))


def decisions(selection: xr.Dataset) -> dict[str, str]:
    return {str(k): str(v) for k, v in selection["decision"].to_series().items()}


def test_what_is_proven_to_cost_little_is_fixed_alone_and_together() -> None:
    """Layers cost, idle does neither; both have no effect, and the trials have little noise."""
    selection = clear()
    made = decisions(selection)
    assert {name for name, how in made.items() if how == "fix"} >= {"n_layers", "idle"}
    assert made["rate"] == "search"
    fixed = selection["decision"] == "fix"
    assert (selection["worst_loss"].where(fixed, 0) <= 0.05).all()
    assert 0 <= selection.attrs["fixed_worst_loss"] <= 0.05
    worst = float(selection["worst_loss"].sel(hyperparameter="idle"))
    reason = str(selection["reason"].sel(hyperparameter="idle").values)
    assert reason.endswith(
        f"fix: could cost at most {100 * float(f'{worst:.2g}'):g} % of the error (95 %)"
    )
    part = searched_space(selection)
    assert part.free is not None
    assert not {"n_layers", "idle"} & set(part.free.names)


def test_a_group_that_is_not_needed_is_left_out() -> None:
    selection = clear()
    row = selection.sel(hyperparameter="drop")
    assert row["decision"] == "fix"
    assert json.loads(str(row["preferred"].values)) is False
    assert "its group (drop_rate) is not needed, could cost at most" in str(row["reason"].values)
    child = selection.sel(hyperparameter="drop_rate")
    assert "cannot exist: it needs drop = true" in str(child["reason"].values)
    assert "drop_rate" not in dict.fromkeys(getattr(searched_space(selection).free, "names", ()))


@pytest.mark.parametrize("seed", range(2))
def test_a_small_effect_that_is_not_significant_is_not_fixed_away(seed: int) -> None:
    """As in a quick study: 300 noisy trials, one layer costs 20 % of the error and is cheapest."""
    selection = decided(trials(300, 0.4, math.log(1.2), seed))
    row = selection.sel(hyperparameter="n_layers")
    assert row["decision"] != "fix"
    part = searched_space(selection)
    assert part.free is not None
    assert list(part.free["n_layers"].levels) == [1, 2, 3, 4]
    if row["decision"] == "prefer":
        assert row["worst_loss"] >= 0.2
        assert "so all its values are still searched" in str(row["reason"].values)


def test_few_trials_do_not_prove_that_something_has_no_effect() -> None:
    selection = decided(trials(40, 0.4, 0.3))
    made = decisions(selection)
    assert all(made[name] in ("search", "prefer") for name in ("rate", "n_layers", "kind", "idle"))
    none = decided(trials(20, 0.4, 0.3))
    assert set(decisions(none).values()) <= {"search", "prefer"}
    assert np.isnan(none["worst_loss"]).all()
    assert math.isnan(none.attrs["fixed_worst_loss"])


def test_without_a_margin_nothing_is_fixed_that_could_cost_anything() -> None:
    selection = decided(trials(60, 0.05, 0.0), margin=0.0)
    fixed = selection["decision"] == "fix"
    assert (selection["worst_loss"].where(fixed, 0) == 0).all()


def test_trials_explained_through_a_surrogate_have_the_same_evidence() -> None:
    found = trials(250, 0.02, 0.0)
    sensitivity = explain_one_way(found, SETTINGS, "adaptive")
    selection = decide(sensitivity, found, SelectionSettings(least_optimised=1))
    row = selection.sel(hyperparameter="n_layers")
    assert row["decision"] == "fix"
    assert json.loads(str(row["preferred"].values)) == 1
    assert "its cheapest value, could cost at most" in str(row["reason"].values)
    assert row["worst_loss"] <= 0.05
    assert selection["decision"].sel(hyperparameter="rate") == "search"


def test_what_an_order_could_cost_is_stated() -> None:
    selection = decided(trials(100, 0.02, 0.5), override={"n_layers": 1})
    row = selection.sel(hyperparameter="n_layers")
    assert row["decision"] == "fix"
    assert row["worst_loss"] >= math.expm1(0.5)
    assert preferred_space(selection).fixed["n_layers"] == 1
    assert not selection.attrs["fixed_worst_loss"] > 0.05
