"""The hyperparameters of dense networks and of their training, and the default search spaces.

A problem names the ones that it accepts; a study's search space may hold any of them, and those
that it leaves out take their defaults.
"""

import copy
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from hsic_hpo.errors import InputError, did_you_mean
from hsic_hpo.spaces.space import Hyperparameter, Space


@dataclass(frozen=True)
class Accepted:
    """A hyperparameter that a training accepts.

    Attributes
    ----------
    kind
        ``"integer"``, ``"float"``, ``"boolean"`` or ``"categorical"``.
    default
        Value where the search space leaves the hyperparameter out.
    minimum, maximum
        Range of a number.
    levels
        Allowed levels of a categorical one.
    parent
        Another hyperparameter and its values under which this one has an effect, if not always.
    """

    kind: Literal["integer", "float", "boolean", "categorical"]
    default: Any
    minimum: float = -math.inf
    maximum: float = math.inf
    levels: tuple[str, ...] = ()
    parent: tuple[str, tuple[Any, ...]] | None = None


ACTIVATIONS = ("relu", "leaky_relu", "elu", "selu", "gelu", "silu", "softplus", "tanh", "sigmoid")
INITIALISERS = ("glorot_uniform", "glorot_normal", "he_uniform", "he_normal", "orthogonal")
OPTIMIZERS = ("sgd", "adam", "adamw", "nadam", "rmsprop", "adagrad")
REGRESSION_LOSSES = ("mse", "mae", "huber", "log_cosh")
CLASSIFICATION_LOSSES = ("cross_entropy", "smoothed_cross_entropy", "hinge", "one_hot_mse")
ADAM_TYPE = ("adam", "adamw", "nadam")

_DENSE = {
    "n_layers": Accepted("integer", 3, minimum=1, maximum=1000),
    "n_units": Accepted("integer", 64, minimum=1, maximum=100_000),
    "activation": Accepted("categorical", "relu", levels=ACTIVATIONS),
    "initialiser": Accepted("categorical", "glorot_uniform", levels=INITIALISERS),
    "batch_normalisation": Accepted("boolean", False),
    "dropout": Accepted("boolean", False),
    "dropout_rate": Accepted("float", 0.2, minimum=0.0, maximum=0.999, parent=("dropout", (True,))),
    "batch_size": Accepted("integer", 128, minimum=1, maximum=10**7),
    "learning_rate": Accepted("float", 1e-3, minimum=0.0),
    "weight_decay": Accepted("float", 0.0, minimum=0.0),
    "l1_penalty": Accepted("float", 0.0, minimum=0.0),
    "decay_biases": Accepted("boolean", False),
    "optimizer": Accepted("categorical", "adam", levels=OPTIMIZERS),
    "momentum": Accepted(
        "float", 0.0, minimum=0.0, maximum=1.0, parent=("optimizer", ("sgd", "rmsprop"))
    ),
    "nesterov": Accepted("boolean", False, parent=("optimizer", ("sgd",))),
    "beta1": Accepted("float", 0.9, minimum=0.0, maximum=1.0, parent=("optimizer", ADAM_TYPE)),
    "beta2": Accepted("float", 0.999, minimum=0.0, maximum=1.0, parent=("optimizer", ADAM_TYPE)),
    "amsgrad": Accepted("boolean", False, parent=("optimizer", ("adam", "adamw"))),
    "alpha": Accepted("float", 0.99, minimum=0.0, maximum=1.0, parent=("optimizer", ("rmsprop",))),
    "centered": Accepted("boolean", False, parent=("optimizer", ("rmsprop",))),
}
DENSE_REGRESSION = {
    **_DENSE,
    "loss_function": Accepted("categorical", "mse", levels=REGRESSION_LOSSES),
}
DENSE_CLASSIFICATION = {
    **_DENSE,
    "loss_function": Accepted("categorical", "cross_entropy", levels=CLASSIFICATION_LOSSES),
}

DENSE_SPACE: dict[str, Any] = {
    "n_layers": {"type": "integer", "range": [1, 10]},
    "n_units": {"type": "integer", "range": [16, 256], "scale": "log"},
    "activation": {
        "type": "categorical",
        "levels": ["relu", "elu", "silu", "tanh", "sigmoid"],
    },
    "initialiser": {
        "type": "categorical",
        "levels": ["glorot_uniform", "he_normal", "orthogonal"],
    },
    "batch_normalisation": {"type": "boolean", "probability": 0.25},
    "dropout": {"type": "boolean", "probability": 0.25},
    "dropout_rate": {"type": "float", "range": [0.0, 0.5], "when": {"dropout": True}},
    "loss_function": {"type": "categorical", "levels": list(REGRESSION_LOSSES)},
    "batch_size": {"type": "integer", "range": [32, 256], "scale": "log"},
    "learning_rate": {"type": "float", "range": [3e-4, 3e-2], "scale": "log"},
    "weight_decay": {"type": "float", "range": [1e-8, 1e-3], "scale": "log"},
    "l1_penalty": {"type": "float", "range": [1e-8, 1e-4], "scale": "log"},
    "decay_biases": {"type": "boolean"},
    "optimizer": {"type": "categorical", "levels": ["sgd", "adam", "nadam", "rmsprop"]},
    "momentum": {"type": "float", "range": [0.0, 0.99], "when": {"optimizer": "sgd"}},
    "nesterov": {"type": "boolean", "when": {"optimizer": "sgd"}},
    "beta1": {
        "type": "float",
        "range": [0.8, 0.99],
        "when": {"optimizer": {"in": ["adam", "nadam"]}},
    },
    "beta2": {
        "type": "float",
        "range": [0.9, 0.9999],
        "when": {"optimizer": {"in": ["adam", "nadam"]}},
    },
    "amsgrad": {"type": "boolean", "when": {"optimizer": "adam"}},
    "alpha": {"type": "float", "range": [0.8, 0.999], "when": {"optimizer": "rmsprop"}},
    "centered": {"type": "boolean", "when": {"optimizer": "rmsprop"}},
}

# Images need other networks than regressions of a few inputs: wider and shallower ones and, with
# ten times the samples, larger batches.
IMAGE_CHANGES: dict[str, Any] = {
    "n_layers": {"type": "integer", "range": [1, 5]},
    "n_units": {"type": "integer", "range": [32, 512], "scale": "log"},
    "loss_function": {"type": "categorical", "levels": list(CLASSIFICATION_LOSSES)},
    "batch_size": {"type": "integer", "range": [64, 1024], "scale": "log"},
    "learning_rate": {"type": "float", "range": [1e-4, 1e-2], "scale": "log"},
}


def complete(configuration: Mapping[str, Any], accepted: Mapping[str, Accepted]) -> dict[str, Any]:
    """Fill a configuration with the defaults of what it leaves out.

    Raises
    ------
    InputError
        When the configuration holds an unknown name.
    """
    for name in configuration:
        if name not in accepted:
            raise InputError(_unknown(name, accepted, f"configuration.{name}"))
    return {name: configuration.get(name, what.default) for name, what in accepted.items()}


def check_space(space: Space, accepted: Mapping[str, Accepted], where: str) -> None:
    """Check that every hyperparameter of ``space`` is accepted with all its values.

    Raises
    ------
    InputError
        One line: ``where``, the hyperparameter, its value, what is allowed.
    """
    for hyperparameter in space.hyperparameters:
        name, place = hyperparameter.name, f"{where}.{hyperparameter.name}"
        if name not in accepted:
            raise InputError(_unknown(name, accepted, place))
        what = accepted[name]
        if what.kind == "categorical":
            _check_levels(hyperparameter, what, place)
        elif what.kind == "boolean":
            if hyperparameter.type != "boolean":
                raise InputError(f"{place}.type: {hyperparameter.type!r}; needed: 'boolean'")
        else:
            _check_numbers(hyperparameter, what, place)
        if what.parent is not None:
            _check_parent(space, accepted, what.parent, place)


def _unknown(name: str, accepted: Mapping[str, Accepted], place: str) -> str:
    return (
        f"{place}: not a hyperparameter of this problem; known: {', '.join(accepted)}"
        f"{did_you_mean(name, accepted)}"
    )


def _check_levels(hyperparameter: Hyperparameter, what: Accepted, place: str) -> None:
    if hyperparameter.type != "categorical":
        raise InputError(f"{place}.type: {hyperparameter.type!r}; needed: 'categorical'")
    for level in hyperparameter.levels:
        if level not in what.levels:
            raise InputError(
                f"{place}.levels: {level!r} is not known; known: {', '.join(what.levels)}"
                f"{did_you_mean(level, what.levels)}"
            )


def _check_numbers(hyperparameter: Hyperparameter, what: Accepted, place: str) -> None:
    noun = "an integer" if what.kind == "integer" else "a number"
    if hyperparameter.type == "categorical":
        values = list(hyperparameter.levels)
        for value in values:
            if not isinstance(value, int if what.kind == "integer" else int | float):
                raise InputError(f"{place}.levels: {value!r} is not {noun}")
    elif hyperparameter.type == "boolean" or (
        what.kind == "integer" and hyperparameter.type == "float"
    ):
        raise InputError(f"{place}.type: {hyperparameter.type!r}; needed: {what.kind!r}")
    else:
        values = [hyperparameter.value(0.0), hyperparameter.value(1.0)]
    for value in values:
        if not what.minimum <= value <= what.maximum:
            raise InputError(
                f"{place}: reaches {value:g}; allowed: {what.minimum:g} to {what.maximum:g}"
            )


def _check_parent(
    space: Space,
    accepted: Mapping[str, Accepted],
    parent: tuple[str, tuple[Any, ...]],
    place: str,
) -> None:
    name, values = parent
    reached = space[name].levels if name in space.names else (accepted[name].default,)
    if not set(reached) & set(values):
        needed = " or ".join("true" if value is True else str(value) for value in values)
        raise InputError(f"{place}: has no effect: {name} is never {needed} in this space")


def dense_space() -> dict[str, Any]:
    """Return a copy of the search space of dense networks for regression."""
    return copy.deepcopy(DENSE_SPACE)


def image_space() -> dict[str, Any]:
    """Return a copy of the search space of dense networks that classify images."""
    return copy.deepcopy(DENSE_SPACE | IMAGE_CHANGES)
