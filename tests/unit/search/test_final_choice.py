"""What a search ends with, by hand-made trials."""

import json
from typing import Any

import numpy as np
import pytest
import xarray as xr

from hsic_hpo.errors import InputError
from hsic_hpo.files import write_netcdf
from hsic_hpo.search.final_choice import choose, chosen_design, effort, initial_trials, join_rounds
from hsic_hpo.spaces.space import Space
from hsic_hpo.trials import dataset as trials_data
from hsic_hpo.trials.design import label_design
from hsic_hpo.trials.history import History
from small_search import search

SPACE = Space.from_dict(
    {
        "kind": {"type": "categorical", "levels": ["a", "b"]},
        "width": {"type": "integer", "range": [1, 100]},
        "flag": {"type": "boolean", "when": {"kind": "a"}},
    }
)


def finished(errors: list[float], costs: list[float]) -> History:
    configurations = [{"kind": "b", "width": i + 1} for i in range(len(errors))]
    return History(configurations, np.array(errors), np.array(costs))


def trials(
    rows: list[tuple[dict[str, Any], float | None, float]],
    *,
    epochs: int = 2,
    n_repeats: int = 1,
    samples: int = 1000,
) -> xr.Dataset:
    """Return trials of (configuration, error or None for failed, flops), trained for epochs."""
    configurations = [configuration for configuration, _, _ in rows]
    u = np.array([SPACE.point(c) for c in configurations]).reshape(-1, len(SPACE))
    design = label_design(SPACE, u, configurations, {"epochs": epochs})
    records = [
        {
            "trial": name,
            "repeat": repeat,
            "status": "failed" if error is None else "ok",
            "reason": "" if error is not None else "made up",
            "validation_error": error,
            "test_error": error,
            "train_seconds": 0.5,
            "epochs": epochs,
            "n_params": None if error is None else flops / 2,
            "flops": None if error is None else flops,
            "learning_curve": [error] * epochs,
        }
        for name, (_, error, flops) in zip(design["trial"].values, rows, strict=True)
        for repeat in range(n_repeats)
    ]
    return trials_data.gather_records(
        design,
        records,
        {"study": "made up", "problem": "{}", "training_samples": samples},
        n_repeats=n_repeats,
        error_name="error",
        error_units="1",
    )


A = {"kind": "a", "width": 3, "flag": True}
B = {"kind": "b", "width": 7}
C = {"kind": "b", "width": 90}


@pytest.mark.parametrize(
    ("errors", "costs", "ceiling", "tolerance", "place"),
    [
        ([3, 1, 2], [1, 9, 2], np.inf, None, 1),
        ([3, 1, 1], [1, 9, 2], np.inf, None, 1),
        ([3, 1, 2], [1, 9, 2], 8, None, 2),
        ([3, 1, 2], [1, np.inf, 2], 8, None, 2),
        ([np.inf, np.inf, 2], [1, 1, 2], np.inf, None, 2),
        ([1.0, 1.1, 1.2], [9, 3, 1], np.inf, 0.1, 1),
        ([1.0, 1.1, 1.2], [9, 3, 1], np.inf, 0.2, 2),
        ([1.0, 1.1, 1.2], [9, 3, 1], np.inf, 0.0, 0),
        ([1.2, 1.1, 1.0, 1.05], [3, 2, 9, 2], np.inf, 0.1, 3),
        ([-2.0, -1.9, -1.0], [9, 3, 1], np.inf, 0.1, 1),
        ([1.0, 1.1, 1.2], [9, 3, 1], 5, 0.1, 2),
        ([1.0, np.inf, 1.2], [9, 1, 8], np.inf, 0.5, 2),
    ],
)
def test_the_chosen_trial(
    errors: list[float], costs: list[float], ceiling: float, tolerance: float | None, place: int
) -> None:
    found = finished(errors, costs)
    assert choose(found, ceiling=ceiling, tolerance=tolerance) == place


@pytest.mark.parametrize(
    ("errors", "ceiling", "message"),
    [
        ([np.inf, np.inf], np.inf, "no trial to choose: all diverged or failed"),
        ([1, 2], 0.5, "no trial to choose: all diverged or failed, or cost more than 0.5"),
    ],
)
def test_without_a_trial_to_choose_there_is_a_message(
    errors: list[float], ceiling: float, message: str
) -> None:
    with pytest.raises(InputError) as caught:
        choose(finished(errors, [1.0, 1.0]), ceiling=ceiling)
    assert str(caught.value) == message


def test_effort_is_the_sum_over_all_trainings() -> None:
    first = trials([(A, 1.0, 10.0), (B, 2.0, 400.0)], epochs=2, samples=1000)
    second = trials([(C, 0.5, 7.0)], epochs=5, n_repeats=2, samples=100)
    found = effort([first, second])
    assert found == {
        "n_trainings": 4.0,
        "training_flops": 3 * (1000 * 2 * 410 + 2 * 100 * 5 * 7),
        "train_seconds": 2.0,
    }


def test_failed_trainings_count_with_what_is_known_of_them() -> None:
    found = effort([trials([(A, None, 0.0), (B, 2.0, 400.0)])])
    assert found == {"n_trainings": 2, "training_flops": 3 * 1000 * 2 * 400, "train_seconds": 1.0}


def test_rounds_without_known_operations_leave_the_others_standing() -> None:
    unknown = trials([(A, None, 0.0)])
    known = trials([(B, 2.0, 400.0)])
    assert effort([known, unknown])["training_flops"] == 3 * 1000 * 2 * 400
    assert np.isnan(effort([unknown])["training_flops"])


def test_the_chosen_design_has_a_trial_per_repeat() -> None:
    drawn = trials([(A, 3.0, 10.0), (B, 2.0, 20.0)])
    better, worse = trials([(C, 1.0, 30.0)]), trials([(A | {"width": 9}, 5.0, 1.0)])
    design = chosen_design(SPACE, [[drawn, better], [drawn, worse]], {"epochs": 3}, cost="flops")
    assert [json.loads(text) for text in design["configuration"].values] == [C, B]
    assert design["validation_error"].values.tolist() == [1.0, 2.0]
    assert design["n_trainings"].values.tolist() == [3.0, 3.0]
    operations = [3 * 1000 * 2 * total for total in (60.0, 31.0)]
    assert design["training_flops"].values.tolist() == operations
    assert design["train_seconds"].values.tolist() == [1.5, 1.5]
    for name in ("validation_error", "n_trainings", "training_flops", "train_seconds"):
        assert set(design[name].attrs) == {"long_name", "units"}
    assert json.loads(design.attrs["budget"]) == {"epochs": 3}


def test_repeats_that_choose_the_same_are_retrained_apart() -> None:
    drawn = trials([(A, 3.0, 10.0), (B, 2.0, 20.0)])
    design = chosen_design(SPACE, [[drawn], [drawn]], {"epochs": 2}, cost="flops")
    assert len(set(design["trial"].values)) == 2
    assert design["trial"].values[0] == drawn["trial"].values[1]


def test_ceiling_and_tolerance_reach_the_choice() -> None:
    drawn = trials([(A, 1.0, 30.0), (B, 1.05, 20.0), (C, 2.0, 10.0)])
    for keywords, chosen in (
        ({}, A),
        ({"ceiling": 25.0}, B),
        ({"tolerance": 0.1}, B),
        ({"tolerance": 2.0}, C),
    ):
        design = chosen_design(SPACE, [[drawn]], {}, cost="flops", **keywords)
        assert json.loads(design["configuration"].values[0]) == chosen


@pytest.mark.parametrize(
    ("n", "repeat", "places"),
    [
        (2, 0, [0, 1]),
        (2, 1, [2, 3]),
        (2, 2, [4, 0]),
        (3, 1, [3, 4, 0]),
        (4, 3, [2, 3, 4, 0]),
        (5, 1, [0, 1, 2, 3, 4]),
        (0, 1, [0, 1, 2, 3, 4]),
        (9, 1, [0, 1, 2, 3, 4]),
    ],
)
def test_repeats_start_from_different_trials(n: int, repeat: int, places: list[int]) -> None:
    drawn = search(5)
    found = initial_trials(drawn, n, repeat)["trial"].values.tolist()
    assert found == drawn["trial"].values[places].tolist()


def test_rounds_of_different_numbers_of_epochs_are_joined(tmp_path: Any) -> None:
    first = trials([(A, 3.0, 10.0), (B, 2.0, 20.0)], epochs=2)
    second = trials([(C, 1.0, 30.0)], epochs=4)
    joined = join_rounds([first, second])
    write_netcdf(joined, tmp_path / "joined.nc")
    joined = trials_data.read_trials(tmp_path / "joined.nc")
    assert joined["round"].values.tolist() == [1, 1, 2]
    assert joined["trial"].values.tolist() == [
        *first["trial"].values.tolist(),
        *second["trial"].values.tolist(),
    ]
    assert trials_data.configurations(joined) == [A, B, C]
    nan = np.nan
    np.testing.assert_array_equal(
        joined["learning_curve"].values[:, 0], [[3, 3, nan, nan], [2, 2, nan, nan], [1] * 4]
    )
    assert trials_data.error(joined).tolist() == [3.0, 2.0, 1.0]
    assert joined.attrs == first.attrs
    for name in first.variables:
        assert joined[name].attrs == first[name].attrs
        assert joined[name].dims == first[name].dims


def test_a_single_round_joins_to_itself() -> None:
    first = trials([(A, 3.0, 10.0), (B, 2.0, 20.0)])
    xr.testing.assert_identical(join_rounds([first]).drop_vars("round"), first)


def test_rounds_without_a_single_trial_are_joined_too(tmp_path: Any) -> None:
    first, empty = trials([(A, 3.0, 10.0), (B, 2.0, 20.0)]), trials([])
    for number, dataset in enumerate((first, empty)):
        trials_data.write_trials(dataset, tmp_path / f"{number}.nc")
    rounds = [trials_data.read_trials(tmp_path / f"{number}.nc") for number in (0, 1)]
    for order in (rounds, rounds[::-1], rounds[1:]):
        trials_data.write_trials(join_rounds(order), tmp_path / "joined.nc")
        joined = trials_data.read_trials(tmp_path / "joined.nc")
        known = History.of([joined])
        assert list(known.configurations) == ([A, B] if len(order) == 2 else [])
        assert effort([first, joined])["n_trainings"] == 2 + len(known)
        assert np.isfinite(effort([first, joined])["training_flops"])
