"""Words shared by tables and figures."""

from textwrap import fill

import pytest

from example_studies import sensitivity
from hsic_hpo.reports.findings import findings, markdown
from hsic_hpo.reports.study_parts import StudyParts
from hsic_hpo.sensitivity.analysis import analyse
from hsic_hpo.study import config
from hsic_hpo.training.budget import budget_in_words
from hsic_hpo.wording import (
    goal,
    number,
    reached_in_words,
    target_name,
    with_units,
)
from small_search import SETTINGS, search


@pytest.mark.parametrize(
    ("units", "label"), [("1", "error (dimensionless)"), ("%", "error (%)"), ("s", "error (s)")]
)
def test_label_names_the_units(units, label):
    assert with_units("error", units) == label


@pytest.mark.parametrize(
    ("target", "subset", "words"),
    [
        ("error", "best", "best 5 %"),
        ("error", "worst", "worst 5 %"),
        ("flops", "best", "cheapest 5 %"),
        ("train_seconds", "worst", "most expensive 5 %"),
    ],
)
def test_goal_names_the_set(target, subset, words):
    study = sensitivity({"all": ["a"]}).assign_attrs(goal_fraction=0.05)
    assert goal(study, target, subset) == words


def test_target_error_has_the_name_of_the_study():
    study = sensitivity({"all": ["a"]}).assign_attrs(error_name="misclassified images")
    assert target_name(study, "error") == "misclassified images"


def test_what_is_maximised_has_its_own_name_and_direction():
    study = sensitivity({"all": ["a"]}).assign_attrs(
        error_name="minus accuracy", metric="accuracy", direction="maximise"
    )
    assert target_name(study, "error") == "accuracy, more is better"
    assert target_name(study.assign_attrs(direction="minimise"), "error") == "minus accuracy"


def test_costs_have_names():
    study = sensitivity({"all": ["a"]})
    allowed = config.read_yaml(config.SCHEMA)["properties"]["selection"]["properties"]["cost"][
        "enum"
    ]
    assert {cost: target_name(study, cost) for cost in allowed} == {
        "flops": "FLOPs per sample",
        "train_seconds": "training time",
    }


def test_cost_of_an_imported_table_keeps_the_name_of_its_column():
    study = sensitivity({"all": ["a"]})
    assert target_name(study, "GPU hours") == "GPU hours"
    assert goal(study, "GPU hours", "best") == "cheapest 10 %"


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        ({"epochs": 30}, "30 epochs"),
        ({"steps": 1}, "1 step"),
        (
            {"epochs": 60, "early_stopping": {"patience": 10, "min_delta": 0.0}},
            "60 epochs, ended after 10 epochs without an improvement",
        ),
        (
            {"epochs": 60, "early_stopping": {"patience": 1, "min_delta": 0.01}},
            "60 epochs, ended after 1 epoch without an improvement of more than 0.01",
        ),
        (
            {"epochs": 2, "max_training_flops": 5e11},
            "2 epochs, at most 5e+11 floating-point operations",
        ),
        ({"epochs": 2, "max_seconds": 90}, "2 epochs, at most 90 s"),
        ({}, "as the problem sets it"),
        ({"max_seconds": 90, "epochs": 2}, "2 epochs, at most 90 s"),
    ],
)
def test_budget_is_said_in_words(limits, said):
    assert budget_in_words(limits) == said


def test_long_words_are_broken():
    assert fill("a" * 25, 10) == "aaaaaaaaaa\naaaaaaaaaa\naaaaa"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.00123456, "0.00123"),
        (12.345, "12.3"),
        (999.6, "1000"),
        (6018.0, "6020"),
        (-524_288.0, "-524000"),
        (999_499.0, "999000"),
        (1_234_567.0, "1.23e+06"),
        (1e-9, "1e-09"),
        (float("inf"), "inf"),
    ],
)
def test_numbers_have_three_significant_digits(value: float, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize(
    ("errors", "words", "sentence"),
    [
        (
            [0.0] * 17 + [1.0 + i for i in range(43)],
            "best 17 of 60",
            "17 of 60 trials reach the goal, not 10 %: their errors tie.",
        ),
        (
            [1.0, 2.0, 3.0] + [None] * 57,
            "best 3 of 60",
            "3 of 60 trials reach the goal, not 10 %: no others have an error.",
        ),
        ([float(i) for i in range(60)], "best 10 %", ""),
    ],
)
def test_a_goal_that_other_trials_reach_than_were_asked_for_is_counted(errors, words, sentence):
    left = iter(errors)
    trials = search(60, error=lambda configuration: next(left))
    found = analyse(trials, SETTINGS)
    assert goal(found) == words
    assert goal(found.sel(target="error", subset="best")) == words
    assert reached_in_words(found) == sentence
    told = markdown(findings(StudyParts(trials, found)))
    assert ("best 10 %" in told) == (words == "best 10 %")
    assert sentence in told
