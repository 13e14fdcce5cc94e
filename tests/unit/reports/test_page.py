"""The page: whole, escaped, the same each time, light, also for degenerate studies."""

import re
import subprocess
import sys
from dataclasses import replace
from functools import partial
from html import escape, unescape
from pathlib import Path

import pytest

from hsic_hpo.errors import InputError
from hsic_hpo.figures.by_name import draw
from hsic_hpo.figures.front import front
from hsic_hpo.figures.front_held import front_held
from hsic_hpo.figures.style import save
from hsic_hpo.reports.captions import CAPTIONS
from hsic_hpo.reports.figures import figures_to_draw
from hsic_hpo.reports.page import page
from hsic_hpo.reports.study_parts import PARTS, StudyParts, read_parts
from hsic_hpo.sensitivity.values_of_best import with_values
from hsic_hpo.trials.values_of_pairs import interacting_pairs
from published_studies import REFERENCE, unpack
from small_search import SPACE, rule, search
from studies_to_draw import NAMES, STRANGE, first, studied, study
from told_studies import (
    FIGURES,
    HOSTILE,
    HOSTILE_SPACE,
    METHODS,
    blank_figures,
    searched,
    told,
)

PUBLISHED = REFERENCE / "bateman"


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return blank_figures(tmp_path_factory.mktemp("figures"))


@pytest.fixture(scope="module")
def usual(figures: dict[str, Path]) -> str:
    return told(study("usual"), figures, [searched(SPACE, rule, method) for method in METHODS])


def markup(text: str) -> str:
    """Return a page without its scripts and styles."""
    return re.sub(r"<(script|style).*?</\1>", "", text, flags=re.DOTALL)


@pytest.mark.parametrize("name", NAMES)
def test_every_study_has_a_page(name: str, figures: dict[str, Path]) -> None:
    text = told(study(name), figures)
    for title in ("What was asked", "What matters for the best", "Where this comes from"):
        assert f">{title}</h2>" in text
    n = study(name).trials.sizes["trial"]
    assert f"{n} trials of " in text
    # Of a single epoch, which all have where no training ended well, there is nothing to draw.
    by_epoch = study(name).by_epoch
    not_drawn = by_epoch is None or by_epoch.sizes["epoch"] < 2
    no_pairs = not interacting_pairs(study(name).sensitivity)
    # What searches hold of the front is not drawn either: there is none.
    assert markup(text).count("<img ") == len(figures) - not_drawn - no_pairs - 1
    assert "There is no table" not in text
    has_index = study(name).sensitivity["hsic"].sel(target="error", subset="best").notnull().any()
    assert ("HSIC in thousandths" in text) == bool(has_index)


def test_the_front_stands_with_its_sentence_table_and_chart(usual: str) -> None:
    section = markup(usual).split('<section id="front">')[1].split("</section>")[0]
    assert "<h2>The best network for every cost</h2>" in section
    assert "are the best for what they cost" in section
    for heading in ("FLOPs per sample", "next dearer network", "found by"):
        assert f'<th scope="col">{heading}</th>' in section
    assert re.search(r"<td>(random|(hsic-)?gpbo, repeat 0, round \d)</td>", section)
    assert markup(usual).count('<div id="plane">') == 1


def test_what_each_search_holds_of_the_front_stands_with_the_comparison(usual: str) -> None:
    section = markup(usual).split('<section id="comparison">')[1].split("</section>")[0]
    assert "<h3>What each search holds of the front</h3>" in section
    assert re.search(r"the random ones hold [0-9.]+ % by hypervolume", section)
    for heading in ("front held, median", "at equal FLOPs, median"):
        assert f'<th scope="col">{heading}</th>' in section


def test_the_answer_comes_first_and_provenance_last(usual: str) -> None:
    text = markup(usual)
    order = [
        *("Recommended network</h2>", "What matters for the best 10 %, and which values</h2>"),
        *('id="explore"', 'id="trainings"', 'id="comparison"', 'id="asked"', 'id="provenance"'),
    ]
    places = [text.index(f"{part}") for part in order]
    assert places == sorted(places)


def test_the_same_datasets_give_the_same_page(usual: str, figures: dict[str, Path]) -> None:
    again = told(study("usual"), figures, [searched(SPACE, rule, method) for method in METHODS])
    assert again == usual


def test_every_figure_has_an_alternative_text_and_its_width(usual: str) -> None:
    images = re.findall(r"<img [^>]*>", markup(usual))
    assert len(images) == len(FIGURES)
    for image in images:
        assert re.search(r'alt="About \w+\."', image)
        # 252 points are 3.5 inches: 336 pixels, shown a quarter larger.
        assert 'style="width: 420px"' in image


def test_it_names_no_address_that_a_browser_would_load(usual: str) -> None:
    assert not re.findall(r'(?:src|href)="(?!data:|#)[^"]*"', markup(usual))
    assert "default-src 'none'" in markup(usual)


def test_names_are_text_not_markup(figures: dict[str, Path]) -> None:
    drawn = studied(search(100, spec=HOSTILE_SPACE, error=first))
    text = told(drawn, figures, [searched(HOSTILE_SPACE, first, "gpbo")])
    assert HOSTILE not in text
    assert escape(HOSTILE) in text


def test_strange_names_are_shown_as_they_were_written(figures: dict[str, Path]) -> None:
    text = unescape(told(study("strange names"), figures))
    for name in STRANGE:
        assert name in text


def all_figures(found: StudyParts, folder: Path) -> dict[str, Path]:
    """Return the published figures of a study, and in a folder those that are not published."""
    published = {path.stem: path for path in (PUBLISHED / "figures").glob("*.svg")}
    drawn = {
        name: partial(draw, name, *datasets)
        for name, datasets in figures_to_draw(
            found.trials,
            found.sensitivity,
            found.convergence,
            found.importance_by_budget,
            found.importance_by_epoch,
        ).items()
    }
    assert found.front is not None
    drawn["front"] = partial(front, found.trials, found.searches, found.front)
    assert found.front_held is not None
    drawn["front_held"] = partial(front_held, found.front_held)
    for name in drawn.keys() - published.keys():
        save(drawn[name](), folder / f"{name}.svg")
    return published | {path.stem: path for path in folder.glob("*.svg")}


def test_a_thousand_trials_stay_light(tmp_path: Path) -> None:
    paths = {name: str(PUBLISHED / f"{name}.nc") for name in PARTS}
    searched = unpack("bateman", tmp_path / "searched")
    found = read_parts(
        str(PUBLISHED / "random" / "trials.nc"),
        paths,
        str(PUBLISHED / "sensitivity_surrogate.nc"),
        # 350 trials.
        sorted(
            str(path)
            for method in ("gpbo", "hsic-gpbo-paper")
            for path in searched.glob(f"search/{method}/*/trials.nc")
        ),
    )
    assert found.searches
    assert found.trials.sizes["trial"] == 1000
    gaps: dict[str, str] = {}
    text = page(found, figures=all_figures(found, tmp_path), captions=CAPTIONS, made="", gaps=gaps)
    assert gaps == {}
    # All but that of the search space.
    assert markup(text).count("<img ") == len(FIGURES)
    assert len(text.encode()) < 6e6


def test_a_file_that_is_no_figure_is_refused(figures: dict[str, Path], tmp_path: Path) -> None:
    bad = tmp_path / "errors.svg"
    bad.write_text("<svg/>")
    with pytest.raises(InputError, match="its width is missing"):
        told(study("usual"), {**figures, "errors": bad})


def test_it_needs_no_torch() -> None:
    code = (
        "import sys, hsic_hpo.reports.page; "
        "sys.exit(not {'torch', 'pytorch_lightning'}.isdisjoint(sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_part_that_fails_leaves_a_sentence_and_all_others(figures: dict[str, Path]) -> None:
    one = study("usual")
    # A Dataset without what one section tells: its sentence fails, and nothing else.
    broken = replace(one, convergence=one.convergence.drop_vars("rank_correlation"))
    gaps = {"figure quadrant": "ValueError: no <room>"}
    there = {name: path for name, path in figures.items() if name != "quadrant"}
    text = told(broken, there, gaps=gaps)
    assert "There is no figure quadrant, as making it failed: ValueError: no &lt;room&gt;" in text
    assert "There is no sentence on this, as making it failed: KeyError" in text
    assert list(gaps) == [
        *("figure quadrant", "section “Were there enough trials?”", "finding “How sure”"),
    ]
    first = text.split("</header>")[0]
    assert "There is no finding “How sure”, as making it failed: KeyError" in first
    for heading in ("Avoid", "Costs", "Interacts"):
        assert f"<b>{heading}:</b>" in first
    assert "There is no" not in told(one, figures)


def test_what_matters_that_cannot_be_told_is_not_told_to_be_nothing(
    figures: dict[str, Path],
) -> None:
    one = study("usual")
    gaps: dict[str, str] = {}
    described = with_values(one.sensitivity, one.trials)
    broken = replace(one, sensitivity=described.drop_vars("share_of_all"))
    first = told(broken, figures, gaps=gaps).split("</header>")[0]
    assert "finding “What matters”" in gaps
    assert "There is no finding “What matters”, as making it failed: KeyError" in first
    assert "Nothing is found to matter" not in first
    assert "<b>How sure:</b>" in first
