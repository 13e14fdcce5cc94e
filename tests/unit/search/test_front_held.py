"""What each search holds of the front: by hand, and by areas counted cell by cell."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from hand_made_trials import A, B, C, trials
from hsic_hpo.errors import InputError
from hsic_hpo.files import read_netcdf, write_netcdf
from hsic_hpo.search.front_held import front_held
from hsic_hpo.trials.history import join_rounds

# Of their logarithms, in decades: costs 1 to 3, errors 0 to -2.
DRAWN = [(A, 1.0, 10.0), (B, 0.1, 100.0)]


def wide(n: int) -> dict[str, object]:
    return {"kind": "b", "width": n}


def searched(method: str, repeat: int, *rounds: xr.Dataset) -> xr.Dataset:
    return join_rounds(rounds).assign_attrs(method=method, search_repeat=repeat)


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> xr.Dataset:
    found = [
        searched("gpbo", 0, trials([(wide(8), 0.5, 1e4)]), trials([(C, 0.01, 1000.0)])),
        searched("gpbo", 1, trials([(wide(9), None, 50.0)])),
        searched("hsic-gpbo", 0, trials([(wide(12), 0.1, 10.0)])),
    ]
    path = tmp_path_factory.mktemp("held") / "front_held.nc"
    write_netcdf(front_held(trials(DRAWN), found, "flops"), path)
    return read_netcdf(path)


def test_it_is_the_part_of_the_hypervolume_up_to_a_tenth_beyond_the_ends(held: xr.Dataset) -> None:
    # The front of all: (10, 0.1) and (1000, 0.01). Costs count up to 10 ** 3.2; errors up to
    # 10 ** -0.9, a tenth of the front's own range above that of its cheapest network.
    whole = 2.0 * 0.1 + 0.2 * 1.1
    of_random = 1.2 * 0.1
    np.testing.assert_allclose(
        held["front_held"].sel(search="gpbo", search_repeat=0).values,
        [of_random / whole, of_random / whole, (1.0 * 0.1 + 0.2 * 1.1) / whole],
    )
    ours = held["front_held"].sel(search="hsic-gpbo", search_repeat=0).values
    np.testing.assert_allclose(ours[:2], [of_random / whole, 2.2 * 0.1 / whole])
    assert np.isnan(ours[2])


def test_a_trial_that_failed_adds_nothing_and_a_repeat_that_is_not_there_is_missing(
    held: xr.Dataset,
) -> None:
    failed = held["front_held"].sel(search="gpbo", search_repeat=1).values
    assert failed[0] == failed[1]
    assert np.isnan(held["front_held"].sel(search="hsic-gpbo", search_repeat=1)).all()


def test_operations_are_those_of_the_searchs_trainings(held: xr.Dataset) -> None:
    # Three passes of 1000 samples in each of two epochs.
    np.testing.assert_allclose(
        held["training_flops"].sel(search="gpbo", search_repeat=0).values,
        [0, 6000 * 1e4, 6000 * 1.1e4],
    )
    assert held["training_flops"].attrs == {
        "long_name": "floating-point operations of the search's trainings",
        "units": "1",
    }
    assert held.attrs["cost"] == "flops"
    assert held.attrs["cost_name"] == "FLOPs per sample"


def test_without_the_number_of_samples_operations_are_per_sample() -> None:
    drawn = trials(DRAWN).assign_attrs(training_samples=np.nan)
    one = searched("gpbo", 0, trials([(C, 0.01, 1000.0)])).assign_attrs(training_samples=np.nan)
    found = front_held(drawn, [one], "flops")
    assert found["training_flops"].values.tolist() == [[[0.0, 6000.0]]]
    assert found["training_flops"].attrs["long_name"].endswith("trainings per training sample")


def test_errors_that_are_not_all_positive_count_as_they_are() -> None:
    found = front_held(
        trials([(A, 1.0, 10.0), (B, 0.0, 100.0)]),
        [searched("gpbo", 0, trials([(C, -1.0, 1000.0)]))],
        "flops",
    )
    # In decades of the cost: 1.2 up to 10 ** 3.2, the errors 2 with a fifth of a unit above.
    whole = 1.0 * 0.2 + 1.0 * 1.2 + 0.2 * 2.2
    np.testing.assert_allclose(
        found["front_held"].values.ravel(), [(1.0 * 0.2 + 1.2 * 1.2) / whole, 1.0]
    )


@pytest.mark.parametrize("drawn", [[(A, 1.0, 10.0), (B, 2.0, 20.0)], [(A, None, 10.0)]])
def test_a_front_of_one_network_or_none_has_no_parts(drawn: list) -> None:
    one = searched("gpbo", 0, trials([(C, None, 5.0)]))
    found = front_held(trials(drawn), [one], "flops")
    assert np.isnan(found["front_held"]).all()
    assert found["front_held"].shape == (1, 1, 2)


def test_a_cost_that_the_trials_lack_is_refused() -> None:
    with pytest.raises(InputError, match="flop"):
        front_held(trials(DRAWN), [], "flop")


POINT = st.tuples(st.floats(0.01, 10.0), st.floats(1.0, 1e6))
POINTS = st.lists(POINT, min_size=1, max_size=6)


def area(points: np.ndarray, worst: np.ndarray) -> float:
    """Return the area between points and the worst that counts, cell by cell."""
    edges = [np.unique(np.append(column, end)) for column, end in zip(points.T, worst, strict=True)]
    x, y = (one[one <= end] for one, end in zip(edges, worst, strict=True))
    return sum(
        (x[i + 1] - x[i]) * (y[j + 1] - y[j])
        for i in range(len(x) - 1)
        for j in range(len(y) - 1)
        if ((points[:, 0] <= x[i]) & (points[:, 1] <= y[j])).any()
    )


@settings(max_examples=30)
@given(POINTS, POINTS)
def test_parts_are_ratios_of_areas(
    first: list[tuple[float, float]], later: list[tuple[float, float]]
) -> None:
    rows = [(wide(i + 1), error, cost) for i, (error, cost) in enumerate([*first, *later])]
    drawn, others = trials(rows[: len(first)]), trials(rows[len(first) :])
    found = front_held(drawn, [searched("gpbo", 0, others)], "flops")["front_held"].values.ravel()
    points = np.log([(cost, error) for error, cost in [*first, *later]])
    low, highest = points[np.lexsort((points[:, 1], points[:, 0]))[0]]
    lowest = points[:, 1].min()
    dearest = points[points[:, 1] == lowest, 0].min()
    if lowest == highest:
        assert np.isnan(found).all()
        return
    worst = np.array([dearest + 0.1 * (dearest - low), highest + 0.1 * (highest - lowest)])
    areas = [area(points[: len(first) + n], worst) for n in range(len(later) + 1)]
    np.testing.assert_allclose(found, np.array(areas) / areas[-1], rtol=1e-6, atol=1e-9)
    assert (np.diff(found) >= -1e-12).all()


def test_it_is_written_and_read(held: xr.Dataset, tmp_path: Path) -> None:
    write_netcdf(held, tmp_path / "again.nc")
    xr.testing.assert_identical(read_netcdf(tmp_path / "again.nc"), held)
