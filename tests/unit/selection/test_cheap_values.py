"""Cheap values: their order by cost, and the cheapest that keep the success rate."""

import numpy as np
import pytest

from hsic_hpo.selection.cheap_values import cheapest_first, cheapest_kept, rises_with_cost
from hsic_hpo.spaces.space import Space

SPACE = Space.from_dict(
    {
        "units": {"type": "integer", "levels": [16, 32, 64, 128]},
        "layers": {"type": "integer", "range": [1, 100]},
        "rate": {"type": "float", "range": [0.0, 1.0]},
        "kind": {"type": "categorical", "levels": ["a", "b", "c"]},
    }
)
SETTINGS = {"keep": 0.5, "assurance": 0.8, "min_successes": 5}


def test_numbers_are_ordered_by_the_sign_of_the_correlation() -> None:
    values = [16, 32, 64, 128] * 5
    rising = np.array(values, dtype=float)
    assert cheapest_first(SPACE["units"], values, rising) == [16, 32, 64, 128]
    assert cheapest_first(SPACE["units"], values, -rising) == [128, 64, 32, 16]


def test_levels_are_ordered_by_their_mean_cost() -> None:
    values = ["a", "b", "c", "a", "b", "c"]
    costs = np.array([5.0, 1.0, 9.0, 7.0, 3.0, 9.0])
    assert cheapest_first(SPACE["kind"], values, costs) == ["b", "a", "c"]


def test_a_few_extraordinary_costs_do_not_turn_the_order() -> None:
    """Pearson's correlation is negative here, as two of the lowest values are very dear."""
    values = np.linspace(0, 1, 100)
    costs = 1 + values
    costs[:2] = 1000.0
    assert np.corrcoef(values, costs)[0, 1] < 0
    assert rises_with_cost(values.tolist(), costs)
    assert cheapest_first(SPACE["rate"], values.tolist(), costs)[-1] == 1.0
    reached = np.arange(100) % 4 == 0
    assert cheapest_kept(SPACE["rate"], values.tolist(), costs, reached, **SETTINGS).rising


def test_many_values_are_looked_at_in_twenty_steps() -> None:
    values = list(range(1, 101))
    order = cheapest_first(SPACE["layers"], values, np.arange(100.0))
    assert len(order) <= 20
    assert order == sorted(order)
    assert order[-1] == 100


def test_a_continuous_one_ends_at_the_ends_of_its_range() -> None:
    values = np.linspace(0, 1, 50).tolist()
    assert cheapest_first(SPACE["rate"], values, np.arange(50.0))[-1] == 1.0
    assert cheapest_first(SPACE["rate"], values, -np.arange(50.0))[-1] == 0.0


def test_without_influence_the_cheapest_value_is_kept() -> None:
    values = [16, 32, 64, 128] * 250
    reached = np.arange(1000) % 9 == 0
    found = cheapest_kept(SPACE["units"], values, np.array(values, float), reached, **SETTINGS)
    assert found.value == 16
    assert found.trials == 250
    assert found.fraction == 0.25
    assert found.successes == sum(r for r, v in zip(reached, values, strict=True) if v == 16)


def test_a_cheapest_value_that_never_succeeds_is_not_chosen() -> None:
    values = [16, 32, 64, 128] * 250
    reached = (np.arange(1000) % 9 == 0) & (np.array(values) > 16)
    found = cheapest_kept(SPACE["units"], values, np.array(values, float), reached, **SETTINGS)
    assert found.value == 32


def test_a_lucky_few_do_not_decide() -> None:
    """Three of the four cheapest trials succeed, but none of the other cheap ones."""
    values = [16] * 4 + [32] * 40 + [64] * 40 + [128] * 40
    reached = np.array([True] * 3 + [False] + [False] * 80 + [True] * 20 + [False] * 20)
    found = cheapest_kept(SPACE["units"], values, np.array(values, float), reached, **SETTINGS)
    assert found.value == 128
    assert found.fraction == 1.0


@pytest.mark.parametrize("falling", [False, True])
def test_the_dear_end_is_dropped_from_either_side(falling: bool) -> None:
    values = np.linspace(0, 1, 600)
    costs = -values if falling else values
    reached = np.arange(600) % 10 == 0
    found = cheapest_kept(SPACE["rate"], values.tolist(), costs, reached, **SETTINGS)
    assert found.fraction <= 0.15
    assert (found.value > 0.8) == falling


def test_of_a_long_range_that_gets_cheaper_upwards_the_last_set_has_all_values() -> None:
    for n in (12, 512):
        (parameter,) = Space({"x": {"type": "integer", "range": [1, n]}}).hyperparameters
        values = list(range(1, n + 1))
        order = cheapest_first(parameter, values, np.linspace(600.0, 1.0, n))
        assert order[-1] == 1
        assert order == sorted(order, reverse=True)
