"""How a study says by what its networks are chosen."""

import re
from typing import Any

import pytest

from hsic_hpo.search.choices import Choice, final_choices, read_choice
from hsic_hpo.search.settings import SearchSettings


@pytest.mark.parametrize(
    ("given", "name", "words"),
    [
        ("lowest_error", "lowest-error", "lowest error"),
        ("knee", "knee", "knee"),
        (
            {"cheapest_within": 0.1},
            "within-10-percent",
            "cheapest within 10 % of the lowest error",
        ),
        (
            {"cheapest_within": 0.29},
            "within-29-percent",
            "cheapest within 29 % of the lowest error",
        ),
        ({"cheapest_within": 0.0}, "lowest-error", "lowest error"),
        (
            {"max_flops": 1e4},
            "max-flops-10000",
            "lowest error, at most 10000 FLOPs per sample",
        ),
        (
            {"max_params": 2.5e20},
            "max-params-2.5e20",
            "lowest error, at most 2.5e+20 parameters",
        ),
        (
            {"max_seconds": 0.5},
            "max-seconds-0.5",
            "lowest error, at most 0.5 s of training",
        ),
    ],
)
def test_a_choice_has_a_name_for_files_and_one_for_readers(
    given: Any, name: str, words: str
) -> None:
    choice = read_choice(given)
    assert choice is not None
    assert (choice.name, choice.words) == (name, words)
    assert re.fullmatch(r"[a-z0-9.-]+", choice.name)


def test_limits_and_rules_combine() -> None:
    choice = Choice(tolerance=0.05, limits={"flops": 1e4, "seconds": 3.0})
    assert choice.name == "max-flops-10000-max-seconds-3-within-5-percent"
    assert choice.words == (
        "cheapest within 5 % of the lowest error, at most 10000 FLOPs per sample and 3 seconds"
    )


def test_without_a_word_methods_choose_as_they_did_before_there_were_choices() -> None:
    settings = SearchSettings(initial_trials=7)
    told = {"initial_trials": 7, "tolerance": None}
    assert final_choices("gpbo", settings, ["by_method"], 0.1) == {"lowest-error": told}
    weighed = {"initial_trials": 7, "tolerance": 0.1}
    assert final_choices("hsic-gpbo", settings, ["by_method"], 0.1) == {
        "within-10-percent": weighed
    }


def test_what_means_the_same_for_a_method_is_one_choice() -> None:
    given = ["lowest_error", "by_method", {"cheapest_within": 0.1}, "knee"]
    assert list(final_choices("gpbo", SearchSettings(), given, 0.1)) == [
        "lowest-error",
        "within-10-percent",
        "knee",
    ]
    assert list(final_choices("nsga2", SearchSettings(), given, 0.1)) == [
        "lowest-error",
        "within-10-percent",
        "knee",
    ]
