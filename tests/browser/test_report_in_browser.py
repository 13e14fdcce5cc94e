"""The report as a person meets it: opened from disk in a browser, without a network."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Dialog, Page, expect

from hsic_hpo.figures.comparison import comparison
from hsic_hpo.figures.style import save
from hsic_hpo.reports import sentences
from hsic_hpo.tables.summary import summary
from hsic_hpo.trials.variables import hyperparameter_values
from small_search import SPACE, rule, search
from studies_to_draw import first, studied, study
from test_all_figures import FIGURES as DRAWN
from told_studies import HOSTILE, HOSTILE_SPACE, METHODS, compared, searched, told

WIDTHS = (1280, 390)
N_TRIALS = 300
N_SEARCHED = 16
SHOWN = re.compile(r"shown: (\d+) of (\d+) trials")


class Opened:
    """A page in the browser, and all that went wrong in it."""

    def __init__(self, chromium: Browser, path: Path, width: int) -> None:
        self.page: Page = chromium.new_page(viewport={"width": width, "height": 900})
        self.wrong: list[str] = []
        self.requested: list[str] = []
        self.page.on("console", lambda message: self.wrong.append(message.text))
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("dialog", lambda dialog: self._refuse(dialog))
        self.page.on("request", lambda request: self.requested.append(request.url))
        self.page.goto(path.as_uri())
        expect(self.page.locator("#parallel svg.marks")).to_be_visible()
        expect(self.page.locator("#trials tbody tr").first).to_be_visible()

    def _refuse(self, dialog: Dialog) -> None:
        self.wrong.append(dialog.message)
        dialog.dismiss()

    def shown(self) -> int:
        """Return how many trials the parallel coordinates say that they show."""
        text = self.page.locator("#parallel svg.marks text").filter(has_text=SHOWN).text_content()
        found = SHOWN.search(text or "")
        assert found
        return int(found[1])

    def lines(self) -> int:
        """Return how many lines they draw."""
        return self.page.locator("#parallel svg.marks g.mark-line path").count()


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a study of 300 trials and two searches, with its real figures."""
    folder = tmp_path_factory.mktemp("report")
    found = [searched(SPACE, rule, method, N_SEARCHED) for method in METHODS]
    one = study("usual")
    drawn = {name: draw(one) for name, draw in DRAWN.items() if name != "space"}
    drawn["comparison"] = comparison(one.trials, found, compared(["random", *METHODS]))
    for name, figure in drawn.items():
        save(figure, folder / f"{name}.svg")
    path = folder / "report.html"
    path.write_text(told(study("usual"), {name: folder / f"{name}.svg" for name in drawn}, found))
    return path


@pytest.fixture
def opened(chromium: Browser, report: Path) -> Iterator[Opened]:
    found = Opened(chromium, report, WIDTHS[0])
    yield found
    found.page.close()


@pytest.mark.parametrize("width", WIDTHS)
def test_it_opens_without_an_error_a_request_or_a_page_that_scrolls_sideways(
    chromium: Browser, report: Path, width: int, tmp_path: Path
) -> None:
    opened = Opened(chromium, report, width)
    assert opened.wrong == []
    # The table's own script is in the page; the browser is given it as a blob.
    assert [url for url in opened.requested if not url.startswith(("data:", "blob:"))] == [
        report.as_uri()
    ]
    inside = opened.page.evaluate("document.documentElement.scrollWidth")
    assert inside <= width
    for image in opened.page.locator("img").all():
        assert image.evaluate("image => image.naturalWidth") > 0
    opened.page.screenshot(path=tmp_path / f"{width}.png", full_page=True)
    assert (tmp_path / f"{width}.png").stat().st_size > 100_000
    opened.page.close()


def test_a_phone_shows_the_network_its_place_on_the_front_and_what_matters_first(
    chromium: Browser, report: Path
) -> None:
    opened = Opened(chromium, report, WIDTHS[1])
    boxes = [
        opened.page.locator(f".answer section.{part}")
        for part in ("recommended", "sketch", "matters")
    ]
    ends = [box["y"] + box["height"] for one in boxes if (box := one.bounding_box())]
    assert ends == sorted(ends)
    assert len(ends) == 3
    # The height of a phone.
    assert ends[1] < 844
    opened.page.close()


def test_sentences_are_those_of_the_datasets(opened: Opened) -> None:
    one = study("usual")
    told_sentences = [
        *summary(one.trials, one.sensitivity),
        sentences.worst(one.sensitivity),
        sentences.interaction_sentence(one.sensitivity),
        sentences.convergence_sentence(one.convergence),
    ]
    on_page = opened.page.locator("p.finding").all_inner_texts()
    for sentence in told_sentences:
        assert sentence in on_page
    impact = opened.page.locator("#impact")
    assert "learning_rate" in impact.locator("p.finding").first.inner_text()
    expect(impact.get_by_role("img")).to_have_count(2)


def test_the_slider_changes_which_trials_are_shown(opened: Opened) -> None:
    assert opened.shown() == opened.lines() == N_TRIALS // 10
    slider = opened.page.get_by_label("fraction of trials")
    slider.focus()
    for _ in range(10):
        slider.press("ArrowRight")
    expect(opened.page.locator("#parallel svg.marks g.mark-line path")).to_have_count(N_TRIALS // 5)
    assert opened.shown() == N_TRIALS // 5
    slider.press("End")
    expect(opened.page.locator("#parallel svg.marks g.mark-line path")).to_have_count(N_TRIALS)


def test_best_and_worst_show_other_trials(opened: Opened) -> None:
    lines = opened.page.locator("#parallel svg.marks g.mark-line path")
    best = {line.get_attribute("d") for line in lines.all()}
    before = lines.first.get_attribute("d")
    opened.page.get_by_role("radio", name="worst").check()
    opened.page.wait_for_function(
        "before => document.querySelector('#parallel svg.marks g.mark-line path')"
        ".getAttribute('d') !== before",
        arg=before,
    )
    worst = {line.get_attribute("d") for line in lines.all()}
    assert len(worst) == N_TRIALS // 10
    assert not worst & best


def test_groups_and_searches_choose_trials_and_axes(opened: Opened) -> None:
    opened.page.get_by_label("fraction of trials").press("End")
    names = opened.page.locator("#parallel svg.marks .role-axis-label text")
    assert "momentum" not in names.all_text_contents()
    opened.page.get_by_label("group").select_option(label="optimizer = sgd")
    expect(names.filter(has_text="momentum")).to_have_count(1)
    trials = study("usual").trials
    assert opened.shown() == int((hyperparameter_values(trials, "optimizer") == "sgd").sum())
    opened.page.get_by_label("group").select_option(label="all trials")
    opened.page.get_by_role("combobox", name="search").select_option(label="gpbo")
    expect(opened.page.locator("#parallel svg.marks g.mark-line path")).to_have_count(N_SEARCHED)


def test_pointing_at_a_trial_shows_its_configuration(opened: Opened) -> None:
    points = opened.page.locator("#plane svg.marks g.mark-symbol.role-mark path")
    assert points.count() == N_TRIALS + 2 * N_SEARCHED
    points.last.hover()
    tooltip = opened.page.locator("#vg-tooltip-element")
    expect(tooltip).to_contain_text("learning_rate")
    expect(tooltip).to_contain_text("FLOPs per sample")


@pytest.mark.parametrize("width", WIDTHS)
def test_a_limit_picks_the_right_configuration_by_the_keyboard(
    chromium: Browser, report: Path, width: int
) -> None:
    opened = Opened(chromium, report, width)
    page = opened.page
    choices = page.evaluate("JSON.parse(document.getElementById('front-choices').textContent)")
    assert len(choices) > 2
    button = page.locator("#picked-copy")
    limit = (choices[1]["cost"] + choices[2]["cost"]) / 2
    page.get_by_label("FLOPs per sample at most").press_sequentially(str(limit))
    expect(button).to_have_attribute("data-yaml", choices[1]["yaml"])
    expect(page.locator("#picked-configuration dd")).to_have_text(
        [value for _, value in choices[1]["configuration"]]
    )
    page.get_by_label("or validation error at most").press_sequentially(str(choices[2]["error"]))
    expect(button).to_have_attribute("data-yaml", choices[2]["yaml"])
    page.get_by_label("or walk along the front").press("Home")
    expect(button).to_have_attribute("data-yaml", choices[0]["yaml"])
    page.locator("#front-chart .place").last.hover()
    expect(button).to_have_attribute("data-yaml", choices[-1]["yaml"])
    button.press("Enter")
    expect(button).to_have_text("Copied")
    assert opened.wrong == []
    page.close()


def test_no_table_is_cut_and_that_of_all_trials_scrolls_beside_the_names_of_its_rows(
    opened: Opened,
) -> None:
    cut = opened.page.evaluate(
        "[...document.querySelectorAll('.scroll, .all-trials')].filter(one =>"
        " one.querySelector('table') && one.scrollWidth > one.clientWidth + 1)"
        ".map(one => one.getAttribute('aria-label'))"
    )
    assert cut == []
    box = opened.page.locator(".all-trials .dt-layout-table .dt-layout-cell")
    first = box.locator("tbody tr").first.locator("td").first
    last = box.locator("tbody tr").first.locator("td").last
    first.scroll_into_view_if_needed()
    before = first.bounding_box()
    assert before is not None
    box.evaluate("one => one.scrollTo(one.scrollWidth, 0)")
    expect(last).to_be_in_viewport(ratio=0.9)
    after = first.bounding_box()
    assert after is not None
    assert after["x"] == pytest.approx(before["x"], abs=1)


def test_the_table_of_trials_sorts_and_filters(opened: Opened) -> None:
    page, rows = opened.page, opened.page.locator("#trials tbody tr")
    information = page.locator("#trials_wrapper .dt-info, .dt-info").first
    expect(information).to_contain_text(f"of {N_TRIALS + 2 * N_SEARCHED} entries")
    errors = page.locator("#trials tbody tr td:nth-child(5)")
    shown = [float(text) for text in errors.all_inner_texts()]
    assert shown == sorted(shown)
    heading = page.locator("#trials thead th").filter(has_text="validation error")
    heading.get_by_role("button").click()
    expect(heading).to_have_attribute("aria-sort", "ascending")
    heading.get_by_role("button").click()
    expect(heading).to_have_attribute("aria-sort", "descending")
    turned = [float(text) for text in errors.all_inner_texts()]
    assert turned == sorted(turned, reverse=True)
    assert turned[0] > shown[-1]
    page.get_by_role("searchbox").fill("hsic-gpbo")
    expect(information).to_contain_text(f"of {N_SEARCHED} entries")
    assert rows.count() == 10


def test_all_controls_are_reached_by_the_keyboard(opened: Opened) -> None:
    page = opened.page
    reached = set()
    for _ in range(120):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.outerHTML.slice(0, 300)"))
    found = "\n".join(reached)
    for control in (
        *("Skip to the content", 'type="range"', 'type="radio"', "<select", "<summary"),
        *('type="search"', "Figure: importance", 'href="#provenance"'),
    ):
        assert control in found, control


def test_skip_link_jumps_to_the_content(opened: Opened) -> None:
    opened.page.keyboard.press("Tab")
    opened.page.keyboard.press("Enter")
    opened.page.wait_for_url("**#content")


def test_hostile_names_run_nothing(chromium: Browser, report: Path, tmp_path: Path) -> None:
    hostile = studied(search(60, spec=HOSTILE_SPACE, error=first))
    figures = {path.stem: path for path in report.parent.glob("*.svg")}
    path = tmp_path / "hostile.html"
    path.write_text(told(hostile, figures))
    opened = Opened(chromium, path, WIDTHS[0])
    assert opened.wrong == []
    expect(opened.page.get_by_text(HOSTILE).first).to_be_visible()
    opened.page.close()
