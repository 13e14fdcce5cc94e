"""The search of the front: what it proposes where the truth is known."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import hsic_hpo as hh
from hsic_hpo.search.front_search import _Enlargement, _scaled, propose_on_front
from hsic_hpo.search.hypervolume import Staircase, expected_improvement
from hsic_hpo.spaces.sampling import sample
from hsic_hpo.spaces.space import Space
from hsic_hpo.spaces.subspace import Subspace
from hsic_hpo.trials.history import History
from small_search import SPACE, rule

# A larger n lowers the error up to 64 and costs more; x has its best value in the middle; z is
# idle.
SIZES = Space.from_dict(
    {
        "n": {"type": "integer", "range": [1, 1000], "scale": "log"},
        "x": {"type": "float", "range": [0, 1]},
        "z": {"type": "float", "range": [0, 1]},
    }
)
WHOLE = Subspace.of(SIZES, {})
ENDS = {"low": 0.0, "high": float(np.log(1000)), "top": 0.5}


def error(configuration: dict[str, Any]) -> float:
    return float(1 / min(configuration["n"], 64) + (configuration["x"] - 0.5) ** 2 + 0.01)


def cost(configuration: dict[str, Any]) -> float:
    return float(configuration["n"])


def hypervolume(configurations: list[dict[str, Any]]) -> float:
    costs = np.log([cost(one) for one in configurations])
    return Staircase.of(costs, np.log([error(one) for one in configurations]), **ENDS).hypervolume


def searched(
    seed: int,
    rounds: int = 4,
    error: Callable[[dict[str, Any]], float] = error,
    **options: Any,
) -> list[dict[str, Any]]:
    known = SIZES.configurations(sample(SIZES, 12, seed))
    for number in range(rounds):
        errors = np.array([error(one) for one in known])
        costs = np.array([cost(one) for one in known])
        known += propose_on_front(
            [WHOLE],
            History(known, errors, costs),
            6,
            seed=10 * seed + number,
            cost_of=cost,
            **options,
        )
    return known


@pytest.mark.parametrize("seed", [0, 1])
def test_it_holds_more_of_the_front_than_as_many_random_trials(seed: int) -> None:
    found = hypervolume(searched(seed))
    sizes = np.unique(np.geomspace(1, 1000, 500).round()).astype(int)
    whole = hypervolume([{"n": int(n), "x": 0.5, "z": 0.5} for n in sizes])
    random = [
        hypervolume(SIZES.configurations(sample(SIZES, 36, draw))) for draw in range(100, 120)
    ]
    assert found > max(random)
    assert found > 0.97 * whole


def dear_error(configuration: dict[str, Any]) -> float:
    return float(1 / np.sqrt(configuration["n"]) + (configuration["x"] - 0.5) ** 2 + 0.001)


@pytest.mark.parametrize("seed", [0, 1])
def test_the_lowest_error_is_found_though_nothing_costs_more(seed: int) -> None:
    found = min(dear_error(one) for one in searched(seed, error=dear_error))
    assert found < 1.05 * dear_error({"n": 1000, "x": 0.5})


def test_nothing_is_proposed_that_costs_more_than_the_limit() -> None:
    proposed = searched(0, rounds=2, limit=20.0)[12:]
    assert len(proposed) == 12
    assert max(cost(one) for one in proposed) <= 20


def test_no_configuration_within_the_limit_is_no_proposal() -> None:
    known = SIZES.configurations(sample(SIZES, 5, 0))
    ones = np.ones(5)
    assert (
        propose_on_front([WHOLE], History(known, ones, ones), 3, seed=0, cost_of=cost, limit=0.5)
        == []
    )


def test_what_cannot_be_built_is_not_proposed() -> None:
    def partly(configuration: dict[str, Any]) -> float:
        return np.inf if configuration["x"] > 0.5 else cost(configuration)

    known = SIZES.configurations(sample(SIZES, 12, 0))
    errors, costs = (np.array([f(one) for one in known]) for f in (error, partly))
    proposed = propose_on_front([WHOLE], History(known, errors, costs), 6, seed=0, cost_of=partly)
    assert len(proposed) == 6
    assert max(one["x"] for one in proposed) <= 0.5


@pytest.mark.parametrize("known", ["no cost", "no trial ended well"])
def test_it_proposes_where_little_is_known(known: str) -> None:
    space = Space.from_dict(SPACE)
    configurations = space.configurations(sample(space, 10, 0))
    nothing = np.full(10, np.inf)
    errors = np.array([rule(one) for one in configurations]) if known == "no cost" else nothing
    proposed = propose_on_front(
        [Subspace.of(space, {})], History(configurations, errors, nothing), 4, seed=0
    )
    assert len(proposed) == 4
    assert not any(one in configurations for one in proposed)


def test_without_a_cost_it_is_the_expected_improvement_of_the_error() -> None:
    values = np.array([1.0, 0.2, 5.0])
    means, deviations = np.array([0.1, 0.3, 1.0, 4.0]), np.array([1e-6, 0.5, 0.5, 0.5])
    costs, others = _scaled(np.full(3, np.inf), np.zeros(4))
    gains = _Enlargement(costs, others, values).gains(means, deviations)
    expected = expected_improvement(0.2 - means, deviations)
    np.testing.assert_allclose(gains / gains.sum(), expected / expected.sum(), atol=1e-9)


def test_no_cost_and_one_that_is_the_same_for_all_propose_alike() -> None:
    space = hh.Space({"x": hh.Float(0, 1), "y": hh.Float(0, 1)})

    def proposed(cost: Callable[[dict[str, Any]], float] | None) -> list[dict[str, Any]]:
        search = hh.HsicGpbo(space, n_random=15, rounds=(1, 1), batch_size=2, seed=0, cost=cost)
        told = []
        while batch := search.ask():
            errors = [0.1 + (one["x"] - 0.3) ** 2 + (one["y"] - 0.6) ** 2 for one in batch]
            search.tell(batch, errors)
            told += batch
        return told

    assert proposed(None) == proposed(lambda _: 1.0)
