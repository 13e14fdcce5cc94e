"""Methods side by side, with different numbers of repeats."""

import json
from typing import Any

import numpy as np
import pytest
import xarray as xr

from hsic_hpo.files import read_netcdf, write_netcdf
from hsic_hpo.search.comparison import compare_methods
from hsic_hpo.search.final_choice import DESCRIPTIONS, chosen_design
from hsic_hpo.trials import dataset as trials
from hsic_hpo.trials import design as designs
from hsic_hpo.trials.retrained import each_choice_once
from small_search import search

ATTRS = {
    "study": "made up",
    "problem": '{"name": "bateman"}',
    "training_samples": 10,
    "data_fingerprint": "0",
}


def chosen(n_repeats: int) -> xr.Dataset:
    """Return what a method with that many repeats chose."""
    random, *searches = (
        search(20 + 5 * number, seed=number).assign_attrs(ATTRS) for number in range(n_repeats + 1)
    )
    return chosen_design(random, searches, {"epochs": 1}, cost="flops")


def retrained(design: xr.Dataset, errors: list[list[float | None]]) -> xr.Dataset:
    """Return retrainings with these test errors; validation errors are ten times as high."""
    records = [
        {
            "trial": name,
            "repeat": seed,
            "status": "diverged" if error is None else "ok",
            "reason": "" if error is not None else "made up",
            "validation_error": None if error is None else 10 * error,
            "test_error": error,
            "train_seconds": 1.0,
            "epochs": 1,
            "n_params": 5 + i,
            "flops": 100 + i,
            "learning_curve": [],
        }
        for i, (name, row) in enumerate(zip(design["trial"].values, errors, strict=True))
        for seed, error in enumerate(row)
    ]
    return trials.gather_records(
        design,
        records,
        ATTRS,
        n_repeats=len(errors[0]),
        error_name="relative L2 error",
        error_units="%",
    )


@pytest.fixture(scope="module")
def inputs() -> tuple[dict[str, xr.Dataset], dict[str, xr.Dataset]]:
    found = {"random": chosen(1), "gpbo": chosen(3), "hsic-gpbo": chosen(2)}
    errors: dict[str, list[list[float | None]]] = {
        "random": [[1.0, 2.0]],
        "gpbo": [[3.0, None], [4.0, 5.0], [6.0, 7.0]],
        "hsic-gpbo": [[8.0, 9.0], [10.0, 11.0]],
    }
    return found, {method: retrained(found[method], errors[method]) for method in found}


@pytest.fixture(scope="module")
def compared(inputs: tuple[Any, Any], tmp_path_factory: pytest.TempPathFactory) -> xr.Dataset:
    path = tmp_path_factory.mktemp("comparison") / "comparison.nc"
    write_netcdf(compare_methods(*inputs), path)
    return read_netcdf(path)


def test_its_dimensions_and_attributes(compared: xr.Dataset) -> None:
    assert compared["search"].values.tolist() == ["random", "gpbo", "hsic-gpbo"]
    assert dict(compared.sizes) == {"search": 3, "search_repeat": 3, "seed": 2}
    by_seed = ("search", "search_repeat", "seed")
    for name in compared.data_vars:
        retraining = name in ("test_error", "final_validation_error")
        assert compared[name].dims == (by_seed if retraining else by_seed[:2])
        assert compared[name].attrs["long_name"]
    assert compared.attrs == {
        "study": "made up",
        "problem": '{"name": "bateman"}',
        "error_name": "relative L2 error",
        "error_units": "%",
        "reference": "hsic-gpbo",
        "final_budget": '{"epochs": 1}',
    }
    assert compared["test_error"].attrs["units"] == "%"
    assert compared["validation_error"].attrs["units"] == "%"
    assert compared["train_seconds"].attrs["units"] == "s"


def test_errors_stand_by_repeat_and_seed_and_miss_where_there_is_none(
    compared: xr.Dataset,
) -> None:
    nan = np.nan
    expected = np.array(
        [
            [[1, 2], [nan, nan], [nan, nan]],
            [[3, nan], [4, 5], [6, 7]],
            [[8, 9], [10, 11], [nan, nan]],
        ]
    )
    np.testing.assert_array_equal(compared["test_error"].values, expected)
    np.testing.assert_array_equal(compared["final_validation_error"].values, 10 * expected)
    np.testing.assert_array_equal(
        compared["flops"].values, [[100, nan, nan], [100, 101, 102], [100, 101, nan]]
    )
    np.testing.assert_array_equal(
        compared["n_params"].values, [[5, nan, nan], [5, 6, 7], [5, 6, nan]]
    )


def test_what_the_search_found_is_taken_over(
    compared: xr.Dataset, inputs: tuple[dict[str, xr.Dataset], Any]
) -> None:
    for method, design in inputs[0].items():
        found = compared.sel(search=method)
        n = design.sizes["trial"]
        for name in (*DESCRIPTIONS, "trial", "configuration"):
            assert found[name].values[:n].tolist() == design[name].values.tolist()
        assert set(found["trial"].values[n:]) | set(found["configuration"].values[n:]) <= {""}
        assert np.isnan(found["n_trainings"].values[n:]).all()
    assert compared["n_trainings"].sel(search="gpbo").values.tolist() == [45, 50, 55]


def test_texts_that_are_missing_are_empty(inputs: tuple[Any, Any]) -> None:
    for name in ("trial", "configuration"):
        assert all(isinstance(text, str) for text in compare_methods(*inputs)[name].values.ravel())


def test_a_trial_is_named_as_in_the_retraining(inputs: tuple[Any, Any]) -> None:
    for method, design in inputs[0].items():
        names = inputs[1][method]["trial"].values.tolist()
        assert names == design["trial"].values.tolist() == list(dict.fromkeys(names))
    assert designs.trial_identifier({}, {}) not in names


def test_choices_of_a_method_are_rows_of_their_own(inputs: tuple[Any, Any]) -> None:
    designs, finals = inputs
    by_row = {"gpbo": ("gpbo", "lowest error")}
    by_row |= {f"hsic-gpbo, {c}": ("hsic-gpbo", c) for c in ("knee", "lowest-error")}
    told = {
        row: designs[method]
        .isel(trial=slice(0, 0) if choice == "knee" else [1])
        .assign(search_repeat=("trial", [] if choice == "knee" else [1]))
        .assign_attrs(choice=choice)
        for row, (method, choice) in by_row.items()
    }
    retrainings = {
        row: finals[method].isel(trial=slice(0, 0) if choice == "knee" else [1])
        for row, (method, choice) in by_row.items()
    }
    found = compare_methods(told, retrainings, {row: m for row, (m, _) in by_row.items()})
    assert found["search"].values.tolist() == list(by_row)
    assert found["method"].values.tolist() == ["gpbo", "hsic-gpbo", "hsic-gpbo"]
    assert found["choice"].values.tolist() == ["lowest error", "knee", "lowest-error"]
    assert found.attrs["reference"] == "hsic-gpbo, knee"
    # Nothing was within the choice; of the others the second repeat alone.
    assert np.isnan(found["test_error"].sel(search="hsic-gpbo, knee").values).all()
    assert found["search_repeat"].values.tolist() == [1]
    assert found["test_error"].sel(search="gpbo").values.tolist() == [[4.0, 5.0]]


def test_what_was_trained_again_with_several_budgets_has_a_row_for_each(
    inputs: tuple[Any, Any],
) -> None:
    designs, finals = inputs
    told, retrainings, methods = {}, {}, {}
    for method in ("gpbo", "hsic-gpbo"):
        for length, budget in (("", '{"epochs": 1}'), ("-30-epochs", '{"epochs": 30}')):
            row = f"{method}, lowest-error{length}"
            told[row], methods[row] = designs[method], method
            retrainings[row] = finals[method].assign_attrs(budget=budget)
    found = compare_methods(told, retrainings, methods)
    assert found["retrained_for"].values.tolist() == ["1 epoch", "30 epochs"] * 2
    assert json.loads(found.attrs["final_budget"]) == [{"epochs": 1}, {"epochs": 30}]
    assert found.attrs["reference"] == "hsic-gpbo, lowest-error"
    once = each_choice_once(found)
    assert once["search"].values.tolist() == ["gpbo, lowest-error", "hsic-gpbo, lowest-error"]
    xr.testing.assert_identical(each_choice_once(once), once)


def test_with_one_budget_nothing_is_said_of_it(compared: xr.Dataset) -> None:
    assert "retrained_for" not in compared.variables
    xr.testing.assert_identical(each_choice_once(compared), compared)
