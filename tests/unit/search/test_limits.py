"""Proposals under a limit of the cost, by every method that has one."""

import json
from typing import Any

import numpy as np
import pytest

from hsic_hpo.errors import InputError
from hsic_hpo.search.methods import METHODS
from hsic_hpo.search.propose import propose
from hsic_hpo.search.rounds import next_round
from hsic_hpo.spaces.sampling import sample
from hsic_hpo.spaces.space import Space
from hsic_hpo.spaces.subspace import Subspace
from hsic_hpo.trials.history import History
from small_search import SPACE, rule, search

LIMITED = [name for name, method in METHODS.items() if method.is_limited]
SEARCHED = Space.from_dict(SPACE)

pytestmark = pytest.mark.parametrize("method", LIMITED)


def cost(configuration: dict[str, Any]) -> float:
    return 2.0 * configuration["n_layers"] * configuration["n_units"]


def finished(n: int, *, with_costs: bool = True) -> History:
    configurations = SEARCHED.configurations(sample(SEARCHED, n, 5))
    costs = np.array([cost(c) if with_costs else np.inf for c in configurations])
    return History(configurations, np.array([rule(c) for c in configurations]), costs)


def ask(method: str, known: History, ceiling: float, n: int = 2, **changes: Any) -> Any:
    settings = {"method": method, "seed": 3, "ceiling": ceiling, "cost_of": cost} | changes
    return propose(Subspace.of(SEARCHED, {}), known, n, **settings)


@pytest.mark.parametrize("n_known", [0, 1, 24])
def test_nothing_is_proposed_that_costs_more(method: str, n_known: int) -> None:
    """A twentieth of the space costs as little; the batch is full all the same."""
    known = finished(n_known)
    ceiling = float(np.quantile([cost(c) for c in finished(400).configurations], 0.05))
    proposed = ask(method, known, ceiling)
    assert len(proposed) == 2
    assert all(cost(c) <= ceiling for c in proposed)
    assert all(c not in known.configurations for c in proposed)
    assert proposed == ask(method, known, ceiling)


def test_costs_of_finished_trials_are_not_needed_where_they_are_known(method: str) -> None:
    proposed = ask(method, finished(24, with_costs=False), 300.0)
    assert len(proposed) == 2
    assert all(cost(c) <= 300.0 for c in proposed)


def test_a_limit_is_learnt_where_only_trainings_show_the_cost(method: str) -> None:
    known = finished(60)
    ceiling = float(np.median(known.costs))
    proposed = [
        c for seed in range(3) for c in ask(method, known, ceiling, seed=seed, cost_of=None)
    ]
    assert np.mean([cost(c) <= 1.5 * ceiling for c in proposed]) > 0.7


def test_a_limit_below_all_networks_is_named(method: str) -> None:
    with pytest.raises(InputError) as caught:
        ask(method, finished(24), 15.0)
    least = finished(24).costs.min()
    assert str(caught.value) == (
        f"search.{method}.max_cost: no configuration found that costs 15 at most; "
        f"the cheapest of 24 trials costs {least:g}"
    )
    with pytest.raises(InputError) as caught:
        ask(method, finished(0), 15.0)
    assert str(caught.value).endswith("no configuration found that costs 15 at most")


def test_a_round_keeps_to_the_limit(method: str) -> None:
    design = next_round(
        [search(30)],
        2,
        method=method,
        repeat=0,
        cost="flops",
        seed=1,
        budget={"epochs": 1},
        ceiling=300.0,
        cost_of=cost,
    )
    proposed = [json.loads(text) for text in design["configuration"].values]
    assert [cost(c) <= 300.0 for c in proposed] == [True] * 2
