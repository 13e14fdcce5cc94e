"""The table of all trials: all of them, best first, as text."""

import json
import re
from html import unescape
from typing import Any

import pytest
import xarray as xr

from hsic_hpo.reports import frames
from hsic_hpo.reports.trials_table import offline_scripts, trials_table
from hsic_hpo.trials import dataset as trials
from small_search import SPACE, rule, search
from studies_to_draw import NAMES, study
from told_studies import HOSTILE, HOSTILE_SPACE, METHODS, searched

RESULTS = ["trial", "status", "validation error", "test error", "parameters", "FLOPs per sample"]
RESULTS += ["seconds"]
OF_ALL = len(RESULTS)


def html(drawn: xr.Dataset, found: list[xr.Dataset] | None = None) -> str:
    found = found or []
    return trials_table(frames.trials_frame(drawn, found), frames.values_frame(drawn, found))


def option(text: str, name: str) -> Any:
    """Return what the table's script is given under a name, a text in JSON."""
    found = re.search(rf'"{name}": ("(?:[^"\\]|\\.)*")', text)
    assert found
    return json.loads(found[1])


def rows(text: str) -> list[list[Any]]:
    return json.loads(option(text, "data_json"))


def headings(text: str) -> list[str]:
    head = re.search(r"<thead>.*</thead>", option(text, "table_html"), re.DOTALL)
    assert head
    return [unescape(name) for name in re.findall(r"<th>(.*?)</th>", head[0])]


def test_rows_are_all_trials_the_best_first_and_failures_last() -> None:
    drawn = search(50, error=lambda one: None if one["n_units"] > 100 else rule(one))
    found = [searched(SPACE, rule, method) for method in METHODS]
    shown = rows(html(drawn, found))
    frame = frames.trials_frame(drawn, found)
    assert sorted(row[0] for row in shown) == sorted(frame["trial"])
    ended_well = frame.dropna(subset="validation_error").sort_values("validation_error")
    n = len(ended_well)
    assert 0 < n < len(frame)
    # Beside the text that is shown stands the number that it is sorted by.
    assert [row[4][1] for row in shown[:n]] == ended_well["validation_error"].tolist()
    assert {row[3] for row in shown[:n]} == {"ok"}
    assert {row[3] for row in shown[n:]} == {"failed"}


@pytest.mark.parametrize("name", NAMES)
def test_columns_are_the_results_and_then_the_hyperparameters(name: str) -> None:
    drawn = study(name).trials
    text = html(drawn)
    names = trials.space(drawn).names
    known = headings(text)[: -len(names)]
    assert known[:3] == ["trial", "status", "validation error"]
    assert set(known) <= set(RESULTS)
    assert headings(text)[-len(names) :] == names
    assert {len(row) for row in rows(text)} == {len(known) + len(names)}


def test_searches_are_told_apart() -> None:
    found = [searched(SPACE, rule, method) for method in METHODS]
    assert headings(html(search(30), found))[:9] == ["trial", "search", "round", *RESULTS[1:]]


def test_a_row_holds_the_configuration_of_its_trial() -> None:
    drawn = search(20)
    text = html(drawn)
    place = OF_ALL + trials.space(drawn).names.index("learning_rate")
    rates = {
        str(name)[:8]: configuration["learning_rate"]
        for name, configuration in zip(
            drawn["trial"].values, trials.configurations(drawn), strict=True
        )
    }
    assert {row[0]: row[place][1] for row in rows(text)} == rates


def test_a_value_near_1_is_not_called_1() -> None:
    drawn = search(5)
    values = frames.values_frame(drawn, [])
    values["learning_rate"] = 0.99996
    text = trials_table(frames.trials_frame(drawn, []), values)
    place = OF_ALL + trials.space(drawn).names.index("learning_rate")
    assert {str(row[place][0]) for row in rows(text)} == {"0.99996"}


def test_names_and_levels_are_text() -> None:
    text = html(search(30, spec=HOSTILE_SPACE, error=lambda one: one[HOSTILE]))
    assert "<img" not in text
    assert headings(text)[OF_ALL:] == list(HOSTILE_SPACE)


def test_booleans_are_written_as_in_the_config() -> None:
    drawn = search(60)
    place = OF_ALL + trials.space(drawn).names.index("nesterov")
    assert {"true", "false"} <= {str(row[place]) for row in rows(html(drawn))}
    assert not {"True", "False"} & {str(row[place]) for row in rows(html(drawn))}


def test_it_links_to_nowhere() -> None:
    assert "://" not in html(search(30)).replace("http://www.w3.org/", "")


def test_its_scripts_load_nothing() -> None:
    scripts = offline_scripts()
    assert not re.findall(r"""<(?:script|link)[^>]*(?:src|href)=["']?https?:""", scripts)
    assert not re.findall(r"""\bimport\s*\(?["']https?:""", scripts)
