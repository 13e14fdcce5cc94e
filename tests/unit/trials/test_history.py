"""What a search knows of its trials, and its rounds in one Dataset."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from hand_made_trials import A, B, C, trials
from hsic_hpo.files import write_netcdf
from hsic_hpo.trials import dataset as trials_data
from hsic_hpo.trials.history import ROUND, History, initial_part, join_rounds, round_numbers
from small_search import search


def test_rounds_of_different_numbers_of_epochs_are_joined(tmp_path: Path) -> None:
    first = trials([(A, 3.0, 10.0), (B, 2.0, 20.0)], epochs=2)
    second = trials([(C, 1.0, 30.0)], epochs=4)
    joined = join_rounds([first, second])
    write_netcdf(joined, tmp_path / "joined.nc")
    joined = trials_data.read_trials(tmp_path / "joined.nc")
    assert round_numbers(joined).tolist() == [1, 1, 2]
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
    xr.testing.assert_identical(join_rounds([first]).drop_vars(ROUND), first)


def test_rounds_without_a_single_trial_are_joined_too(tmp_path: Path) -> None:
    first, empty = trials([(A, 3.0, 10.0), (B, 2.0, 20.0)]), trials([])
    for number, dataset in enumerate((first, empty)):
        trials_data.write_trials(dataset, tmp_path / f"{number}.nc")
    rounds = [trials_data.read_trials(tmp_path / f"{number}.nc") for number in (0, 1)]
    for order in (rounds, rounds[::-1], rounds[1:]):
        trials_data.write_trials(join_rounds(order), tmp_path / "joined.nc")
        joined = trials_data.read_trials(tmp_path / "joined.nc")
        known = History.of([joined], "flops")
        assert list(known.configurations) == ([A, B] if len(order) == 2 else [])


def test_a_hyperparameter_may_be_called_round() -> None:
    spec = {"round": {"type": "integer", "range": [10, 1000]}}
    first, second = (search(n, spec=spec, error=lambda c: 1.0 * c["round"]) for n in (3, 2))
    joined = join_rounds([first, second])
    assert trials_data.configurations(joined) == [
        configuration
        for dataset in (first, second)
        for configuration in trials_data.configurations(dataset)
    ]
    assert round_numbers(joined).tolist() == [1, 1, 1, 2, 2]
    assert round_numbers(first).tolist() == [0, 0, 0]


def test_rounds_are_numbered_from_the_first() -> None:
    rows = trials([(A, 1.0, 1.0)])
    assert round_numbers(join_rounds([rows, rows], first=0)).tolist() == [0, 1]


def test_rounds_of_published_trials_are_read() -> None:
    published = trials([(A, 1.0, 1.0), (B, 1.0, 1.0)]).assign(round=("trial", [2, 3]))
    assert round_numbers(published).tolist() == [2, 3]


def test_without_a_cost_all_costs_are_unknown() -> None:
    rows = trials([(A, 3.0, 10.0), (B, None, 20.0)])
    assert History.of([rows], None).costs.tolist() == [np.inf, np.inf]
    assert History.of([rows], "flops").costs.tolist() == [10.0, np.inf]
    assert History.of([rows], None).errors.tolist() == [3.0, np.inf]
    assert len(History.of([], None)) == 0


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
    found = initial_part(drawn, n, repeat)["trial"].values.tolist()
    assert found == drawn["trial"].values[places].tolist()
