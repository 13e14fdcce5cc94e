"""What matters within a cost and on the front, where the truth is known."""

from typing import Any

import numpy as np
import pytest
import xarray as xr

from hsic_hpo.errors import InputError
from hsic_hpo.sensitivity.analysis import analyse
from hsic_hpo.sensitivity.goals import aimed, explain_goal
from hsic_hpo.sensitivity.settings import AnalysisSettings
from hsic_hpo.trials.drawn import ADAPTIVE, drawn_attributes
from hsic_hpo.trials.goals import target_values
from priced_search import SPEC, priced
from small_search import search

# Few permutations leave p-values of at least 0.01.
SETTINGS = AnalysisSettings(n_permutations=99, sweep_points=4)


def found(result: xr.Dataset) -> dict[str, bool]:
    best = result.sel(group="all", target="error", subset="best")["found"]
    return {str(name): bool(value) for name, value in best.to_series().items()}


def test_what_drives_the_cost_alone_is_found_no_more_often_than_chance_allows() -> None:
    """Under the limit, half of the widths are gone: beside the space, width would always matter."""
    named = []
    for seed in range(20):
        trials = priced(120, lambda c: c["rate"], lambda c: 1 + c["width"] ** 3, seed)
        named.append(found(explain_goal(trials, SETTINGS, "random", max_cost=1.125)))
    assert all(one["rate"] for one in named)
    # Of 20 studies, one with width or depth is expected at a level of 5 %.
    assert sum(one["width"] or one["depth"] for one in named) <= 4


def test_what_leaves_less_of_the_limit_to_what_matters_matters_too() -> None:
    """Width has no effect on the error, but wide and deep together cost too much."""
    trials = priced(400, lambda c: 1 - c["depth"], lambda c: 0.01 + c["width"] * c["depth"])
    assert not found(explain_goal(trials, SETTINGS, "random"))["width"]
    assert found(explain_goal(trials, SETTINGS, "random", max_cost=0.25))["width"]


def test_the_index_within_a_limit_is_that_of_the_trials_within_it() -> None:
    trials = priced(300, lambda c: c["rate"], lambda c: 1 + c["width"])
    limited = explain_goal(trials, SETTINGS, "random", max_cost=1.5)
    inside = analyse(aimed(trials, max_cost=1.5), SETTINGS)
    xr.testing.assert_equal(limited["hsic"], inside["hsic"])
    assert int(limited["n"].max()) == int((target_values(trials, "size") <= 1.5).sum())
    assert limited.attrs["max_cost"] == 1.5


def test_what_takes_u_for_uniform_is_left_out_under_a_limit() -> None:
    trials = priced(120, lambda c: c["rate"], lambda c: 1 + c["width"])
    limited = explain_goal(trials, SETTINGS, "random", max_cost=1.5)
    for name in ("pure_interaction", "pure_p_value_adjusted", "sweep_hsic", "sweep_choice"):
        assert not np.isfinite(limited[name]).any()


def test_what_decides_the_front_is_neither_error_nor_cost_alone() -> None:
    """Error and cost trade off along the width; the rate lifts all of the front."""
    trials = priced(
        400,
        lambda c: (1.1 - c["width"]) * (1 + 5 * c["rate"]),
        lambda c: (0.1 + c["width"]) * (1 + 0.01 * c["depth"]),
    )
    result = explain_goal(trials, SETTINGS, "random", goal="front")
    assert found(result)["rate"]
    assert not found(result)["depth"]
    xr.testing.assert_equal(result["hsic"], analyse(aimed(trials, "front"), SETTINGS)["hsic"])
    by_error = explain_goal(trials, SETTINGS, "random")
    width = {"group": "all", "target": "error", "subset": "best", "hyperparameter": "width"}
    assert float(by_error["hsic"].sel(width)) > 3 * float(result["hsic"].sel(width))


def of_a_search(trials: xr.Dataset) -> xr.Dataset:
    """Return the best quarter of trials and few others, as a search would have left them."""
    errors = target_values(trials, "error")
    kept = np.argsort(errors)[: len(errors) // 4].tolist() + list(range(30))
    return trials.isel(trial=np.unique(kept)).assign_attrs(drawn_attributes(ADAPTIVE))


def test_the_front_of_a_search_is_explained_through_surrogates_without_a_test() -> None:
    trials = of_a_search(
        priced(
            200,
            lambda c: (1.1 - c["width"]) * (1 + 5 * c["rate"]),
            lambda c: (0.1 + c["width"]) * (1 + 0.01 * c["depth"]),
        )
    )
    result = explain_goal(trials, SETTINGS, goal="front")
    assert result.attrs["way"] == "surrogate"
    assert "surrogates of error and cost" in result.attrs["way_reason"]
    assert found(result)["rate"]
    assert not found(result)["depth"]
    for name in ("significant", "p_value_adjusted", "noise_floor"):
        assert not np.isfinite(result[name]).any()
    index = result["hsic"].sel(group="all", target="error", subset="best")
    assert index.idxmax("hyperparameter") == "rate"
    # As far as trials can tell: a tenth of them are nearest to their own front.
    m = int(result["m"].sel(group="all", target="error", subset="best"))
    assert m == pytest.approx(trials.sizes["trial"] / 10, abs=3)


def test_within_a_limit_a_search_is_explained_by_what_the_space_has_there() -> None:
    """Width has no effect on the error, but wide and deep together cost too much."""
    trials = of_a_search(
        priced(200, lambda c: 1 - c["depth"], lambda c: 0.01 + c["width"] * c["depth"])
    )
    limited = explain_goal(trials, SETTINGS, max_cost=0.25)
    assert found(limited) == {"width": True, "depth": True, "rate": False}
    assert not found(explain_goal(trials, SETTINGS))["width"]
    assert not np.isfinite(limited["pure_interaction"]).any()
    # Nearly all of the space: as without a limit.
    wide = explain_goal(trials, SETTINGS, max_cost=1.0)
    np.testing.assert_allclose(
        wide["hsic"].sel(group="all", target="error", subset="best"),
        explain_goal(trials, SETTINGS)["hsic"].sel(group="all", target="error", subset="best"),
        rtol=0.05,
        atol=2e-5,
    )


def test_a_limit_within_which_little_is_known_is_said() -> None:
    trials = of_a_search(priced(60, lambda c: c["rate"], lambda c: 1 + c["width"]))
    least = float(target_values(trials, "size").min())
    result = explain_goal(trials, SETTINGS, max_cost=least)
    assert "1 trial; at least 30 are needed" in result["note"].values
    assert not np.isfinite(result["hsic"]).any()


@pytest.mark.parametrize(
    ("asked", "line"),
    [
        ({"goal": "fronts"}, "goal: 'fronts'"),
        ({"max_cost": 0}, "max_cost: 0 is not a number above 0"),
        ({"max_cost": 0.5}, "max_cost: no trial costs at most 0.5 size"),
        ({"max_cost": 2, "cost": "sise"}, "cost: 'sise' is not a cost.*did you mean 'size'"),
    ],
    ids=str,
)
def test_bad_goals_are_one_line(asked: dict[str, Any], line: str) -> None:
    trials = priced(30, lambda c: c["rate"], lambda c: 1 + c["width"])
    with pytest.raises(InputError, match=line):
        aimed(trials, **asked)


def test_without_a_cost_there_is_no_front() -> None:
    trials = search(30, spec=SPEC, error=lambda c: c["rate"]).assign_attrs(costs="[]")
    with pytest.raises(InputError, match="cost: these trials have none"):
        aimed(trials, "front")
