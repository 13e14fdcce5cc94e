"""Trials of a study that may still run, read from its folder."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from hand_made_trials import A, B, C, trials
from hsic_hpo.errors import InputError
from hsic_hpo.search.known_trials import is_study, read_study_trials, retrained_errors
from hsic_hpo.trials.dataset import write_trials
from hsic_hpo.trials.history import join_rounds

DRAWN, FIRST, SECOND = (
    trials([(A, 3.0, 10.0), (B, 2.0, 20.0)]),
    trials([(C, 1.0, 40.0)]),
    trials([(B, 0.5, 40.0)]),
)


def put(folder: Path, place: str, dataset: object) -> None:
    (folder / place).parent.mkdir(parents=True, exist_ok=True)
    write_trials(dataset, folder / place)


def test_all_trials_that_are_there_count(tmp_path: Path) -> None:
    put(tmp_path, "random/trials.nc", DRAWN)
    assert read_study_trials(tmp_path).sizes["trial"] == 2
    # A search that has ended, and one of which two rounds have.
    put(tmp_path, "search/gpbo/0/1/trials.nc", FIRST)
    put(tmp_path, "search/gpbo/0/trials.nc", join_rounds([FIRST, SECOND]))
    put(tmp_path, "search/tpe/3/1/trials.nc", SECOND)
    put(tmp_path, "search/tpe/3/10/trials.nc", FIRST)
    put(tmp_path, "search/tpe/3/2/trials.nc", SECOND)
    found = read_study_trials(tmp_path)
    assert found["method"].values.tolist() == ["random"] * 2 + ["gpbo"] * 2 + ["tpe"] * 3
    assert found["search_repeat"].values.tolist() == [-1, -1, 0, 0, 3, 3, 3]
    assert found["search_round"].values.tolist() == [0, 0, 1, 2, 1, 2, 10]
    np.testing.assert_array_equal(
        found["validation_error"].values[:, 0], [3, 2, 1, 0.5, 0.5, 0.5, 1]
    )


@pytest.mark.parametrize(
    ("key", "former"), [("budget", '{"epochs": 500}'), ("seed", 7), ("code_fingerprint", "old")]
)
def test_searches_from_before_an_edit_are_left_out(tmp_path: Path, key: str, former: str) -> None:
    put(tmp_path, "random/trials.nc", DRAWN)
    put(tmp_path, "search/gpbo/0/trials.nc", join_rounds([FIRST]))
    put(tmp_path, "search/tpe/0/trials.nc", join_rounds([SECOND]).assign_attrs({key: former}))
    put(tmp_path, "search/tpe/1/1/trials.nc", SECOND.assign_attrs({key: former}))
    found = read_study_trials(tmp_path)
    assert found["method"].values.tolist() == ["random", "random", "gpbo"]
    # Its rounds that were made again count before the file of all of them is.
    put(tmp_path, "search/tpe/0/1/trials.nc", SECOND)
    put(tmp_path, "search/tpe/0/2/trials.nc", FIRST.assign_attrs({key: former}))
    found = read_study_trials(tmp_path)
    assert found["method"].values.tolist() == ["random", "random", "gpbo", "tpe"]


def test_folders_of_others_among_the_searches_are_no_matter(tmp_path: Path) -> None:
    put(tmp_path, "random/trials.nc", DRAWN)
    (tmp_path / "search" / "gpbo" / ".ipynb_checkpoints").mkdir(parents=True)
    assert read_study_trials(tmp_path).sizes["trial"] == 2


def test_a_study_without_trials_yet_says_so(tmp_path: Path) -> None:
    assert not is_study(tmp_path)
    (tmp_path / "random").mkdir()
    assert is_study(tmp_path)
    with pytest.raises(InputError, match=r"no trials\.nc in it yet"):
        read_study_trials(tmp_path)


def test_retrainings_of_a_configuration_count_once(tmp_path: Path) -> None:
    final = trials([(A, 3.0, 10.0), (C, 1.0, 40.0)], n_repeats=3)
    final["test_error"][1] = [0.5, np.nan, 0.7]
    for choice in ("knee", "lowest-error"):
        put(tmp_path, f"final/gpbo/{choice}/trials.nc", final)
    assert retrained_errors(tmp_path, C) == [0.5, 0.7]
    assert retrained_errors(tmp_path, B) == []


def test_retrainings_of_a_further_budget_are_left_out(tmp_path: Path) -> None:
    final = trials([(A, 3.0, 10.0)], n_repeats=2).assign_attrs(budget='{"epochs": 50}')
    final["test_error"][0] = [0.5, 0.7]
    put(tmp_path, "final/gpbo/lowest-error/trials.nc", final)
    brief = final.assign(test_error=final["test_error"] + 1).assign_attrs(budget='{"epochs": 9}')
    put(tmp_path, "final/gpbo/lowest-error-9-epochs/trials.nc", brief.assign_coords(trial=["b"]))
    assert retrained_errors(tmp_path, A) == [0.5, 0.7]


@pytest.mark.parametrize("told", ['{"epochs": 50}', '[{"epochs": 50}, {"epochs": 9}]'])
def test_retrainings_from_before_an_edit_are_left_out(tmp_path: Path, told: str) -> None:
    final = trials([(A, 3.0, 10.0)], n_repeats=2).assign_attrs(budget='{"epochs": 50}')
    final["test_error"][0] = [0.5, 0.7]
    put(tmp_path, "final/gpbo/within-5-percent/trials.nc", final)
    former = final.assign(test_error=final["test_error"] + 1).assign_attrs(budget='{"epochs": 7}')
    put(tmp_path, "final/gpbo/within-10-percent/trials.nc", former.assign_coords(trial=["b"]))
    xr.Dataset(attrs={"final_budget": told}).to_netcdf(tmp_path / "comparison.nc")
    assert retrained_errors(tmp_path, A) == [0.5, 0.7]
