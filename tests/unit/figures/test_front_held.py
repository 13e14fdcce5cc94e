"""What searches hold of the front, drawn: each repeat, and the median of those of a search."""

import numpy as np
import pytest
import xarray as xr
from matplotlib.figure import Figure

from hsic_hpo.figures.front_held import front_held as draw
from hsic_hpo.search.front_held import front_held
from small_search import search
from test_comparison import searched

DRAWN = search(60).assign_attrs(training_samples=100)
SEARCHES = [
    searched(method, repeat).assign_attrs(training_samples=100)
    for method in ("gpbo", "hsic-gpbo")
    for repeat in range(3)
]
FOUND = front_held(DRAWN, SEARCHES, "flops")


@pytest.fixture(scope="module")
def figure() -> Figure:
    return draw(FOUND)


def test_every_repeat_is_a_line_of_what_it_holds(figure: Figure) -> None:
    (axes,) = figure.axes
    thin = [line for line in axes.lines if line.get_linewidth() == 0.6]
    assert len(thin) == len(SEARCHES)
    held = FOUND["front_held"].values.reshape(len(SEARCHES), -1)
    spent = FOUND["training_flops"].values.reshape(len(SEARCHES), -1)
    for line, x, y in zip(sorted(thin, key=lambda one: one.get_zorder()), spent, held, strict=True):
        np.testing.assert_array_equal(line.get_xdata(), x[1:])
        np.testing.assert_array_equal(line.get_ydata(), y[1:])


def test_the_median_ends_at_that_of_the_last_values(figure: Figure) -> None:
    (axes,) = figure.axes
    marks = [line for line in axes.lines if line.get_marker() not in ("None", "")]
    ends = np.median(FOUND["front_held"].isel(evaluation=-1).values, axis=1)
    assert [float(mark.get_ydata()[0]) for mark in marks] == ends.tolist()
    assert [float(mark.get_xdata()[0]) for mark in marks] == (
        FOUND["training_flops"].max(["search_repeat", "evaluation"]).values.tolist()
    )


def test_its_title_names_the_search_that_holds_most(figure: Figure) -> None:
    ends = np.median(FOUND["front_held"].isel(evaluation=-1).values, axis=1)
    best = FOUND["search"].values[np.argmax(ends)]
    assert figure.get_suptitle().replace("\n", " ").startswith(f"In the end {best} holds most")


def test_its_title_calls_nearly_all_of_the_front_not_all() -> None:
    nearly = FOUND.assign(
        front_held=FOUND["front_held"].where(FOUND["front_held"].isnull(), 0.9997)
    )
    title = draw(nearly).get_suptitle().replace("\n", " ")
    assert title.endswith("99.97 % in the median, the next search 99.97 %")


def test_axes_and_legend_say_what_is_shown(figure: Figure) -> None:
    (axes,) = figure.axes
    assert axes.get_xlabel() == "floating-point operations of the search's trainings"
    assert axes.get_ylabel()
    (legend,) = figure.legends
    names = [text.get_text() for text in legend.get_texts()]
    assert names == ["gpbo", "hsic-gpbo", "random trials alone"]


def test_without_known_operations_trainings_are_counted() -> None:
    unknown = FOUND.assign(training_flops=FOUND["training_flops"] * np.nan)
    (axes,) = draw(unknown).axes
    assert axes.get_xlabel() == "trainings of the search"
    assert axes.get_xscale() == "linear"


def test_without_a_front_it_says_so() -> None:
    none = FOUND.assign(front_held=FOUND["front_held"] * np.nan)
    (axes,) = draw(none).axes
    assert any("single network" in text.get_text() for text in axes.texts)


def test_a_search_without_a_second_repeat_is_drawn() -> None:
    one: xr.Dataset = front_held(DRAWN, SEARCHES[:1] + SEARCHES[3:], "flops")
    assert draw(one).axes
