"""A space is found again from the trials that were drawn from it."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hsic_hpo.errors import InputError
from hsic_hpo.interop.inference import InferredSpace, infer_space
from hsic_hpo.spaces.space import Space

N = 300
# A child of fewer trials tells too little of its own range.
ENOUGH = 60

numbers = st.sampled_from(
    [
        {"type": "float", "range": [0.0, 0.9]},
        {"type": "float", "range": [-3.0, 7.5]},
        {"type": "float", "range": [1e-5, 0.1], "scale": "log"},
        {"type": "float", "range": [0.1, 10.0], "scale": "log"},
        {"type": "float", "range": [0.0, 0.5], "step": 0.1},
        {"type": "float", "levels": [0.001, 0.01, 0.1]},
        {"type": "integer", "range": [1, 8]},
        {"type": "integer", "range": [1, 500], "scale": "log"},
        {"type": "integer", "range": [0, 300]},
        {"type": "integer", "range": [64, 1024], "step": 64},
        {"type": "integer", "levels": [16, 32, 64, 128]},
    ]
)
choices = st.sampled_from(
    [
        {"type": "boolean"},
        {"type": "categorical", "levels": ["adam", "sgd"]},
        {"type": "categorical", "levels": ["gelu", "relu", "tanh"]},
    ]
)


@st.composite
def spaces(draw: st.DrawFn) -> dict[str, Any]:
    spec: dict[str, Any] = {f"c{i}": dict(draw(choices)) for i in range(draw(st.integers(1, 3)))}
    spec |= {f"n{i}": dict(draw(numbers)) for i in range(draw(st.integers(1, 3)))}
    parents = [name for name in spec if name.startswith("c")]
    for i in range(draw(st.integers(0, 2))):
        chosen = draw(st.lists(st.sampled_from(parents), min_size=1, max_size=2, unique=True))
        when = {name: draw(st.sampled_from(spec[name].get("levels", [True]))) for name in chosen}
        spec[f"child{i}"] = {**draw(numbers), "when": when}
    return spec


def inferred(spec: dict[str, Any], n: int = N, seed: int = 0) -> tuple[InferredSpace, Space]:
    space = Space(spec)
    drawn = space.configurations(np.random.default_rng(seed).random((n, len(space))))
    columns = {name: [one.get(name) for one in drawn] for name in space.names}
    return infer_space(columns, [True] * n, "here"), space


def assert_alike(found: dict[str, Any], true: dict[str, Any], n: int) -> None:
    assert found["type"] == true["type"]
    assert found.get("scale", "linear") == true.get("scale", "linear")
    assert found.get("levels") == true.get("levels")
    assert found.get("step") == true.get("step")
    if "range" in true:
        scale = math.log if true.get("scale") == "log" else float
        low, high = map(scale, true["range"])
        allowed = 10 * (high - low) / n
        # Whole numbers near the lower end of a logarithmic scale are rare.
        if true["type"] == "integer" and scale is math.log:
            allowed += math.log(2)
        assert list(map(scale, found["range"])) == pytest.approx([low, high], abs=allowed)


# The same examples in every run: the rule mistakes one scale in some hundred, see test_scales.
@settings(max_examples=60, deadline=None, derandomize=True)
@given(spaces(), st.integers(0, 1000))
def test_types_scales_levels_steps_ranges_and_conditions_are_found_again(
    spec: dict[str, Any], seed: int
) -> None:
    found, space = inferred(spec, seed=seed)
    assert found.notes == ()
    assert set(found.definitions) == set(spec)
    again = Space(found.definitions)
    for name, definition in spec.items():
        n = sum(value is not None for value in found.values[name])
        assert found.definitions[name].get("when") == definition.get("when")
        if n >= ENOUGH:
            assert_alike(found.definitions[name], definition, n)
    for configuration in space.configurations(np.random.default_rng(1).random((20, len(space)))):
        active = {one.name for one in again.hyperparameters if one.is_active(configuration)}
        assert active == set(configuration)


def test_a_search_that_crowds_keeps_the_scale_of_its_first_trials() -> None:
    rng = np.random.default_rng(0)
    first = rng.uniform(0, 0.9, 20)
    crowd = np.abs(rng.normal(0, 0.02, 100))
    columns = {"dropout": [*first, *crowd], "lr": [*10 ** rng.uniform(-5, -1, 20), *crowd + 1e-5]}
    found = infer_space({k: [float(x) for x in v] for k, v in columns.items()}, [True] * 120, "t")
    assert found.definitions["dropout"].get("scale") is None
    assert found.definitions["lr"]["scale"] == "log"


def test_repeats_of_a_configuration_make_no_levels_of_a_range() -> None:
    x = np.random.default_rng(0).uniform(0, 1, 30)
    found = infer_space({"x": np.repeat(x, 5).tolist()}, [True] * 150, "here")
    assert found.definitions == {"x": {"type": "float", "range": [0.0, 1.0]}}


def test_levels_are_found_in_a_small_grid_and_in_a_full_range_they_are_not() -> None:
    grid = [(a, b) for a in (16, 32, 128) for b in (1, 2, 3, 4)] * 3
    columns = {"a": [a for a, _ in grid], "b": [b for _, b in grid], "c": list(range(36))}
    found = infer_space(columns, [True] * 36, "here").definitions
    assert found["a"] == {"type": "integer", "levels": [16, 32, 128]}
    assert found["b"] == {"type": "integer", "range": [1, 4]}


def test_an_empty_cell_that_nothing_explains_is_a_category_none() -> None:
    rng = np.random.default_rng(0)
    columns = {
        "sched": [[None, "cosine", "step"][i] for i in rng.integers(0, 3, 100)],
        "x": rng.random(100).tolist(),
    }
    found = infer_space(columns, [True] * 100, "here")
    assert found.definitions["sched"]["levels"] == ["cosine", "step", "None"]
    assert "when" not in found.definitions["sched"]
    assert found.values["sched"].count("None") == columns["sched"].count(None)
    assert found.notes == ("Empty cells of sched count as a level of their own, None.",)


@pytest.mark.parametrize("written", [None, "None", "null"])
def test_a_none_that_a_parent_explains_is_no_category(written: str | None) -> None:
    rng = np.random.default_rng(0)
    use = (rng.random(100) < 0.5).tolist()
    kinds = [["cosine", "step"][i] for i in rng.integers(0, 2, 100)]
    columns = {
        "use": use,
        "sched": [kind if one else written for one, kind in zip(use, kinds, strict=True)],
    }
    found = infer_space(columns, [True] * 100, "here")
    assert found.definitions["sched"] == {
        "type": "categorical",
        "levels": ["cosine", "step"],
        "when": {"use": True},
    }


def test_a_presence_that_nothing_explains_becomes_a_hyperparameter() -> None:
    rng = np.random.default_rng(0)
    columns = {
        "x": rng.random(100).tolist(),
        "odd": [float(v) if v < 0.5 else None for v in rng.random(100)],
    }
    found = infer_space(columns, [True] * 100, "here")
    assert found.definitions["odd"]["when"] == {"presence of odd": True}
    assert found.values["presence of odd"] == [value is not None for value in columns["odd"]]
    (note,) = found.notes
    assert note == "No hyperparameter tells when odd is there: its presence counts as one."


def test_conditions_come_from_trials_with_an_error() -> None:
    rng = np.random.default_rng(0)
    opt = [["adam", "sgd"][i] for i in rng.integers(0, 2, 100)]
    momentum = [float(x) if o == "sgd" else None for x, o in zip(rng.random(100), opt, strict=True)]
    failed = [i for i, one in enumerate(opt) if one == "sgd"][:5]
    for i in failed:
        momentum[i] = None
    told = [i not in failed for i in range(100)]
    found = infer_space({"opt": opt, "momentum": momentum}, told, "here")
    assert found.definitions["momentum"]["when"] == {"opt": "sgd"}


def test_what_cannot_be_a_hyperparameter_is_left_out_and_said() -> None:
    n = 40
    columns = {
        "x": np.random.default_rng(0).random(n).tolist(),
        "same": [3] * n,
        "nothing": [None] * n,
        "path": [f"/runs/{i}" for i in range(n)],
        "broken": [0.1 * i if i < 4 else None for i in range(n)],
    }
    found = infer_space(columns, [i >= 4 for i in range(n)], "here")
    assert list(found.definitions) == ["x"]
    assert found.notes == (
        "same has a single value and is left out.",
        "nothing is empty and is left out.",
        "path has 40 different texts in 40 trials and is left out.",
        "broken has no value in a trial with an error and is left out.",
    )


def test_texts_beside_numbers_make_a_category() -> None:
    found = infer_space({"gamma": ["auto", "scale", 0.1, 1] * 10}, [True] * 40, "here")
    assert found.definitions["gamma"] == {
        "type": "categorical",
        "levels": ["0.1", "1", "auto", "scale"],
    }


def test_nothing_that_varies_is_one_line() -> None:
    with pytest.raises(InputError, match=r"^here: no hyperparameter varies in 5 rows$"):
        infer_space({"x": [1] * 5}, [True] * 5, "here")
