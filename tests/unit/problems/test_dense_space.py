"""Spaces may hold what trainings understand and nothing else; the rest has defaults."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from hsic_hpo.errors import InputError
from hsic_hpo.problems.dense_space import (
    CLASSIFICATION_LOSSES,
    DENSE_CLASSIFICATION,
    DENSE_REGRESSION,
    REGRESSION_LOSSES,
    Accepted,
    check_space,
    complete,
    dense_space,
    image_space,
)
from hsic_hpo.spaces.space import Space

KNOWN = ", ".join(DENSE_REGRESSION)


@pytest.mark.parametrize(
    "accepted", [DENSE_REGRESSION, DENSE_CLASSIFICATION], ids=["regression", "classification"]
)
def test_defaults_are_allowed_values(accepted: dict[str, Accepted]) -> None:
    for what in accepted.values():
        if what.kind == "categorical":
            assert what.default in what.levels
        elif what.kind == "boolean":
            assert isinstance(what.default, bool)
        else:
            assert what.minimum <= what.default <= what.maximum


def test_configuration_is_completed_by_defaults() -> None:
    accepted = {"a": Accepted("integer", 3), "b": Accepted("boolean", False)}
    assert complete({"b": True}, accepted) == {"a": 3, "b": True}


def test_completing_refuses_unknown_names() -> None:
    message = (
        f"configuration.n_layer: not a hyperparameter of this problem; known: {KNOWN}; "
        "did you mean 'n_layers'?"
    )
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        complete({"n_layer": 3}, DENSE_REGRESSION)


def test_regression_and_classification_differ_in_their_losses_alone() -> None:
    assert list(DENSE_CLASSIFICATION) == list(DENSE_REGRESSION)
    differing = [
        name for name in DENSE_REGRESSION if DENSE_REGRESSION[name] != DENSE_CLASSIFICATION[name]
    ]
    assert differing == ["loss_function"]
    assert not set(REGRESSION_LOSSES) & set(CLASSIFICATION_LOSSES)


@pytest.mark.parametrize("default", [dense_space, image_space])
def test_default_spaces_are_copies(default: Callable[[], dict[str, Any]]) -> None:
    default()["n_layers"]["range"][0] = 99
    assert default()["n_layers"]["range"][0] == 1


@pytest.mark.parametrize(
    ("default", "accepted"),
    [(dense_space, DENSE_REGRESSION), (image_space, DENSE_CLASSIFICATION)],
    ids=["regression", "images"],
)
def test_default_spaces_hold_about_twenty_hyperparameters_in_four_groups(
    default: Callable[[], dict[str, Any]], accepted: dict[str, Accepted]
) -> None:
    space = Space.from_dict(default())
    check_space(space, accepted, "space")
    assert set(space.names) <= set(accepted)
    assert 19 <= len(space) <= 23
    labels = {group.label for group in space.groups()}
    adam = "optimizer in {adam, nadam}"
    expected = {"dropout = true", "optimizer = sgd", "optimizer = rmsprop", "optimizer = adam"}
    assert expected | {adam} <= labels, labels


@pytest.mark.parametrize(
    "spec",
    [
        {"n_units": {"type": "categorical", "levels": [16, 32, 64]}},
        {"learning_rate": {"type": "categorical", "levels": [0.1, 0.01]}},
        {"activation": {"type": "categorical", "levels": ["gelu", "selu"]}},
        {"beta1": {"type": "float", "range": [0.8, 0.99]}},
    ],
)
def test_other_forms_of_accepted_hyperparameters_pass(spec: dict[str, Any]) -> None:
    check_space(Space.from_dict(spec), DENSE_REGRESSION, "space")


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (
            {"learning_rat": {"type": "float", "range": [0.1, 0.2]}},
            f"space.learning_rat: not a hyperparameter of this problem; known: {KNOWN}; "
            "did you mean 'learning_rate'?",
        ),
        (
            {"activation": {"type": "categorical", "levels": ["relu", "tahn"]}},
            "space.activation.levels: 'tahn' is not known; known: relu, leaky_relu, elu, selu, "
            "gelu, silu, softplus, tanh, sigmoid; did you mean 'tanh'?",
        ),
        (
            {"optimizer": {"type": "boolean"}},
            "space.optimizer.type: 'boolean'; needed: 'categorical'",
        ),
        (
            {"dropout": {"type": "float", "range": [0.0, 1.0]}},
            "space.dropout.type: 'float'; needed: 'boolean'",
        ),
        (
            {"n_layers": {"type": "boolean"}},
            "space.n_layers.type: 'boolean'; needed: 'integer'",
        ),
        (
            {"n_layers": {"type": "float", "range": [1.0, 5.0]}},
            "space.n_layers.type: 'float'; needed: 'integer'",
        ),
        (
            {"n_layers": {"type": "integer", "range": [0, 5]}},
            "space.n_layers: reaches 0; allowed: 1 to 1000",
        ),
        (
            {"n_units": {"type": "categorical", "levels": ["few", "many"]}},
            "space.n_units.levels: 'few' is not an integer",
        ),
        (
            {"n_units": {"type": "categorical", "levels": [8, 8.5]}},
            "space.n_units.levels: 8.5 is not an integer",
        ),
        (
            {
                "weight_decay": {
                    "type": "float",
                    "distribution": {"name": "norm", "loc": 0.5, "scale": 0.1},
                }
            },
            "space.weight_decay: reaches -inf; allowed: 0 to inf",
        ),
        (
            {"dropout_rate": {"type": "float", "range": [0.0, 0.5]}},
            "space.dropout_rate: has no effect: dropout is never true in this space",
        ),
        (
            {
                "optimizer": {"type": "categorical", "levels": ["adam", "rmsprop"]},
                "nesterov": {"type": "boolean"},
            },
            "space.nesterov: has no effect: optimizer is never sgd in this space",
        ),
    ],
)
def test_other_spaces_are_refused_in_one_line(spec: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        check_space(Space.from_dict(spec), DENSE_REGRESSION, "space")


def test_losses_of_the_other_task_are_refused() -> None:
    space = Space.from_dict({"loss_function": {"type": "categorical", "levels": ["mse", "mae"]}})
    message = (
        "space.loss_function.levels: 'mse' is not known; known: cross_entropy, "
        "smoothed_cross_entropy, hinge, one_hot_mse"
    )
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        check_space(space, DENSE_CLASSIFICATION, "space")
