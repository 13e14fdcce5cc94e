"""Objects for what the YAML writes: the same spaces, the same messages."""

import json
import os
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from hsic_hpo.errors import InputError
from hsic_hpo.spaces.definitions import Boolean, Categorical, Definition, Float, Integer
from hsic_hpo.spaces.space import Space

SGD = {"optimizer": "sgd"}
SAME: list[tuple[Definition, dict[str, Any]]] = [
    (Float(0, 1), {"type": "float", "range": [0, 1]}),
    (Float(1e-4, 1e-1, log=True), {"type": "float", "range": [1e-4, 1e-1], "scale": "log"}),
    (
        Float(levels=[0, 0.5], weights=[1, 3]),
        {"type": "float", "levels": [0, 0.5], "weights": [1, 3]},
    ),
    (
        Float(distribution={"name": "norm", "scale": 2}),
        {"type": "float", "distribution": {"name": "norm", "scale": 2}},
    ),
    (Float(0, 0.99, when=SGD), {"type": "float", "range": [0, 0.99], "when": SGD}),
    (Integer(8, 256, log=True), {"type": "integer", "range": [8, 256], "scale": "log"}),
    (Integer(64, 256, step=64), {"type": "integer", "range": [64, 256], "step": 64}),
    (Float(0, 0.5, step=0.1), {"type": "float", "range": [0, 0.5], "step": 0.1}),
    (Integer(levels=range(1, 4)), {"type": "integer", "levels": [1, 2, 3]}),
    (Categorical(("relu", "tanh")), {"type": "categorical", "levels": ["relu", "tanh"]}),
    (
        Categorical(
            np.array([16, 32]), weights=(1, 2), when={"optimizer": {"in": ("sgd", "adam")}}
        ),
        {
            "type": "categorical",
            "levels": [16, 32],
            "weights": [1, 2],
            "when": {"optimizer": {"in": ["sgd", "adam"]}},
        },
    ),
    (Boolean(), {"type": "boolean", "probability": 0.5}),
    (Boolean(0.25, when=SGD), {"type": "boolean", "probability": 0.25, "when": SGD}),
    (Float(np.float64(0), np.int64(3)), {"type": "float", "range": [0.0, 3]}),
]
PARENT = {"optimizer": {"type": "categorical", "levels": ["sgd", "adam", "rmsprop"]}}


@pytest.mark.parametrize(("written", "definition"), SAME)
def test_an_object_makes_the_space_that_its_definition_makes(
    written: Definition, definition: dict[str, Any]
) -> None:
    by_object, by_yaml = Space({**PARENT, "x": written}), Space({**PARENT, "x": definition})
    assert written.to_dict() == definition
    assert by_object.to_dict() == by_yaml.to_dict()
    assert by_object["x"].conditions == by_yaml["x"].conditions
    u = np.linspace(0, 0.999, 50)
    assert by_object["x"].scalars(u) == by_yaml["x"].scalars(u)
    assert Space(json.loads(by_object.to_json())).to_json() == by_object.to_json()


@pytest.mark.parametrize(
    ("written", "line"),
    [
        (Float(1, 0), "space.x.range: [1, 0] is not increasing; needed: low < high"),
        (Float(0, 1, log=True), "space.x.range: 0 is not positive; scale log needs low > 0"),
        (
            Float(),
            "space.x: key 'range' or 'levels' or 'distribution' is missing; "
            "write range: [low, high]",
        ),
        (Float(1), "space.x.range: None is not a finite number"),
        (Float(0, 1, levels=[1, 2]), "space.x: 'levels' and 'range' exclude each other; keep one"),
        (
            Float(levels=[2, 1]),
            "space.x.levels: [2, 1] is not increasing; the order of numbers counts",
        ),
        (Integer(1, 2.5), "space.x.range: 2.5 is not an integer"),
        (Categorical(["one"]), "space.x.levels: ['one'] has too few levels; at least two needed"),
        (Categorical("ab"), "space.x.levels: 'ab' is not a list"),
        (Boolean(2), "space.x.probability: 2 is not a number between 0 and 1"),
        (
            Boolean(when={"optimiser": "sgd"}),
            "space.x.when.optimiser: no hyperparameter 'optimiser' stands before it; "
            "did you mean 'optimizer'?",
        ),
        (
            Boolean(when={"optimizer": ("sgd", "adam")}),
            "space.x.when.optimizer: a list; write {in: [...]} for one of several values",
        ),
        (
            Boolean(when="sgd"),
            "space.x.when: 'sgd' is not a mapping from a parent to its value, "
            "such as {optimizer: sgd}",
        ),
    ],
)
def test_a_bad_definition_is_told_in_the_words_of_the_config(written: Any, line: str) -> None:
    with pytest.raises(InputError) as error:
        Space({**PARENT, "x": written})
    assert str(error.value) == line


@pytest.mark.parametrize(
    ("definition", "message"),
    [
        (Categorical({"sgd", "adam"}), "levels: a set of 'adam', 'sgd'"),
        ({"type": "categorical", "levels": {"sgd", "adam"}}, "levels: a set of 'adam', 'sgd'"),
        (Integer(levels=frozenset([1, 2])), "levels: a set of 1, 2"),
        (Float(levels=[1, 2], weights={1, 3}), "weights: a set of 1, 3"),
        (Float(0, 1, when={"parent": {"in": {"a", "b"}}}), "when.parent.in: a set of 'a', 'b'"),
    ],
    # A set has no text of its own by which processes could agree on the names of tests.
    ids=["levels", "levels of a mapping", "frozen", "weights", "condition"],
)
def test_a_set_is_refused(definition: Any, message: str) -> None:
    parent = Categorical(["a", "b", "c"])
    with pytest.raises(InputError) as refused:
        Space({"parent": parent, "child": definition})
    assert str(refused.value) == f"space.child.{message}, which has no order; write a list"


@pytest.mark.parametrize("levels", ["{'sgd', 'adam', 'nadam'}", "['sgd', 'adam', 'nadam']"])
def test_a_space_does_not_depend_on_the_process(levels: str) -> None:
    program = (
        "from hsic_hpo.spaces.definitions import Categorical\n"
        "from hsic_hpo.spaces.space import Space\n"
        f"try: print(Space({{'optimizer': Categorical({levels})}}).to_json())\n"
        "except ValueError as error: print(error)\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    said = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**environment, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        # By the first two a set of these texts has two orders.
        for seed in ("0", "1", "2")
    }
    assert len(said) == 1
