"""The trials Dataset keeps its contract, and failed trainings stay data."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

import hsic_hpo as hh
from hsic_hpo.errors import InputError
from hsic_hpo.spaces.sampling import sample as draw
from hsic_hpo.spaces.space import Space
from hsic_hpo.trials import dataset as trials
from hsic_hpo.trials import design
from hsic_hpo.trials.variables import hyperparameter_values

SPACE = Space.from_dict(
    {
        "n_layers": {"type": "integer", "range": [1, 4]},
        "batch_size": {"type": "categorical", "levels": [32, 64]},
        "optimizer": {"type": "categorical", "levels": ["sgd", "adam"]},
        "momentum": {"type": "float", "range": [0.0, 0.9], "when": {"optimizer": "sgd"}},
        "variant": {
            "type": "categorical",
            "levels": ["plain", "nesterov"],
            "when": {"optimizer": "sgd"},
        },
        "dropout": {"type": "boolean"},
    }
)
DESIGN = design.make_design(SPACE, draw(SPACE, 12, seed=0), {"epochs": 3})


def record(trial: str, repeat: int, **changes: Any) -> dict[str, Any]:
    return {
        "trial": trial,
        "repeat": repeat,
        "status": "ok",
        "reason": "",
        "validation_error": 0.25 + repeat,
        "test_error": 0.5,
        "train_seconds": 1.5,
        "epochs": 3,
        "n_params": 10,
        "flops": 20,
        "learning_curve": [3.0, 2.0, 0.25 + repeat],
        **changes,
    }


def records(**changes: Any) -> list[dict[str, Any]]:
    return [record(str(name), r, **changes) for name in DESIGN["trial"].values for r in range(2)]


def gathered(rows: list[dict[str, Any]] | None = None) -> xr.Dataset:
    return trials.gather_records(
        DESIGN,
        records() if rows is None else rows,
        {"study": "t", "seed": 0},
        n_repeats=2,
        error_name="relative L2 error",
        error_units="1",
    )


def test_records_land_where_they_belong_in_any_order() -> None:
    rows = records()
    for index, row in enumerate(rows):
        row["validation_error"] = float(index)
    dataset = gathered(rows[::-1])
    np.testing.assert_array_equal(dataset["validation_error"], np.arange(24.0).reshape(12, 2))


def test_values_are_typed_and_missing_where_inactive() -> None:
    dataset = gathered()
    configurations = [SPACE.configuration(row) for row in dataset["u"].values]
    for i, configuration in enumerate(configurations):
        for name in ("n_layers", "batch_size", "momentum", "dropout"):
            value = float(hyperparameter_values(dataset, name)[i])
            assert value == configuration[name] if name in configuration else np.isnan(value)
        for name in ("optimizer", "variant"):
            assert str(hyperparameter_values(dataset, name)[i]) == configuration.get(name, "")


def test_every_variable_says_what_it_is() -> None:
    for name, variable in gathered().variables.items():
        assert variable.attrs["long_name"], name


def test_a_bad_repeat_makes_the_trial_rank_worst() -> None:
    rows = records()
    rows[3].update(status="diverged", reason="loss is not finite", validation_error=None)
    rows[4].update(
        status="failed",
        reason="ValueError: x",
        validation_error=None,
        test_error=None,
        n_params=None,
        learning_curve=[],
    )
    error = trials.error(gathered(rows))
    assert np.isinf(error[[1, 2]]).all()
    np.testing.assert_array_equal(np.delete(error, [1, 2]), 0.75)


def test_an_error_of_a_diverged_trial_never_counts() -> None:
    rows = records()
    rows[0].update(status="diverged", reason="loss is not finite", validation_error=1e-9)
    assert np.isinf(trials.error(gathered(rows))[0])


def test_round_trip(tmp_path: Path) -> None:
    dataset = gathered()
    trials.write_trials(dataset, tmp_path / "trials.nc")
    xr.testing.assert_identical(trials.read_trials(tmp_path / "trials.nc"), dataset)


def test_a_missing_record_is_named() -> None:
    rows = records()
    name = rows.pop(5)["trial"]
    with pytest.raises(InputError, match=f"trial {name}, repeat 1: no record"):
        gathered(rows)


@pytest.mark.parametrize(
    ("spoil", "line"),
    [
        (lambda d: d.drop_vars("flops"), "x.nc: variable 'flops' is missing"),
        (lambda d: d.drop_vars("value:momentum"), "x.nc: variable 'value:momentum' is missing"),
        (
            lambda d: d.assign(flops=d["u"]),
            "x.nc: flops has dimensions ('trial', 'hyperparameter'), not ('trial',)",
        ),
        (lambda d: d.assign(u=d["u"] + 1), "x.nc: u lies outside [0, 1]"),
        (
            lambda d: d.assign(status=d["status"].astype(object).where(d["repeat"] < 1, "lost")),
            "x.nc: status 'lost' is not one of ok, diverged, failed, stopped, absent",
        ),
        (
            lambda d: d.assign(validation_error=d["validation_error"] * np.nan),
            "x.nc: validation_error is not finite in a trial whose status is ok",
        ),
        (
            lambda d: d.isel(hyperparameter=slice(None, None, -1)),
            "x.nc: hyperparameter does not list the names of the space",
        ),
        (lambda d: d.drop_attrs(deep=False), "x.nc: attribute 'space' is missing"),
    ],
)
def test_a_broken_contract_is_one_clear_line(spoil: Any, line: str) -> None:
    with pytest.raises(InputError) as error:
        trials.check_trials(spoil(gathered()), "x.nc")
    assert str(error.value) == line


def test_levels_that_are_large_whole_numbers_stay_what_they_are() -> None:
    levels = [2**53, 2**53 + 1, 2**60 + 1]
    space = hh.Space({"seed": hh.Categorical(levels), "x": hh.Float(0, 1)})
    rng = np.random.default_rng(0)
    given = [{"seed": levels[i % 3], "x": rng.random()} for i in range(60)]
    rows = [{**one, "loss": rng.random()} for one in given]
    assert trials.configurations(hh.trials_from(rows, space=space, error="loss")) == given
