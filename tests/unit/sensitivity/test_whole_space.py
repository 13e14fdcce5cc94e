"""One importance per hyperparameter over the whole space."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import hsic_hpo as hh
from dense_hsic import centred_gaussian
from hsic_hpo.sensitivity.analysis import analyse
from hsic_hpo.sensitivity.whole_space import largest_groups, whole_space_importance
from hsic_hpo.trials.variables import hyperparameter_values
from small_search import SETTINGS, search


def momentum_rule(configuration: Mapping[str, Any]) -> float:
    """Among the best are those of sgd whose momentum is high."""
    return 1.0 - configuration.get("momentum", configuration["learning_rate"])


TRIALS = search(1500, error=momentum_rule)
SENSITIVITY = analyse(TRIALS, SETTINGS)


def test_a_conditional_one_counts_by_the_pairs_of_trials_in_which_it_exists() -> None:
    u = TRIALS["u"].sel(hyperparameter="momentum").values
    exists = np.isfinite(u)
    errors = TRIALS["validation_error"].values[:, 0]
    reached = (errors <= np.sort(errors)[149]).astype(float)
    centred = np.where(exists, reached - reached[exists].mean(), 0.0)
    kernel = centred_gaussian(np.where(exists, u, 0.5), 0.2929)
    off_diagonal = ~np.eye(len(u), dtype=bool)
    expected = (np.outer(centred, centred) * kernel)[off_diagonal].mean()
    found = whole_space_importance(SENSITIVITY)["momentum"]
    assert found == pytest.approx(expected, rel=0.03)


def test_what_decides_within_a_group_stands_before_the_idle_ones() -> None:
    found = whole_space_importance(SENSITIVITY)
    assert sorted(found, key=found.__getitem__)[-2:] == ["optimizer", "momentum"]
    assert all(value >= 0 for value in found.values())


def test_each_counts_in_the_largest_group_in_which_it_has_an_index() -> None:
    groups = largest_groups(SENSITIVITY, "error", "best")
    assert groups["n_layers"] == "all"
    assert groups["momentum"] == "optimizer = sgd"
    sgd = np.mean(hyperparameter_values(TRIALS, "optimizer") == "sgd")
    in_group = SENSITIVITY["hsic_unbiased"].sel(
        group="optimizer = sgd", target="error", subset="best", hyperparameter="momentum"
    )
    expected = float(in_group) * sgd**2
    assert whole_space_importance(SENSITIVITY)["momentum"] == pytest.approx(expected, rel=1e-12)


def test_one_without_an_index_is_left_out() -> None:
    few = analyse(search(60), SETTINGS)
    assert "nesterov" not in whole_space_importance(few)


def _half_and_half(share: float) -> xr.Dataset:
    """Explain trials of two branches alike, each half of the space, as those of a search."""
    space = hh.Space(
        {
            "branch": hh.Categorical(["a", "b"]),
            "x": hh.Float(0, 1, when={"branch": "a"}),
            "y": hh.Float(0, 1, when={"branch": "b"}),
        }
    )
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"branch": np.where(np.arange(400) < share * 400, "a", "b")})
    frame["x"], frame["y"] = (
        np.where(frame["branch"] == name, rng.random(400), np.nan) for name in ("a", "b")
    )
    frame["loss"] = (frame["x"].fillna(frame["y"]) - 0.3) ** 2 + 0.01
    return hh.explain(hh.trials_from_frame(frame, space, error="loss"), drawn="adaptive")


@pytest.mark.parametrize("share", [0.5, 0.9])
def test_where_a_search_put_its_trials_does_not_weigh(share: float) -> None:
    """Both branches are half of the space and alike, wherever most trials were."""
    sensitivity = _half_and_half(share)
    found = whole_space_importance(sensitivity)
    assert found["x"] == pytest.approx(found["y"], rel=0.1)
    index = sensitivity["hsic_unbiased"].sel(target="error", subset="best")
    assert found["x"] == pytest.approx(
        float(index.sel(group="branch = a", hyperparameter="x")) * 0.5**2, rel=1e-12
    )
