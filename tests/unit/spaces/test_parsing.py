"""Definitions of hyperparameters: what is understood, filled in and refused."""

from typing import Any

import pytest
from scipy import stats

from hsic_hpo.errors import InputError
from hsic_hpo.spaces.conditions import Condition
from hsic_hpo.spaces.parsing import parse_hyperparameter


def test_integers_may_be_written_as_floats() -> None:
    parameter = parse_hyperparameter(
        "n", {"type": "integer", "range": [1.0, 1e3], "scale": "log"}, "space"
    )
    assert [parameter.value(0.0), parameter.value(1.0)] == [1, 1000]
    assert type(parameter.value(0.0)) is int


@pytest.mark.parametrize(
    ("weights", "probabilities"),
    [
        (None, (1 / 3, 1 / 3, 1 / 3)),
        ([1, 1, 1], (1 / 3, 1 / 3, 1 / 3)),
        ([2, 1, 1], (0.5, 0.25, 0.25)),
        ([0.1, 0.2, 0.7], (0.1, 0.2, 0.7)),
    ],
)
def test_weights_need_not_sum_to_one(weights: Any, probabilities: tuple[float, ...]) -> None:
    definition = {"type": "categorical", "levels": ["a", "b", "c"]}
    if weights is not None:
        definition["weights"] = weights
    parameter = parse_hyperparameter("c", definition, "space")
    for level, probability in zip("abc", probabilities, strict=True):
        low, high = parameter.interval(level)
        assert high - low == pytest.approx(probability, rel=1e-12)


@pytest.mark.parametrize(("definition", "share"), [({}, 0.5), ({"probability": 0.1}, 0.1)])
def test_probability_is_that_of_true(definition: dict[str, Any], share: float) -> None:
    parameter = parse_hyperparameter("b", {"type": "boolean", **definition}, "space")
    assert parameter.interval(True) == (1.0 - share, 1.0)
    assert parameter.levels == (False, True)


@pytest.mark.parametrize(
    ("given", "law"),
    [
        (
            {"name": "truncnorm", "a": -2, "b": 2, "loc": 0.5, "scale": 0.1},
            stats.truncnorm(-2, 2, loc=0.5, scale=0.1),
        ),
        ({"name": "norm"}, stats.norm()),
        ({"name": "beta", "a": 2, "b": 0.5, "loc": 1}, stats.beta(2, 0.5, loc=1)),
        ({"name": "loguniform", "a": 0.01, "b": 10}, stats.loguniform(0.01, 10)),
    ],
)
def test_distributions_are_those_of_scipy(given: dict[str, Any], law: Any) -> None:
    parameter = parse_hyperparameter("x", {"type": "float", "distribution": given}, "space")
    u = [0.01, 0.4, 0.9]
    assert parameter.scalars(u) == law.ppf(u).tolist()


def test_conditions_are_read() -> None:
    parameter = parse_hyperparameter(
        "b", {"type": "boolean", "when": {"a": "x", "n": {">": 3}}}, "space"
    )
    assert parameter.conditions == (Condition("a", "=", "x"), Condition("n", ">", 3))


def test_the_definition_is_kept_and_is_a_copy() -> None:
    definition = {"type": "integer", "range": [1, 3]}
    parameter = parse_hyperparameter("n", definition, "space")
    definition["range"][1] = 99
    assert parameter.definition == {"type": "integer", "range": [1, 3]}


@pytest.mark.parametrize(
    "name",
    [
        "n_layers",
        "lr (log)",
        "2nd",
        "été",
        "a.b",
        "a:b",
        "optim/lr",
        "-a",
        ".a",
        "$a",
        "(a)",
        "%2F",
        "epochs",
        "round",
        "status",
        "u",
        "trial",
        "flops",
        "x" * 240,
    ],
)
def test_any_printable_text_is_a_name(name: str) -> None:
    assert parse_hyperparameter(name, {"type": "boolean"}, "space").name == name


@pytest.mark.parametrize("name", ["", " a", "a ", "a\nb", "e\u0301", "x" * 241, "/" * 81, 3, None])
def test_names_that_no_result_file_can_hold(name: Any) -> None:
    with pytest.raises(InputError, match=r"is not a name; |is too long a name; "):
        parse_hyperparameter(name, {"type": "boolean"}, "space")


def test_a_refusal_begins_with_the_place() -> None:
    with pytest.raises(InputError) as error:
        parse_hyperparameter("n", {"type": "integer", "range": [3, 1]}, "x.yaml: space")
    assert str(error.value) == (
        "x.yaml: space.n.range: [3, 1] is not increasing; needed: low < high"
    )


@pytest.mark.parametrize(
    ("definition", "levels"),
    [
        ({"type": "integer", "range": [64, 256], "step": 64}, (64, 128, 192, 256)),
        ({"type": "integer", "range": [-5.0, 5.0], "step": 5.0}, (-5, 0, 5)),
        ({"type": "float", "range": [0, 0.4], "step": 0.1}, (0.0, 0.1, 0.2, 0.3, 0.4)),
        ({"type": "float", "range": [1e-5, 3e-5], "step": 1e-5}, (1e-5, 2e-5, 3e-5)),
        ({"type": "float", "range": [0, 3], "step": 1.5}, (0.0, 1.5, 3.0)),
    ],
)
def test_a_step_makes_ordered_levels_of_equal_weight(
    definition: dict[str, Any], levels: tuple[float, ...]
) -> None:
    parameter = parse_hyperparameter("x", definition, "space")
    listed = parse_hyperparameter(
        "x", {"type": definition["type"], "levels": list(levels)}, "space"
    )
    assert parameter.levels == listed.levels == levels
    assert parameter.law == listed.law
    assert {type(level) for level in parameter.levels} == {type(levels[0])}
    assert parameter.is_discrete


def test_a_step_of_one_is_a_range_of_integers() -> None:
    stepped = parse_hyperparameter("n", {"type": "integer", "range": [1, 10**12], "step": 1}, "s")
    assert (
        stepped.law == parse_hyperparameter("n", {"type": "integer", "range": [1, 10**12]}, "s").law
    )


@pytest.mark.parametrize(
    ("definition", "line"),
    [
        (
            {"type": "integer", "range": [0, 10], "step": 3},
            "space.x.step: steps of 3 do not end at 10, but at 9 or 12",
        ),
        (
            {"type": "float", "range": [0, 1], "step": 0.3},
            "space.x.step: steps of 0.3 do not end at 1.0, but at 0.9 or 1.2",
        ),
        (
            {"type": "integer", "range": [0, 10], "step": 2.5},
            "space.x.step: 2.5 is not a positive integer",
        ),
        (
            {"type": "integer", "range": [0, 10], "step": True},
            "space.x.step: True is not a positive integer",
        ),
        (
            {"type": "float", "range": [0, 1], "step": 0},
            "space.x.step: 0 is not a positive number",
        ),
        (
            {"type": "float", "range": [0, 1], "step": "small"},
            "space.x.step: 'small' is not a positive number",
        ),
        (
            {"type": "float", "range": [1, 100], "scale": "log", "step": 1},
            "space.x.step: steps are equal, scale log is not; list them as levels",
        ),
        (
            {"type": "float", "range": [0, 1], "step": 1e-6},
            "space.x.step: 1e-06 makes 1000000 steps, at most 1000; leave out",
        ),
        (
            {"type": "integer", "levels": [1, 2], "step": 1},
            "space.x: 'levels' and 'step' exclude each other; keep one",
        ),
        (
            {"type": "float", "distribution": {"name": "norm"}, "step": 1},
            "space.x: 'distribution' and 'step' exclude each other; keep one",
        ),
    ],
)
def test_a_bad_step_is_one_line(definition: dict[str, Any], line: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_hyperparameter("x", definition, "space")
    assert str(caught.value) == line
