"""Pages of degenerate studies open like any other and say what is missing."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from test_report_in_browser import SHOWN, WIDTHS, Opened

from studies_to_draw import study
from told_studies import blank_figures, told


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("degenerate")


def opened(chromium: Browser, folder: Path, name: str, width: int = WIDTHS[0]) -> Opened:
    path = folder / f"{name}.html"
    if not path.exists():
        path.write_text(told(study(name), blank_figures(folder)))
    return Opened(chromium, path, width)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(
    "name",
    ["five trials", "all failed", "one hyperparameter", "forty hyperparameters", "strange names"],
)
def test_they_open_without_an_error_or_a_page_that_scrolls_sideways(
    chromium: Browser, folder: Path, name: str, width: int
) -> None:
    found = opened(chromium, folder, name, width)
    assert found.wrong == []
    assert found.page.evaluate("document.documentElement.scrollWidth") <= width
    n = study(name).trials.sizes["trial"]
    expect(found.page.locator("#trials tbody tr")).to_have_count(min(n, 10))
    found.page.close()


def test_trials_that_failed_are_among_the_worst_and_never_among_the_best(
    chromium: Browser, folder: Path
) -> None:
    found = opened(chromium, folder, "failed but ten")
    found.page.get_by_label("fraction of trials").press("End")
    count = found.page.locator("#parallel svg text").filter(has_text=SHOWN)
    expect(count).to_have_text("shown: 10 of 120 trials")
    found.page.get_by_role("radio", name="worst").check()
    expect(count).to_have_text("shown: 120 of 120 trials")
    found.page.close()


def test_none_shown_is_counted_too(chromium: Browser, folder: Path) -> None:
    found = opened(chromium, folder, "all failed")
    assert found.shown() == 0
    expect(found.page.locator("#plane")).to_have_count(0)
    found.page.close()


def test_a_single_hyperparameter_is_drawn_as_points(chromium: Browser, folder: Path) -> None:
    found = opened(chromium, folder, "one hyperparameter")
    points = found.page.locator("#parallel svg g.mark-symbol path")
    assert found.shown() == points.count() == 10
    found.page.close()


def test_a_column_filters_by_its_own_values(chromium: Browser, folder: Path) -> None:
    statuses = study("failed but ten").trials["status"].values
    found = opened(chromium, folder, "failed but ten")
    found.page.get_by_title("filter status").fill("ok")
    expect(found.page.locator(".dt-info").first).to_contain_text(
        f"of {int((statuses == 'ok').sum())} entries"
    )
    found.page.close()


def test_names_stand_in_the_headings_as_they_were_written(chromium: Browser, folder: Path) -> None:
    found = opened(chromium, folder, "strange names")
    names = study("strange names").trials["hyperparameter"].values.tolist()
    headings = found.page.locator("#trials thead .dt-column-title").all_inner_texts()
    assert [text for text in headings if text][-len(names) :] == names
    found.page.close()


def test_a_tooltip_tells_the_whole_configuration(chromium: Browser, folder: Path) -> None:
    found = opened(chromium, folder, "forty hyperparameters")
    found.page.locator("#plane svg g.mark-symbol.role-mark path").first.hover(force=True)
    value = found.page.locator("#vg-tooltip-element td.value").last
    expect(value).to_contain_text("kind")
    assert value.evaluate("cell => cell.scrollHeight - cell.clientHeight") <= 1
    found.page.close()


def test_controls_fit_on_a_phone(chromium: Browser, folder: Path) -> None:
    found = opened(chromium, folder, "strange names", min(WIDTHS))
    for control in found.page.locator("#parallel .vega-bind input[type=range]").all():
        box = control.bounding_box()
        assert box
        assert box["x"] + box["width"] < min(WIDTHS)
    found.page.close()
