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
from hsic_hpo.interop.imported import ImportedTrial
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


def test_the_same_configuration_may_have_been_trained_twice() -> None:
    given = finished()
    given.append(replace(given[0], place="line 99", error=0.5))
    found = dataset(given)
    assert len(set(found["trial"].values)) == MIN_TRIALS + 1
    assert trials_data.error(found)[[0, -1]].tolist() == [0.0, 0.5]


def test_the_same_failure_may_stand_twice() -> None:
    given = finished()
    lost = replace(given[0], error=None, reason="failed")
    assert dataset([*given, lost, lost]).sizes["trial"] == MIN_TRIALS + 2


def refusal(given: Sequence[ImportedTrial]) -> str:
    with pytest.raises(InputError) as caught:
        dataset(given)
    return str(caught.value)


def test_a_trial_that_stands_twice_is_refused() -> None:
    given = finished()
    turned = dict(reversed(given[5].configuration.items()))
    given.append(replace(given[5], place="line 99", configuration=turned))
    assert refusal(given) == "x.csv: line 99 repeats line 7: same configuration, same error"


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
    ("configuration", "rest"),
    [
        ({"rate": 2.0, "kind": "a"}, "rate"),
        ({"rate": 0.1, "kind": "a", "extra": 3}, "extra"),
        ({"rate": 0.1, "kind": "b"}, "extra"),
        ({"rate": 0.1, "kind": "a", "other": 3}, "other"),
    ],
)
def test_a_configuration_outside_the_space_is_refused_with_its_place(
    configuration: dict[str, Any], rest: str
) -> None:
    given = finished()
    given[7] = replace(given[7], configuration=configuration)
    line = refusal(given)
    assert line.startswith("x.csv: line 9")
    assert rest in line
    assert "\n" not in line


def test_equal_reasons_are_counted() -> None:
    assert tally(["pruned", "failed", "pruned"]) == "2 pruned, 1 failed"
    assert tally([]) == ""
