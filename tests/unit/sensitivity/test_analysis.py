"""The labelled analysis against direct computations, its invariances, and its degenerate cases."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

import dense_hsic
from hsic_hpo.files import read_netcdf, write_netcdf
from hsic_hpo.indices.gaussian_kernel import MEDIAN_BANDWIDTH
from hsic_hpo.sensitivity.analysis import analyse
from hsic_hpo.sensitivity.labels import PAIRS, PAPER, SINGLES
from hsic_hpo.sensitivity.settings import AnalysisSettings
from hsic_hpo.trials import dataset as trials_data
from hsic_hpo.trials.variables import hyperparameter_values
from small_search import SETTINGS, SPACE, rule, search

TRIALS = search()
RESULT = analyse(TRIALS, SETTINGS)
BEST = {"target": "error", "subset": "best"}
ALWAYS = ["n_layers", "n_units", "activation", "optimizer", "learning_rate"]


def settings(**changes: Any) -> AnalysisSettings:
    return replace(SETTINGS, **changes)


def best_by_hand(trials: xr.Dataset, fraction: float = 0.1) -> np.ndarray:
    error = trials_data.error(trials)
    return error <= np.sort(error)[round(fraction * len(error)) - 1]


def test_single_indices_equal_the_sum_over_all_pairs_of_trials() -> None:
    z = best_by_hand(TRIALS)
    for name in ALWAYS:
        u = TRIALS["u"].sel(hyperparameter=name).values
        kernel = dense_hsic.gaussian(u, MEDIAN_BANDWIDTH)
        found = RESULT["paper"].sel(group="all", hyperparameter=name, **BEST)
        index, r2 = (float(found.sel(statistic=key)) for key in ("hsic", "r2_hsic"))
        assert index == pytest.approx(dense_hsic.v_statistic(kernel, z), abs=1e-12)
        assert r2 == pytest.approx(dense_hsic.normalised(kernel, z), abs=1e-9)


def test_a_conditional_group_is_computed_within_its_trials() -> None:
    inside = hyperparameter_values(TRIALS, "optimizer") == "sgd"
    z = best_by_hand(TRIALS, fraction=0.5)[inside]
    assert 5 < z.sum() < inside.sum()
    result = analyse(TRIALS, settings(goal_fraction=0.5))
    for name in ("momentum", "learning_rate"):
        u = TRIALS["u"].sel(hyperparameter=name).values[inside]
        expected = dense_hsic.v_statistic(dense_hsic.gaussian(u, MEDIAN_BANDWIDTH), z)
        found = result["hsic"].sel(group="optimizer = sgd", hyperparameter=name, **BEST)
        assert float(found) == pytest.approx(expected, abs=1e-12)


def test_joint_and_pure_indices_equal_dense_products() -> None:
    z = best_by_hand(TRIALS)
    rate = TRIALS["u"].sel(hyperparameter="learning_rate").values
    weights = np.full(3, 1 / 3)
    level = [
        ("sgd", "adam", "rmsprop").index(name)
        for name in hyperparameter_values(TRIALS, "optimizer")
    ]
    by_level = dense_hsic.order_free_levels(weights, MEDIAN_BANDWIDTH)
    mean = by_level @ weights
    product = by_level[np.ix_(level, level)] * dense_hsic.gaussian(rate, MEDIAN_BANDWIDTH)
    centred = dense_hsic.centred(by_level, mean, weights @ mean)[np.ix_(level, level)]
    centred = centred * dense_hsic.centred_gaussian(rate, MEDIAN_BANDWIDTH)
    for name, kernel in (("joint_hsic", product), ("pure_interaction", centred)):
        matrix = RESULT[name].sel(group="all", **BEST)
        expected = dense_hsic.v_statistic(kernel, z)
        pair = matrix.sel(hyperparameter="optimizer", partner="learning_rate")
        assert float(pair) == pytest.approx(expected, abs=1e-12)
        np.testing.assert_allclose(matrix, matrix.values.T, atol=1e-15)
        assert np.isnan(np.diag(matrix)).all()


def test_discrete_values_count_by_their_bins_alone() -> None:
    z = best_by_hand(TRIALS)
    layers = (hyperparameter_values(TRIALS, "n_layers") - 1) / 8
    kernel = dense_hsic.interval_kernel(layers, layers + 1 / 8, MEDIAN_BANDWIDTH)
    found = RESULT.sel(group="all", hyperparameter="n_layers", **BEST)
    assert float(found["hsic"]) == pytest.approx(dense_hsic.v_statistic(kernel, z), abs=1e-12)
    r2 = dense_hsic.normalised(kernel, z)
    assert float(found["r2_hsic"]) == pytest.approx(r2, abs=1e-9)


def test_it_finds_what_the_rule_uses_and_nothing_else() -> None:
    significant = RESULT["significant"].sel(group="all", **BEST).to_series().dropna()
    assert set(significant[significant == 1].index) == {"optimizer", "learning_rate"}


def test_cost_is_explained_by_size() -> None:
    for target in ("flops", "train_seconds"):
        index = RESULT["hsic"].sel(group="all", target=target, subset="best").to_series()
        assert set(index.nlargest(2).index) == {"n_layers", "n_units"}


def test_the_worst_subset_is_the_other_end() -> None:
    error = trials_data.error(TRIALS)
    z = error >= np.sort(error)[-30]
    u = TRIALS["u"].sel(hyperparameter="learning_rate").values
    expected = dense_hsic.v_statistic(dense_hsic.gaussian(u, MEDIAN_BANDWIDTH), z)
    found = RESULT["hsic"].sel(
        group="all", target="error", subset="worst", hyperparameter="learning_rate"
    )
    assert float(found) == pytest.approx(expected, abs=1e-12)


def test_failed_trials_are_the_worst() -> None:
    trials = search(error=lambda c: None if c["n_layers"] == 8 else rule(c))
    result = analyse(trials, SETTINGS)
    assert (
        int(result["n_failed"]) == int((hyperparameter_values(trials, "n_layers") == 8).sum()) > 20
    )
    worst = result["hsic"].sel(group="all", target="error", subset="worst").to_series()
    assert worst.idxmax() == "n_layers"


def test_indices_are_missing_exactly_outside_a_group() -> None:
    hsic = RESULT["hsic"].sel(group="all", **BEST)
    assert list(hsic.dropna("hyperparameter")["hyperparameter"].values) == ALWAYS
    for name in SINGLES:
        np.testing.assert_array_equal(
            np.isnan(RESULT[name].sel(group="all", **BEST)), np.isnan(hsic)
        )


def test_indices_by_value_differ_for_discrete_hyperparameters_alone() -> None:
    row = RESULT.sel(group="all", **BEST)
    for name in ALWAYS:
        one = row.sel(hyperparameter=name)
        equal = [float(one["paper"].sel(statistic=key)) == float(one[key]) for key in PAPER]
        assert all(equal) if name == "learning_rate" else not equal[0]


def test_relabelled_levels_change_no_index() -> None:
    turned = {**SPACE, "activation": {**SPACE["activation"], "levels": ["elu", "relu", "tanh"]}}
    turned["activation"]["weights"] = [1, 1, 2]
    trials = TRIALS.copy(deep=True).assign_attrs(
        space=trials_data.Space.from_dict(turned).to_json()
    )
    trials["u"].loc[{"hyperparameter": "activation"}] = np.nan
    found = analyse(trials, SETTINGS)["hsic"].sel(group="all", hyperparameter="activation", **BEST)
    expected = RESULT["hsic"].sel(group="all", hyperparameter="activation", **BEST)
    assert float(found) == pytest.approx(float(expected), abs=1e-15)


def test_the_order_of_trials_does_not_matter() -> None:
    shuffled = TRIALS.isel(trial=np.random.default_rng(0).permutation(300))
    result = analyse(shuffled, SETTINGS)
    for name in ("hsic", "hsic_unbiased", "pure_interaction", "interval_high", "sweep_hsic"):
        np.testing.assert_allclose(result[name], RESULT[name], atol=1e-14)


def test_scaled_errors_change_nothing() -> None:
    scaled = TRIALS.assign(validation_error=TRIALS["validation_error"] * 1e-6)
    result = analyse(scaled, SETTINGS).drop_vars("threshold")
    xr.testing.assert_identical(result, RESULT.drop_vars("threshold"))


def test_an_added_hyperparameter_changes_no_index_of_the_others() -> None:
    more = search(spec={**SPACE, "inert": {"type": "float", "range": [0.0, 1.0]}})
    result = analyse(more, SETTINGS).sel(hyperparameter=list(SPACE), partner=list(SPACE))
    for name in ("hsic", "interval_low", "p_value", "pure_interaction"):
        np.testing.assert_allclose(result[name], RESULT[name], atol=1e-14)
    for name in ("hsic", "interval_low", "p_value"):
        paper = (one["paper"].sel(statistic=name) for one in (result, RESULT))
        np.testing.assert_allclose(*paper, atol=1e-14)


def test_equal_seeds_give_equal_results() -> None:
    xr.testing.assert_identical(analyse(TRIALS, SETTINGS), RESULT)
    other = analyse(TRIALS, settings(seed=8))
    assert not other["p_value"].equals(RESULT["p_value"])
    assert other["hsic"].equals(RESULT["hsic"])


def test_a_group_may_set_its_own_threshold() -> None:
    result = analyse(TRIALS, settings(group_threshold="group"))
    label = "optimizer = sgd"
    n = int(result["n"].sel(group=label))
    assert int(result["m"].sel(group=label, **BEST)) == round(0.1 * n)
    assert (
        int(RESULT["m"].sel(group=label, **BEST))
        == best_by_hand(TRIALS)[hyperparameter_values(TRIALS, "optimizer") == "sgd"].sum()
    )


def test_a_group_that_is_too_small_says_so() -> None:
    result = analyse(TRIALS, settings(min_trials=150))
    n = int(result["n"].sel(group="optimizer = sgd"))
    note = str(result["note"].sel(group="optimizer = sgd", **BEST).item())
    assert note == f"{n} trials; at least 150 are needed"
    assert np.isnan(result["hsic"].sel(group="optimizer = sgd")).all()
    assert str(result["note"].sel(group="all", **BEST).item()) == ""
    assert np.isfinite(result["hsic"].sel(group="all", hyperparameter=ALWAYS, **BEST)).all()


@pytest.mark.parametrize(
    ("error", "note"),
    [
        (lambda c: None, "no trial has a value of error"),
        (lambda c: 1.0, "all 300 trials reach the goal: error does not tell them apart"),
        (
            lambda c: 1.0 if c["n_layers"] == 1 and c["n_units"] < 12 else None,
            "2 of 300 trials reach the goal; at least 5 are needed",
        ),
    ],
)
def test_errors_that_tell_nothing_are_explained(error: Any, note: str) -> None:
    result = analyse(search(error=error), SETTINGS)
    assert str(result["note"].sel(group="all", **BEST).item()) == note
    assert np.isnan(result["hsic"].sel(group="all", **BEST)).all()


def test_one_hyperparameter_alone() -> None:
    spec = {"learning_rate": SPACE["learning_rate"]}
    trials = search(spec=spec, error=lambda c: abs(np.log10(c["learning_rate"]) + 2))
    result = analyse(trials, SETTINGS)
    assert result["significant"].sel(group="all", **BEST).item() == 1
    assert np.isnan(result["pure_interaction"]).all()


def test_every_variable_is_described_and_survives_a_file(tmp_path: Path) -> None:
    for name, variable in RESULT.variables.items():
        assert variable.attrs["long_name"], name
    assert {*SINGLES, *PAIRS, "n", "m", "note", "threshold"} <= set(RESULT)
    assert RESULT.attrs["goal_fraction"] == 0.1
    assert RESULT.attrs["study"] == "made up"
    write_netcdf(RESULT, tmp_path / "sensitivity.nc")
    xr.testing.assert_identical(read_netcdf(tmp_path / "sensitivity.nc"), RESULT)


def test_too_small_a_fraction_says_which_one_is_enough() -> None:
    few = search(36)
    note = str(analyse(few, SETTINGS)["note"].sel(group="all", **BEST).item())
    assert note == (
        "4 of 36 trials reach the goal; at least 5 are needed: a fraction of 0.14 has 5"
    )
    found = analyse(few, replace(SETTINGS, goal_fraction=0.14))
    assert str(found["note"].sel(group="all", **BEST).item()) == ""
    lost = search(36, error=lambda c: rule(c) if c["learning_rate"] > 0.06 else None)
    n_ok = int((lost["status"] == "ok").sum())
    assert n_ok < 5
    note = str(analyse(lost, SETTINGS)["note"].sel(group="all", **BEST).item())
    assert note == f"{n_ok} of 36 trials reach the goal; at least 5 are needed"
