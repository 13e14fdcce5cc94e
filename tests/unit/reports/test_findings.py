"""The sections of the page: their order, their figures, and that they state the Datasets."""

import pytest

from hsic_hpo.reports.findings import Finding, findings, markdown
from hsic_hpo.reports.study_parts import StudyParts
from hsic_hpo.selection.decide import decide
from hsic_hpo.tables import comparison as comparison_table
from hsic_hpo.tables.summary import summary
from small_search import SPACE, rule
from studies_to_draw import NAMES, study
from told_studies import FIGURES, SETTINGS, compared, fronts, held, searched


def told(name: str) -> list[Finding]:
    one = study(name)
    decided = decide(one.sensitivity, one.trials, SETTINGS.selection)
    return findings(
        StudyParts(
            one.trials,
            one.sensitivity,
            convergence=one.convergence,
            selection=decided,
            comparison=compared(["random", "hsic-gpbo"]),
            front=fronts(one.trials),
            front_held=held(one.trials, [searched(SPACE, rule, "hsic-gpbo")])
            if name == "usual"
            else None,
            importance_by_budget=one.by_budget,
            importance_by_epoch=one.by_epoch,
        )
    )


def test_every_figure_stands_in_one_section() -> None:
    shown = [figure for finding in told("usual") for figure in finding.figures]
    assert sorted(shown) == sorted(FIGURES)


def test_sections_have_an_address_of_their_own() -> None:
    keys = [finding.key for finding in told("usual")]
    assert len(set(keys)) == len(keys)
    # Sections of the template itself.
    assert not {"asked", "explore", "provenance", "content"} & set(keys)


def test_sentences_are_those_of_the_summary_and_of_the_comparison() -> None:
    one = study("usual")
    by_key = {finding.key: finding.sentences for finding in told("usual")}
    outcome, impact, cost = summary(one.trials, one.sensitivity)
    assert by_key["trainings"][0] == outcome
    assert by_key["impact"][0] == impact
    assert by_key["cost"][0] == cost
    compared_methods = compared(["random", "hsic-gpbo"])
    reached, on_front = by_key["comparison"]
    assert reached == comparison_table.comparison_sentence(compared_methods)
    assert on_front.startswith("Of the front of all trials the random ones hold ")


def test_groups_without_an_index_are_named_with_their_reason() -> None:
    by_key = {finding.key: finding.sentences for finding in told("usual")}
    notes = study("usual").sensitivity["note"].sel(target="error", subset="best")
    reasons = {
        str(g): str(note) for g, note in zip(notes["group"].values, notes.values, strict=True)
    }
    assert any(reasons.values())
    for group, note in reasons.items():
        assert (f"{group}: {note}" in by_key["impact"][-1]) == bool(note)
    whole = {finding.key: finding.sentences for finding in told("one hyperparameter")}
    assert not any("Without an index" in sentence for sentence in whole["impact"])


@pytest.mark.parametrize("name", NAMES)
def test_every_section_says_something_in_whole_sentences(name: str) -> None:
    for finding in told(name):
        assert finding.title
        assert finding.sentences
        for sentence in finding.sentences:
            assert sentence.strip() == sentence
            assert sentence.endswith(".")
            assert "nan" not in sentence.split()


def test_as_markdown_each_section_is_an_item_with_its_sentences() -> None:
    sections = told("usual")
    lines = markdown(sections).splitlines()
    assert len(lines) == len(sections)
    for line, section in zip(lines, sections, strict=True):
        assert line.startswith(f"- **{section.title}** ")
        assert all(sentence in line for sentence in section.sentences)
