"""The interactive charts, as specified: their data, their controls, their looks."""

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest

from hsic_hpo.figures.style import search_look
from hsic_hpo.reports import frames
from hsic_hpo.reports.chart_style import Tables
from hsic_hpo.reports.parallel import parallel_coordinates
from hsic_hpo.reports.plane import plane
from hsic_hpo.search.front import make_front
from hsic_hpo.search.known_trials import known_trials
from hsic_hpo.search.methods import METHODS as ALL_METHODS
from hsic_hpo.trials import dataset as trials_data
from small_search import SPACE, rule, search
from studies_to_draw import NAMES, study
from told_studies import METHODS, searched

SEARCHES = [searched(SPACE, rule, method) for method in METHODS]
FRAME = frames.trials_frame(study("usual").trials, SEARCHES)


def rows(chart: dict[str, Any], column: str) -> list[dict[str, Any]]:
    """Return the rows of the chart's first table that has a column."""
    return next(table for table in chart["datasets"].values() if column in table[0])


def rows_of(frame: pd.DataFrame) -> list[dict[Any, Any]]:
    """Return the rows that a chart has of a table."""
    tables = Tables()
    tables.add(frame)
    (found,) = tables.rows.values()
    return found


def parts(value: object) -> Iterator[dict[str, Any]]:
    """Go through all objects of a specification."""
    if isinstance(value, dict):
        yield value
        for one in value.values():
            yield from parts(one)
    elif isinstance(value, list):
        for one in value:
            yield from parts(one)


def parallel(name: str, fraction: float = 0.1) -> dict[str, Any]:
    drawn = study(name).trials
    found = SEARCHES if name == "usual" else []
    return parallel_coordinates(
        frames.trials_frame(drawn, found),
        trials_data.space(drawn),
        frames.positions(drawn, found),
        frames.memberships(drawn, found),
        fraction,
    )


def test_plane_has_a_point_per_trial_with_all_that_the_tooltip_tells() -> None:
    chart = plane(FRAME, "error", "1")
    assert chart is not None
    shown = rows(chart, "flops")
    assert [row["trial"] for row in shown] == FRAME["trial"].tolist()
    np.testing.assert_allclose([row["flops"] for row in shown], FRAME["flops"])
    told = [one["field"] for one in chart["encoding"]["tooltip"]]
    assert {*told, chart["encoding"]["x"]["field"], chart["encoding"]["y"]["field"]} <= {*shown[0]}
    assert all(name in shown[0]["configuration"] for name in ("n_layers", "learning_rate"))


def test_searches_look_as_in_the_figures_and_differ_in_shape_too() -> None:
    chart = plane(FRAME, "error", "1")
    assert chart is not None
    colour, shape = (chart["encoding"][one]["scale"] for one in ("color", "shape"))
    assert colour["domain"] == shape["domain"] == ["random", *METHODS]
    assert colour["range"] == [search_look(method)[0] for method in ("random", *METHODS)]
    assert len(set(shape["range"])) == len(shape["domain"])


def test_every_method_of_a_study_has_a_shape_of_its_own() -> None:
    methods = list(ALL_METHODS)
    frame = FRAME.assign(search=[methods[i % len(methods)] for i in range(len(FRAME))])
    chart = plane(frame, "error", "1")
    assert chart is not None
    shapes = chart["encoding"]["shape"]["scale"]["range"]
    assert len(set(shapes)) == len(methods) > 9


def test_the_plane_has_the_staircase_of_the_front() -> None:
    drawn = study("usual").trials
    front = make_front({"all": known_trials(drawn, [])}, "flops")
    chart = plane(frames.trials_frame(drawn, []), "error", "1", front)
    assert chart is not None
    stairs, points = chart["layer"]
    assert stairs["mark"]["interpolate"] == "step-after"
    steps = chart["datasets"][stairs["data"]["name"]]
    assert [step["flops"] for step in steps] == front["cost"].values[0].tolist()
    assert [step["validation_error"] for step in steps] == front["error"].values[0].tolist()
    assert points["encoding"]["x"]["field"] == stairs["encoding"]["x"]["field"] == "flops"
    # Another cost is not on this axis.
    by_time = make_front({"all": known_trials(drawn, [])}, "train_seconds")
    assert "layer" not in (plane(frames.trials_frame(drawn, []), "error", "1", by_time) or {})


def test_axes_of_the_plane_say_what_they_show_with_units() -> None:
    chart = plane(FRAME, "L2 error", "%")
    assert chart is not None
    assert chart["encoding"]["y"]["title"] == "validation L2 error (%)"
    assert "FLOPs per sample" in chart["encoding"]["x"]["title"]
    assert {chart["encoding"][axis]["scale"]["type"] for axis in "xy"} == {"log"}


@pytest.mark.parametrize("shift", [0.0, -0.5])
def test_errors_of_zero_and_below_are_in_the_plane_too(shift: float) -> None:
    frame = FRAME.assign(validation_error=FRAME["validation_error"] + shift)
    frame.loc[3, "validation_error"] = min(0.0, shift)
    chart = plane(frame, "error", "1")
    assert chart is not None
    assert len(rows(chart, "flops")) == len(frame)
    assert chart["encoding"]["y"]["scale"]["type"] == "linear"
    assert chart["encoding"]["x"]["scale"]["type"] == "log"


def test_trials_that_failed_are_not_in_the_plane() -> None:
    drawn = search(60, error=lambda one: None if one["n_units"] > 100 else rule(one))
    chart = plane(frames.trials_frame(drawn, []), "error", "1")
    assert chart is not None
    ended_well = (drawn["status"].values == "ok")[:, 0]
    assert len(rows(chart, "flops")) == ended_well.sum() < 60


def test_without_an_error_there_is_no_plane() -> None:
    assert plane(frames.trials_frame(study("all failed").trials, []), "error", "1") is None


@pytest.mark.parametrize("name", NAMES)
def test_parallel_axes_carry_the_users_values_where_they_stand(name: str) -> None:
    space = trials_data.space(study(name).trials)
    labels = rows(parallel(name), "text")
    for place, hyperparameter in enumerate(space.hyperparameters):
        own = [row for row in labels if row["axis"] == place]
        assert len(own) >= 2
        for row in own:
            assert 0 <= row["u"] <= 1
            if hyperparameter.type in ("categorical", "boolean"):
                level = hyperparameter.value(row["u"])
                assert row["text"] == (str(level).lower() if level in (True, False) else str(level))


def test_parallel_points_are_the_positions_of_the_trials() -> None:
    drawn = study("usual").trials
    points = pd.DataFrame(rows(parallel("usual"), "u"))
    table = points.pivot_table(index="row", columns="axis", values="u", dropna=False)
    np.testing.assert_allclose(table.to_numpy(), frames.positions(drawn, SEARCHES), atol=1e-4)


def test_controls_start_at_the_goal_of_the_random_search() -> None:
    controls = {one["name"]: one for one in parallel("usual", 0.25)["params"]}
    assert controls["fraction"]["value"] == 0.25
    assert controls["fraction"]["bind"]["max"] == 1
    assert controls["end"]["bind"]["options"] == ["best", "worst"]
    assert controls["search_of"]["value"] == "random"
    assert controls["search_of"]["bind"]["options"][:3] == ["random", *METHODS]
    labels = list(frames.memberships(study("usual").trials, []))
    assert controls["group"]["bind"]["labels"] == ["all trials", *labels[1:]]
    # A control without words says nothing to a screen reader.
    assert all(one["bind"]["name"].strip() for one in controls.values())


@pytest.mark.parametrize("name", NAMES)
def test_charts_name_no_address_and_are_valid_json(name: str) -> None:
    text = json.dumps(parallel(name), allow_nan=False)
    assert "http" not in text
    assert not [one for one in parts(json.loads(text)) if "url" in one]


def test_missing_numbers_are_null() -> None:
    assert rows_of(pd.DataFrame({"error": [0.5, np.nan], "name": ["a", None]})) == [
        {"error": 0.5, "name": "a"},
        {"error": None, "name": None},
    ]


@pytest.mark.parametrize("error", [1.23456789e-12, 3.4567e-7, 0.5, 1e6 / 3])
def test_numbers_keep_their_digits_whatever_their_size(error: float) -> None:
    (row,) = rows_of(pd.DataFrame({"error": [error]}))
    assert row["error"] == pytest.approx(error, rel=1e-12)


def test_more_trials_than_altair_takes_by_itself_are_drawn() -> None:
    many = pd.concat([FRAME] * 20, ignore_index=True)
    chart = plane(many, "error", "1")
    assert chart is not None
    assert len(rows(chart, "flops")) == len(many) > 5000
