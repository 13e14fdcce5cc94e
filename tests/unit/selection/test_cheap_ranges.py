"""What is left of a range or of levels between two values."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from hsic_hpo.selection.cheap_ranges import cheap_range, values_between
from hsic_hpo.selection.cheap_values import CheapValue
from hsic_hpo.spaces.hyperparameter import Hyperparameter
from hsic_hpo.spaces.parsing import parse_hyperparameter
from hsic_hpo.spaces.space import Space
from hsic_hpo.spaces.subspace import Subspace

LAYERS = {"type": "integer", "range": [1, 8]}
UNITS = {"type": "integer", "levels": [8, 16, 32, 64], "weights": [1, 2, 3, 4]}
RATE = {"type": "float", "range": [1e-4, 1e-1], "scale": "log"}
SHARE = {"type": "float", "levels": [0.0, 0.3, 0.6]}
NORMAL = {"type": "float", "distribution": {"name": "norm"}}


def parameter(definition: Mapping[str, Any]) -> Hyperparameter:
    return parse_hyperparameter("x", definition, "test")


@pytest.mark.parametrize(
    ("definition", "low", "high", "left"),
    [
        (LAYERS, 2, 5, {"range": [2, 5], "scale": "linear"}),
        (LAYERS, 4, 5, {"range": [4, 5], "scale": "linear"}),
        (LAYERS, 4, 4, None),
        (LAYERS, 5, 4, None),
        (RATE, 1e-3, 1e-2, {"range": [1e-3, 1e-2], "scale": "log"}),
        (RATE, 1e-3, 1e-3, None),
        (UNITS, 10, 40, {"levels": [16, 32]}),
        (UNITS, 8, 64, {"levels": [8, 16, 32, 64]}),
        (UNITS, 20, 40, None),
        (UNITS, 40, 50, None),
        (SHARE, 0.3, 1.0, {"levels": [0.3, 0.6]}),
        (NORMAL, -1.0, 1.0, None),
    ],
)
def test_what_is_left(
    definition: Mapping[str, Any], low: float, high: float, left: dict[str, Any] | None
) -> None:
    assert values_between(parameter(definition), low, high) == left


@given(st.sampled_from([LAYERS, UNITS, RATE, SHARE]), st.floats(0, 1), st.floats(0, 1))
def test_what_is_left_is_a_part_that_keeps_to_the_bounds(
    definition: Mapping[str, Any], u: float, v: float
) -> None:
    whole = parameter(definition)
    low, high = whole.value(min(u, v)), whole.value(max(u, v))
    left = values_between(whole, low, high)
    if left is None:
        assert low == high
        return
    free = Subspace.of(Space.from_dict({"x": definition}), {"x": left}).free
    assert free is not None
    part = free["x"]
    ends = part.value(0.0), part.value(1.0)
    np.testing.assert_allclose(ends, (low, high))
    assert part.type == whole.type


def cheap(value: Any, *, rising: bool = True) -> CheapValue:
    return CheapValue(value, trials=10, successes=5, fraction=0.1, rising=rising)


def swept(lower: float, upper: float, name: str = "x") -> xr.Dataset:
    return xr.Dataset(
        {"sweep_choice": (("sweep", "end"), [[lower, upper]])},
        {"sweep": [name], "end": ["lower", "upper"]},
    )


@pytest.mark.parametrize(
    ("definition", "choice", "expected"),
    [
        (LAYERS, 5.0, (5, {"range": [1, 5], "scale": "linear"})),
        (LAYERS, 2.0, (2, {"range": [1, 2], "scale": "linear"})),
        (RATE, 1e-3, (1e-3, {"range": [pytest.approx(1e-4), 1e-3], "scale": "log"})),
        (UNITS, 16.0, (16, {"levels": [8, 16]})),
        (SHARE, 0.3, (0.3, {"levels": [0.0, 0.3]})),
        # From the lowest value on no choice matters, or only at the highest: no range is left.
        (LAYERS, 1.0, None),
        (LAYERS, 8.0, None),
        (LAYERS, math.nan, None),
        (NORMAL, 0.5, None),
    ],
)
def test_where_large_values_cost_the_sweep_ends_the_range_from_above(
    definition: Mapping[str, Any], choice: float, expected: Any
) -> None:
    found = cheap_range(parameter(definition), swept(choice, math.nan), cheap(-math.inf))
    assert found == expected
    if found is not None and definition["type"] == "integer":
        assert type(found[0]) is int


@pytest.mark.parametrize(
    ("definition", "choice", "expected"),
    [
        (LAYERS, 5.0, (5, {"range": [5, 8], "scale": "linear"})),
        (RATE, 1e-3, (1e-3, {"range": [1e-3, pytest.approx(1e-1)], "scale": "log"})),
        (UNITS, 32.0, (32, {"levels": [32, 64]})),
        (LAYERS, math.nan, None),
    ],
)
def test_where_small_values_cost_it_ends_the_range_from_below(
    definition: Mapping[str, Any], choice: float, expected: Any
) -> None:
    found = cheap_range(
        parameter(definition), swept(math.nan, choice), cheap(math.inf, rising=False)
    )
    assert found == expected


@pytest.mark.parametrize(
    ("rising", "choice", "kept", "expected"),
    [
        (True, 3.0, 5, (5, {"range": [1, 5], "scale": "linear"})),
        (True, 5.0, 3, (5, {"range": [1, 5], "scale": "linear"})),
        (False, 6.0, 4, (4, {"range": [4, 8], "scale": "linear"})),
        (False, 4.0, 6, (4, {"range": [4, 8], "scale": "linear"})),
        # Only all values keep the success rate.
        (True, 3.0, 8, None),
        (False, 6.0, 1, None),
    ],
)
def test_the_range_goes_on_until_the_success_rate_is_kept(
    rising: bool, choice: float, kept: int, expected: Any
) -> None:
    found = cheap_range(parameter(LAYERS), swept(choice, choice), cheap(kept, rising=rising))
    assert found == expected


def test_what_is_not_swept_has_no_range() -> None:
    assert cheap_range(parameter(LAYERS), swept(5.0, 5.0, "y"), cheap(1)) is None
