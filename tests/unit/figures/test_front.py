"""The front among all trials: its steps, its networks, what was chosen."""

import numpy as np
import pytest
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hsic_hpo.figures.front import front
from hsic_hpo.search.front import ALL, make_front
from hsic_hpo.search.known_trials import by_method, known_trials
from hsic_hpo.trials import dataset as trials
from small_search import search
from test_comparison import searched

CHOICES = [{"tolerance": 0.0}, {"tolerance": 0.0, "knee": True}]
DRAWN, SEARCHES = search(100), [searched("gpbo", 0), searched("hsic-gpbo", 0)]
KNOWN = {ALL: known_trials(DRAWN, SEARCHES)} | by_method(DRAWN, SEARCHES, {})
FOUND = make_front(KNOWN, "flops", CHOICES)


@pytest.fixture(scope="module")
def figure() -> Figure:
    return front(DRAWN, SEARCHES, FOUND)


def scattered(axes: Axes) -> set[tuple[float, float]]:
    return {tuple(point) for points in axes.collections for point in points.get_offsets().data}


def test_every_trial_is_a_point(figure: Figure) -> None:
    for dataset in [DRAWN, *SEARCHES]:
        points = zip(dataset["flops"].values, trials.error(dataset), strict=True)
        assert set(points) <= scattered(figure.axes[0])


def test_each_front_is_a_staircase_to_the_dearest_trial(figure: Figure) -> None:
    stairs = [line.get_xydata() for line in figure.axes[0].lines]
    assert len(stairs) == FOUND.sizes["search"]
    dearest = max(dataset["flops"].values.max() for dataset in [DRAWN, *SEARCHES])
    for label, stair in zip(FOUND["search"].values, stairs, strict=True):
        steps = FOUND.sel(search=label).dropna("place", subset=["error"])
        np.testing.assert_array_equal(stair[:-1, 0], steps["cost"].values)
        np.testing.assert_array_equal(stair[:-1, 1], steps["error"].values)
        assert stair[-1].tolist() == [dearest, steps["error"].values[-1]]


def test_what_the_choices_take_is_circled_and_named(figure: Figure) -> None:
    (axes,) = figure.axes
    whole = FOUND.sel(search=ALL)
    taken = np.flatnonzero(whole["chosen_by"].values != "")
    rings = next(points for points in axes.collections if not points.get_facecolors().size)
    assert {tuple(point) for point in rings.get_offsets().data} == {
        (float(whole["cost"][place]), float(whole["error"][place])) for place in taken
    }
    named = {text.get_text() for text in axes.texts if text.get_text()}
    assert named == {str(whole["chosen_by"].values[place]).replace("; ", "\n") for place in taken}


def test_names_stand_below_the_front(figure: Figure) -> None:
    (axes,) = figure.axes
    figure.draw_without_rendering()
    steps = FOUND.sel(search=ALL).dropna("place", subset=["error"])
    corners = axes.transData.transform(np.stack([steps["cost"], steps["error"]], axis=1))
    for text in axes.texts:
        if text.get_text():
            box = text.get_window_extent()
            inside = (corners[:, 0] > box.x0) & (corners[:, 0] < box.x1)
            assert (corners[inside, 1] >= box.y0 - 1).all()
            assert box.y0 >= axes.get_window_extent().y0


def test_axes_state_their_units(figure: Figure) -> None:
    (axes,) = figure.axes
    assert axes.get_xlabel().startswith("FLOPs per sample")
    assert axes.get_ylabel() == "validation error (dimensionless)"
    by_time = front(DRAWN, SEARCHES, make_front(KNOWN, "train_seconds"))
    assert by_time.axes[0].get_xlabel() == "wall time of the training (s)"


def test_nothing_known_says_so() -> None:
    failed = search(40, error=lambda configuration: None)
    found: xr.Dataset = make_front({ALL: known_trials(failed, [])}, "flops", CHOICES)
    (axes,) = front(failed, [], found).axes
    assert axes.texts[0].get_text() == "no trial has both an error and a cost"
