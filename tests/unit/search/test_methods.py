"""What each method is given in which round, and how it ends."""

from typing import Any

import pytest

from hsic_hpo.search.methods import (
    COST_AWARE,
    METHODS,
    choice_settings,
    needs_selection,
    round_settings,
)
from hsic_hpo.search.propose import PROPOSERS
from hsic_hpo.search.settings import DEFAULTS, SearchSettings, search_settings
from hsic_hpo.study import config


def test_hsic_gpbo_fine_tunes_after_the_rounds_of_its_first_stage() -> None:
    settings = SearchSettings(rounds=2, fine_tuning_rounds=3)
    stages = [
        round_settings("hsic-gpbo", settings, number)["stage"]
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
    [("gpbo", None), ("random", None), ("tpe", None), ("hsic-gpbo", 0.3), ("nsga2", 0.3)],
)
def test_methods_that_weigh_the_cost_end_with_a_tolerance(method: str, told: Any) -> None:
    settings = SearchSettings(initial_trials=7)
    assert choice_settings(method, settings, 0.3) == {"initial_trials": 7, "tolerance": told}
    assert (method in COST_AWARE) == (told is not None)


def test_only_hsic_gpbo_needs_a_selection() -> None:
    assert [method for method in METHODS if needs_selection(method)] == ["hsic-gpbo"]


def test_every_method_has_defaults_and_a_way_to_propose() -> None:
    assert set(METHODS) == set(DEFAULTS) == {*PROPOSERS, "hsic-gpbo"}


def test_the_defaults_are_those_of_a_study_config() -> None:
    methods = [method for method in METHODS if method != "random"]
    given: dict[str, Any] = {method: {} for method in methods}
    filled = config.validate({"study": "defaults", "search": given}, "defaults")["search"]
    assert {m: search_settings(m, filled[m]) for m in methods} == {m: DEFAULTS[m] for m in methods}
