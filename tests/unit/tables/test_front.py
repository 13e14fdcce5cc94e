"""The table and the sentence of a front that was made by hand."""

import numpy as np
import pytest
import xarray as xr

import hsic_hpo as hh
from hand_made_trials import A, B, C, trials
from hsic_hpo.reports.page_tables import front_on_page
from hsic_hpo.search.front import ALL, make_front
from hsic_hpo.search.known_trials import known_trials
from hsic_hpo.tables.front import all_fronts_table, front_remark, front_sentence, front_table
from hsic_hpo.trials.history import join_rounds


def made(*rows: tuple[dict[str, object], float | None, float], n_repeats: int = 1) -> xr.Dataset:
    drawn = trials([(A, 3.0, 10.0)], n_repeats=n_repeats)
    found = join_rounds([trials(list(rows), n_repeats=n_repeats)])
    found = found.assign_attrs(method="gpbo", search_repeat=1)
    known = {ALL: known_trials(drawn, [found]), "random": known_trials(drawn, [])}
    return make_front(known, "flops", [{"tolerance": 0.0}])


def test_the_table_has_a_row_per_network_the_cheapest_first() -> None:
    table = front_table(made((B, 2.0, 20.0), (C, 1.0, 80.0)))
    assert table["flops_per_sample"].tolist() == [10, 20, 80]
    assert table["params"].tolist() == [5, 10, 40]
    assert table["validation_error"].tolist() == [3, 2, 1]
    assert table["dearer_cost"].tolist()[:2] == [2, 4]
    assert table["cheaper_error"].tolist()[1:] == [1.5, 2]
    assert table["found_by"].tolist() == ["random"] + ["gpbo, repeat 1, round 1"] * 2
    assert table["chosen_by"].tolist() == ["", "", "lowest error"]
    assert table["configuration"].tolist()[0] == "kind a, width 3, flag true"


def test_a_value_near_1_is_not_called_1() -> None:
    found = made((B, 2.0, 20.0))
    found["configuration"][...] = '{"beta2": 0.99969, "lr": 0.00123456, "flag": true}'
    assert front_table(found)["configuration"][0] == "beta2 0.99969, lr 0.00123, flag true"


def test_what_is_not_known_has_no_column() -> None:
    assert "validation_error_std" not in front_table(made((B, 2.0, 20.0)))
    assert front_table(made((B, 2.0, 20.0), n_repeats=2))["validation_error_std"].tolist() == [0, 0]


def test_the_table_for_machines_has_the_fronts_of_all() -> None:
    table = all_fronts_table(made((B, 2.0, 20.0)))
    assert table["search"].tolist() == [ALL, ALL, "random"]
    assert table.columns[0] == "search"


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (
            [(B, 1.05, 20.0), (C, 1.0, 80.0)],
            "Of 3 trials that ended well, 3 are the best for what they cost: from error 3 with 10 "
            "FLOPs per sample to error 1 with 80 FLOPs per sample; within 10 % of the lowest from "
            "20 FLOPs per sample on.",
        ),
        (
            [(B, 2.0, 20.0), (C, None, 0.0)],
            "Of 2 trials that ended well, 2 are the best for what they cost: from error 3 with 10 "
            "FLOPs per sample to error 2 with 20 FLOPs per sample.",
        ),
        (
            [(B, 1.0, 5.0)],
            "One of 2 trials is best in error and cost: error 1 with 5 FLOPs per sample.",
        ),
    ],
)
def test_the_sentence_says_what_the_front_offers(rows: list, sentence: str) -> None:
    assert front_sentence(made(*rows)) == sentence


def test_without_an_error_there_is_nothing_to_offer() -> None:
    failed = trials([(A, None, 0.0)])
    front = make_front({ALL: known_trials(failed, [])}, "flops")
    assert front_sentence(front) == "No trial has both an error and a cost."
    assert front_table(front).empty
    assert all_fronts_table(front).empty


def test_the_remark_names_the_cost() -> None:
    assert "in both validation error and FLOPs per sample." in front_remark(made((B, 2.0, 20.0)))


def test_another_cost_stands_in_front() -> None:
    drawn = trials([(A, 3.0, 10.0)])
    drawn = drawn.assign({"cost:euros": ("trial", np.array([7.0]), {"long_name": "euros"})})
    front = make_front({ALL: known_trials(drawn, [])}, "euros")
    assert front_table(front)["euros"].tolist() == [7.0]


@pytest.mark.parametrize("name", ["params", "test_error", "found_by", "runtime"])
def test_a_cost_that_is_called_as_another_column_has_its_own(name: str) -> None:
    rng = np.random.default_rng(0)
    columns = {"x": rng.random(40), "loss": rng.random(40), name: rng.random(40)}
    front = hh.front(hh.trials_from(columns, error="loss", cost=name))
    table = front_table(front)
    column = "runtime" if name == "runtime" else f"cost_{name}"
    assert table.columns[:2].tolist() == [column, "validation_error"]
    np.testing.assert_array_equal(table[column], front["cost"].sel(search=ALL))
    assert front_on_page(front).columns[0] == name
