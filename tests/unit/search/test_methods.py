"""What each method is given in which round, and how it ends."""

from typing import Any

import pytest

from hsic_hpo.search.methods import (
    METHODS,
    choice_settings,
    needs_selection,
    round_settings,
    search_settings,
    uses_known_costs,
)
from hsic_hpo.search.propose import PROPOSERS
from hsic_hpo.search.settings import SearchSettings, divide_rounds
from hsic_hpo.study import config

FORMS = ["hsic-gpbo", "hsic-gpbo-paper"]


def test_the_papers_variant_fine_tunes_after_the_rounds_of_its_first_stage() -> None:
    settings = SearchSettings(rounds=2, fine_tuning_rounds=3)
    stages = [
        round_settings("hsic-gpbo-paper", settings, number)["stage"]
        for number in range(1, settings.n_rounds + 1)
    ]
    assert stages == [1, 1, 2, 2, 2]


@pytest.mark.parametrize("method", sorted(METHODS))
def test_further_rounds_leave_what_earlier_ones_are_told(method: str) -> None:
    few, more = (SearchSettings(rounds=3, fine_tuning_rounds=n, batch_size=5) for n in (0, 4))
    for number in (1, 2, 3):
        told = round_settings(method, few, number)
        assert told == round_settings(method, more, number)
        assert told["n"] == 5


@pytest.mark.parametrize(
    ("method", "told"),
    [
        *((method, None) for method in ("gpbo", "random", "tpe", "gp")),
        *((method, 0.3) for method in ("hsic-gpbo-paper", "nsga2", "motpe", "mogp")),
    ],
)
def test_methods_that_weigh_the_cost_end_with_a_tolerance(method: str, told: Any) -> None:
    settings = SearchSettings(initial_trials=7)
    assert choice_settings(method, settings, 0.3) == {"initial_trials": 7, "tolerance": told}
    assert METHODS[method].weighs_cost == (told is not None)


@pytest.mark.parametrize("method", ["hsic-gpbo", "front", "ctpe", "cgp", "cgpbo"])
def test_a_limit_holds_for_what_is_proposed_and_for_what_is_chosen(method: str) -> None:
    settings = SearchSettings(initial_trials=7, max_cost=50.0)
    assert round_settings(method, settings, 1)["ceiling"] == 50.0
    assert choice_settings(method, settings, 0.3) == {
        "initial_trials": 7,
        "tolerance": 0.3,
        "ceiling": 50.0,
    }


def test_methods_with_a_limit_and_the_front_know_costs_before_the_training() -> None:
    limited = [name for name, method in METHODS.items() if method.is_limited]
    assert limited == ["ctpe", "cgp", "cgpbo"]
    knowing = [name for name in METHODS if uses_known_costs(name)]
    assert knowing == ["hsic-gpbo", "front", *limited]
    assert knowing == [name for name, method in METHODS.items() if method.takes_limit]


@pytest.mark.parametrize("n", range(20))
def test_the_first_stage_has_the_first_sixth_of_the_rounds(n: int) -> None:
    first, second = divide_rounds(n)
    assert first + second == n
    assert first == sum(number < n / 6 for number in range(n))
    assert divide_rounds(METHODS["hsic-gpbo"].defaults.n_rounds) == (1, 5)


def test_only_the_forms_of_hsic_gpbo_need_a_selection() -> None:
    assert [method for method in METHODS if needs_selection(method)] == FORMS


def test_every_method_but_hsic_gpbo_proposes_in_a_way_of_its_own() -> None:
    assert {*PROPOSERS, *FORMS} == set(METHODS)


def test_every_method_but_the_random_search_can_stand_in_a_study_config() -> None:
    known = config.read_yaml(config.SCHEMA)["properties"]["search"]["properties"]
    # The one key beside them.
    assert {*known, "random"} - {"rungs"} == set(METHODS)


def test_the_defaults_are_those_of_a_study_config() -> None:
    methods = [method for method in METHODS if method != "random"]
    needed = {m: {"max_cost": 9.0} if METHODS[m].is_limited else {} for m in methods}
    filled = config.validate({"study": "defaults", "search": needed}, "defaults").search
    assert filled == {method: search_settings(method, needed[method]) for method in methods}


def test_a_method_with_a_limit_must_be_given_it() -> None:
    known = config.read_yaml(config.SCHEMA)["properties"]["search"]["properties"]
    for method in known.keys() - {"rungs"}:
        schema = known[method]
        assert schema.get("required", []) == (["max_cost"] if METHODS[method].is_limited else [])
        assert ("max_cost" in schema["properties"]) == METHODS[method].takes_limit
