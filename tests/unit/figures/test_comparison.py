"""Error against cost of searches: every trial, the incumbents' paths, the Pareto front."""

import numpy as np
import pytest
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hsic_hpo.figures.comparison import comparison
from hsic_hpo.trials import dataset as trials
from small_search import search


def searched(method: str, repeat: int, n: int = 24) -> xr.Dataset:
    found = search(n, seed=10 * repeat + len(method))
    rounds = xr.Variable("trial", np.arange(n) // 8)
    return found.assign(round=rounds).assign_attrs(method=method, search_repeat=repeat)


def compared(methods: list[str], flops: list[list[float]]) -> xr.Dataset:
    dims = ("search", "search_repeat")
    values = np.array(flops)
    return xr.Dataset(
        {"flops": (dims, values), "validation_error": (dims, 0.01 * values)},
        coords={"search": methods, "search_repeat": np.arange(values.shape[1])},
        attrs={"error_name": "error", "error_units": "1"},
    )


SEARCHES = [searched("gpbo", 0), searched("gpbo", 1), searched("hsic-gpbo", 0)]


@pytest.fixture(scope="module")
def figure() -> Figure:
    chosen = compared(["random", "gpbo", "hsic-gpbo"], [[300, np.nan], [200, 210], [20, np.nan]])
    return comparison(search(100), SEARCHES, chosen)


def scattered(axes: Axes) -> list[np.ndarray]:
    return [points.get_offsets().data for points in axes.collections]


def test_every_trial_of_every_search_is_a_point(figure: Figure) -> None:
    drawn = [tuple(point) for points in scattered(figure.axes[0]) for point in points]
    for dataset in [search(100), *SEARCHES]:
        assert set(zip(dataset["flops"].values, trials.error(dataset), strict=True)) <= set(drawn)


def test_the_title_says_what_each_search_chose(figure: Figure) -> None:
    title = figure.get_suptitle().replace("\n", " ")
    assert title == (
        "Chosen, of its repeats the lowest validation error: hsic-gpbo 0.2 with 20 FLOPs per "
        "sample; gpbo 2 with 200 FLOPs per sample; random 3 with 300 FLOPs per sample"
    )


def test_path_is_the_lowest_error_so_far_after_each_round(figure: Figure) -> None:
    paths = [line.get_xydata() for line in figure.axes[0].lines if line.get_marker() == "."]
    assert len(paths) == len(SEARCHES)
    for path, dataset in zip(paths, SEARCHES, strict=True):
        error = trials.error(dataset)
        after = [error[: 8 * (done + 1)].min() for done in range(3)]
        assert path[:, 1].tolist() == sorted(set(after), reverse=True)


def test_front_is_dominated_by_no_trial(figure: Figure) -> None:
    front = next(line for line in figure.axes[0].lines if line.get_label() == "Pareto front")
    known = [search(100), *SEARCHES]
    flops = np.concatenate([one["flops"].values for one in known])
    error = np.concatenate([trials.error(one) for one in known])
    dominated = [
        bool(((flops <= f) & (error <= e) & ((flops < f) | (error < e))).any())
        for f, e in zip(flops, error, strict=True)
    ]
    best = {(f, e) for f, e, worse in zip(flops, error, dominated, strict=True) if not worse}
    # The staircase goes on to the most expensive trial.
    assert set(map(tuple, front.get_xydata()[:-1])) == best
    assert front.get_xydata()[-1].tolist() == [flops.max(), error.min()]


def test_chosen_configurations_are_marked_and_named(figure: Figure) -> None:
    labelled = {
        points.get_label(): points.get_offsets().data[:, 0].tolist()
        for points in figure.axes[0].collections
        if points.get_label().endswith(": chosen")
    }
    assert labelled["gpbo: chosen"] == [200, 210]
    assert labelled["hsic-gpbo: chosen"][0] == 20


def test_a_choice_is_marked_once_whatever_it_was_trained_again_with() -> None:
    rows = compared(["gpbo", "gpbo, lowest-error-9-epochs"], [[200.0], [200.0]])
    lengths = ("search", ["50 epochs", "9 epochs"])
    found = comparison(search(100), SEARCHES, rows.assign_coords(retrained_for=lengths))
    labels = [points.get_label() for points in found.axes[0].collections]
    assert [label for label in labels if label.endswith(": chosen")] == ["gpbo: chosen"]


def test_a_further_choice_of_a_method_is_the_same_mark_hollow() -> None:
    rows = compared(["gpbo, a", "gpbo, b", "hsic-gpbo, a"], [[200.0], [30.0], [20.0]])
    words = ("search", ["lowest error", "at most 30 FLOPs per sample", "cheapest"])
    methods = ("search", ["gpbo", "gpbo", "hsic-gpbo"])
    found = comparison(search(100), SEARCHES, rows.assign_coords(method=methods, choice=words))
    title = found.get_suptitle().replace("\n", " ")
    assert "gpbo 0.3 with 30 FLOPs per sample" in title
    assert "gpbo," not in title
    first, second, other = found.axes[0].collections[-3:]
    assert [mark.get_offsets().data[0, 0] for mark in (first, second, other)] == [200, 30, 20]
    edges = first.get_paths()[0].vertices
    assert np.array_equal(second.get_paths()[0].vertices, edges)
    assert not np.array_equal(other.get_paths()[0].vertices, edges)
    assert second.get_edgecolor().tolist() == first.get_facecolor().tolist()
    assert second.get_facecolor().tolist() == [[1, 1, 1, 1]]
    told = [text.get_text().replace("\n", " ") for text in found.legends[0].get_texts()]
    assert told[:2] == ["gpbo: chosen", "hsic-gpbo: chosen"]
    assert told[3:5] == ["lowest error or cheapest", "at most 30 FLOPs per sample"]


def test_axes_state_their_units(figure: Figure) -> None:
    (axes,) = figure.axes
    assert axes.get_xlabel().startswith("FLOPs per sample")
    assert axes.get_ylabel() == "validation error (dimensionless)"
    assert axes.get_xscale() == "log"


def test_nothing_known_says_so() -> None:
    failed = search(40, error=lambda configuration: None)
    (axes,) = comparison(failed, [], compared(["random"], [[np.nan]])).axes
    assert axes.texts[0].get_text() == "no trial has both an error and a cost"
