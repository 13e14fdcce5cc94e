"""Finished trials from elsewhere, checked and labelled."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from hsic_hpo.errors import InputError
from hsic_hpo.interop.conversion import MIN_TRIALS, tally, to_dataset
from hsic_hpo.interop.imported import ImportedTrial, LeftOut
from hsic_hpo.spaces.space import Space
from hsic_hpo.trials import dataset as trials_data
from hsic_hpo.trials.goals import target_names, target_values

SPACE = Space.from_dict(
    {
        "rate": {"type": "float", "range": [1e-4, 1.0], "scale": "log"},
        "kind": {"type": "categorical", "levels": ["a", "b"]},
        "extra": {"type": "integer", "range": [1, 9], "when": {"kind": "b"}},
    }
)


def finished(n: int = MIN_TRIALS) -> list[ImportedTrial]:
    found = []
    for i in range(n):
        configuration: dict[str, Any] = {"rate": 10 ** (-4 + 4 * i / n), "kind": "ab"[i % 2]}
        if i % 2:
            configuration["extra"] = 1 + i % 9
        found.append(ImportedTrial(f"line {i + 2}", configuration, float(i)))
    return found


def dataset(given: Sequence[ImportedTrial], where: str = "x.csv") -> xr.Dataset:
    return to_dataset(given, SPACE, where, error_name="loss")


def test_trials_keep_the_contract_and_their_order(tmp_path: Path) -> None:
    given = finished()
    trials_data.write_trials(dataset(given), tmp_path / "trials.nc")
    read = trials_data.read_trials(tmp_path / "trials.nc")
    assert trials_data.configurations(read) == [dict(trial.configuration) for trial in given]
    np.testing.assert_array_equal(trials_data.error(read), np.arange(float(MIN_TRIALS)))
    assert (read["status"] == "ok").all()
    assert (read.attrs["study"], read.attrs["error_name"], read.attrs["error_units"]) == (
        "x.csv",
        "loss",
        "1",
    )


def test_u_is_known_of_what_is_continuous() -> None:
    u = dataset(finished())["u"]
    np.testing.assert_allclose(
        u.sel(hyperparameter="rate"), np.arange(MIN_TRIALS) / MIN_TRIALS, atol=1e-12
    )
    assert np.isnan(u.sel(hyperparameter=["kind", "extra"])).all()


def test_what_was_not_recorded_is_missing() -> None:
    found = dataset(finished())
    for name in ("test_error", "train_seconds", "epochs", "n_params", "flops"):
        assert np.isnan(found[name]).all()
    assert found.sizes["epoch"] == 0
    assert target_names(found) == ("error",)


def test_a_trial_without_an_error_failed_and_says_why() -> None:
    given = finished()
    given[3] = replace(given[3], error=None, reason="pruned")
    found = dataset(given)
    assert found["status"].values[3, 0] == "failed"
    assert found["reason"].values[3, 0] == "pruned"
    assert trials_data.error(found)[3] == np.inf
    assert np.isfinite(np.delete(trials_data.error(found), 3)).all()


@pytest.mark.parametrize(
    "name",
    [
        "price",
        "flops",
        "train_seconds",
        "n_params",
        "epochs",
        "status",
        "u",
        "trial",
        "validation_error",
        "€ / 100 %",
        "inputs",
    ],
)
def test_a_cost_is_a_target_of_its_own_name(name: str) -> None:
    given = [replace(trial, costs={name: 2.0 * i}) for i, trial in enumerate(finished())]
    given[4] = replace(given[4], costs={})
    found = dataset(given)
    trials_data.check_trials(found, "imported")
    assert target_names(found) == ("error", name)
    expected = 2.0 * np.arange(MIN_TRIALS)
    expected[4] = np.inf
    np.testing.assert_array_equal(target_values(found, name), expected)
    np.testing.assert_array_equal(target_values(found, "error"), np.arange(float(MIN_TRIALS)))


def test_several_costs_stand_in_the_order_of_their_names() -> None:
    given = [replace(trial, costs={"b": 1.0, "a": 2.0}) for trial in finished()]
    given[0] = replace(given[0], costs={"c": 3.0})
    assert target_names(dataset(given)) == ("error", "a", "b", "c")


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("error", "x.csv: cost 'error': the error has this name; choose another one"),
        (" a", "x.csv: cost: ' a' is not a name; use printable text"),
    ],
)
def test_a_cost_needs_a_name_of_its_own(name: str, line: str) -> None:
    given = finished()
    given[-1] = replace(given[-1], costs={name: 1.0})
    assert refusal(given) == line


def notes(found: xr.Dataset) -> list[str]:
    return found.attrs["notes"].splitlines()


def test_rows_of_one_configuration_are_repeats_of_one_trial(tmp_path: Path) -> None:
    given = finished()
    turned = dict(reversed(given[5].configuration.items()))
    given += [replace(given[0], error=0.5), replace(given[5], configuration=turned, error=8.0)]
    found = dataset(given)
    assert found.sizes["trial"] == MIN_TRIALS
    assert found["validation_error"].values[[0, 5, 6]].tolist()[:2] == [[0.0, 0.5], [5.0, 8.0]]
    assert found["status"].values[[0, 6]].tolist() == [["ok", "ok"], ["ok", "absent"]]
    expected = np.arange(float(MIN_TRIALS))
    expected[[0, 5]] = [0.25, 6.5]
    np.testing.assert_array_equal(trials_data.error(found), expected)
    assert notes(found) == [
        "32 trials are of 30 configurations: each is one trial with the mean error of its repeats."
    ]
    trials_data.write_trials(found, tmp_path / "trials.nc")
    assert (trials_data.error(trials_data.read_trials(tmp_path / "trials.nc")) == expected).all()


def test_costs_of_repeats_are_averaged_over_those_there_are() -> None:
    given = [replace(trial, costs={"price": 2.0, "train_seconds": 3.0}) for trial in finished()]
    given.append(replace(given[0], error=0.5, costs={"price": 6.0, "train_seconds": 5.0}))
    found = dataset(given)
    assert target_values(found, "price")[:2].tolist() == [4.0, 2.0]
    assert target_values(found, "train_seconds")[:2].tolist() == [4.0, 3.0]
    assert found["train_seconds"].values[0].tolist() == [3.0, 5.0]


def test_a_configuration_of_which_a_repeat_diverged_ranks_worst() -> None:
    given = finished()
    given.append(replace(given[0], error=None, reason="error is nan"))
    found = dataset(given)
    assert np.isinf(trials_data.error(found)[0])
    assert "Without an error, ranked worst: 1 error is nan." in notes(found)


def test_more_is_better_where_it_is_said() -> None:
    given = finished()
    found = to_dataset(given, SPACE, "x.csv", error_name="accuracy", maximise=True)
    np.testing.assert_array_equal(trials_data.error(found), -np.arange(float(MIN_TRIALS)))
    attrs = [found.attrs[key] for key in ("error_name", "metric", "direction")]
    assert attrs == ["minus accuracy", "accuracy", "maximise"]
    less = dataset(given)
    assert [less.attrs[key] for key in ("metric", "direction")] == ["loss", "minimise"]


def refusal(given: Sequence[ImportedTrial]) -> str:
    with pytest.raises(InputError) as caught:
        dataset(given)
    return str(caught.value)


def test_too_few_are_refused() -> None:
    assert refusal(finished(MIN_TRIALS - 1)) == (
        "x.csv: 29 trials; at least 30 are needed for an analysis"
    )
    assert refusal([]) == "x.csv: 0 trials; at least 30 are needed for an analysis"


def test_trials_without_any_error_are_refused() -> None:
    given = [replace(trial, error=None) for trial in finished()]
    assert refusal(given) == "x.csv: no trial has a finite error"


def test_equal_errors_are_refused() -> None:
    given = [replace(trial, error=0.25) for trial in finished()]
    given[0] = replace(given[0], error=None)
    assert refusal(given) == "x.csv: all errors are 0.25; they must differ"


@pytest.mark.parametrize(
    ("configuration", "reason"),
    [
        ({"rate": 2.0, "kind": "a"}, "rate is 2.0; allowed: numbers from 0.0001 to 1"),
        (
            {"rate": 0.1, "kind": "a", "extra": 3},
            "extra is 3, but it is inactive: not kind = b",
        ),
        ({"rate": 0.1, "kind": "b"}, "extra has no value, though it is active"),
        (
            {"rate": 0.1, "kind": "a", "other": 3},
            "unknown hyperparameter 'other'; known: rate, kind, extra",
        ),
    ],
)
def test_a_configuration_outside_the_space_is_left_out_with_its_place(
    configuration: dict[str, Any], reason: str
) -> None:
    given = finished(MIN_TRIALS + 1)
    given[7] = replace(given[7], configuration=configuration)
    found = dataset(given)
    assert found.sizes["trial"] == MIN_TRIALS
    assert 7.0 not in trials_data.error(found)
    assert notes(found) == [f"Left out: 1 trial that does not fit the space: line 9: {reason}."]


def test_of_many_left_out_two_are_named() -> None:
    given = finished(MIN_TRIALS + 5)
    for i in range(5):
        given[i] = replace(given[i], configuration={"rate": 2.0 + i, "kind": "a"})
    found = to_dataset(
        given,
        SPACE,
        "x.csv",
        error_name="loss",
        left_out=[LeftOut("running", is_expected=True)] * 3 + [LeftOut("waiting", True)],
    )
    assert notes(found) == [
        "Left out: 3 running, 1 waiting.",
        "Left out: 5 trials that do not fit the space: "
        "line 2: rate is 2.0; allowed: numbers from 0.0001 to 1; "
        "line 3: rate is 3.0; allowed: numbers from 0.0001 to 1; and 3 more.",
    ]


def test_where_most_do_not_fit_the_space_is_wrong() -> None:
    given = [replace(trial, configuration={"rate": 2.0, "kind": "a"}) for trial in finished(40)]
    assert refusal([*given, *finished()]) == (
        "x.csv: line 2: rate is 2.0; allowed: numbers from 0.0001 to 1 "
        "(39 more of 70 trials do not fit either)"
    )


def test_too_few_configurations_are_refused() -> None:
    given = [replace(trial, error=trial.error) for trial in finished(20) for _ in range(3)]
    assert refusal(given) == (
        "x.csv: 60 trials of 20 configurations; at least 30 configurations are needed for an "
        "analysis"
    )
    given = finished()
    given[0] = replace(given[0], configuration={"rate": 2.0, "kind": "a"})
    assert refusal(given) == (
        "x.csv: 29 trials, 1 left out; at least 30 are needed for an analysis"
    )


def test_a_rounded_level_is_that_level() -> None:
    space = Space.from_dict(
        {
            "x": {"type": "float", "range": [0, 1]},
            "step": {"type": "float", "range": [0, 0.5], "step": 0.1},
            "n": {"type": "integer", "range": [64, 256], "step": 64},
        }
    )
    given = [
        ImportedTrial(f"line {i}", {"x": i / 40, "step": 0.1 * (i % 6), "n": 64.0}, float(i))
        for i in range(40)
    ]
    given[5] = replace(given[5], configuration={"x": 0.5, "step": 0.15, "n": 64})
    found = to_dataset(given, space, "x", error_name="loss")
    values = [configuration["step"] for configuration in trials_data.configurations(found)]
    assert set(values) == {0.0, 0.1, 0.2, 0.3, 0.4, 0.5}
    assert len(values) == 39


def test_equal_reasons_are_counted() -> None:
    assert tally(["pruned", "failed", "pruned"]) == "2 pruned, 1 failed"
    assert tally([]) == ""
