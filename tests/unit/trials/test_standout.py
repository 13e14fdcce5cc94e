"""Which values stand out among those that reach a goal, where it is known."""

import numpy as np
import pytest

from hsic_hpo.spaces.space import Space
from hsic_hpo.trials.standout import standout

SPACE = Space(
    {
        "x": {"type": "float", "range": [0.0, 1.0]},
        "k": {"type": "integer", "range": [1, 2000]},
        "kind": {"type": "categorical", "levels": ["a", "b", "c", "d"]},
        "flag": {"type": "boolean"},
        "sizes": {"type": "categorical", "levels": [16, 32, 64]},
    }
)


def test_a_range_is_where_the_excess_is_largest() -> None:
    x = np.linspace(0, 1, 101)
    found = standout(SPACE["x"], x, ((x > 0.295) & (x < 0.405)).astype(float))
    assert (found.text, found.at_goal) == ("0.3 to 0.4", 1.0)
    assert found.of_all == pytest.approx(11 / 101)


def test_the_excess_is_the_largest_of_all_ranges() -> None:
    rng = np.random.default_rng(0)
    k, weights = rng.integers(1, 40, 200).astype(float), rng.random(200) ** 4
    found = standout(SPACE["k"], k, weights)
    values = np.unique(k)
    best = max(
        weights[(k >= low) & (k <= high)].sum() / weights.sum() - np.mean((k >= low) & (k <= high))
        for low in values
        for high in values
    )
    assert found.at_goal - found.of_all == pytest.approx(best)


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (0.999, 0.9997, "0.999 to 0.9997"),
        (0.99969, 1.0, "from 0.99969 on"),
        (0.0, 0.99969, "up to 0.99969"),
        (0.50012, 0.50018, "0.50012 to 0.50018"),
    ],
)
def test_ends_of_a_range_keep_the_digits_that_tell_them_apart(
    low: float, high: float, text: str
) -> None:
    x = np.unique([0.0, 0.2, low, high, 1.0])
    assert standout(SPACE["x"], x, ((low <= x) & (x <= high)).astype(float)).text == text


@pytest.mark.parametrize(
    ("at_goal", "text"),
    [
        ([1, 2, 3], "up to 3"),
        ([1998, 1999, 2000], "from 1998 on"),
        ([1024], "1024"),
        ([1023, 1024, 1025], "1023 to 1025"),
    ],
)
def test_ranges_are_told_in_whole_numbers(at_goal: list[int], text: str) -> None:
    k = np.arange(1, 2001).astype(float)
    assert standout(SPACE["k"], k, np.isin(k, at_goal).astype(float)).text == text


def test_levels_that_stand_out_come_first_and_others_need_half_of_their_excess() -> None:
    kind = np.repeat(["a", "b", "c", "d"], 100)
    weights = np.repeat([0.1, 0.45, 0.35, 0.1], 100)
    found = standout(SPACE["kind"], kind, weights)
    assert found.text == "b, c"
    assert (found.at_goal, found.of_all) == (pytest.approx(0.8), pytest.approx(0.5))
    alone = standout(SPACE["kind"], kind, np.repeat([0.05, 0.6, 0.3, 0.05], 100))
    assert alone.text == "b"


def test_booleans_and_numbers_as_levels_are_told_by_their_own_text() -> None:
    assert standout(SPACE["flag"], np.array([0.0, 1.0, 1.0]), np.array([1.0, 0, 0])).text == "false"
    sizes = np.array([16.0, 32.0, 64.0])
    assert standout(SPACE["sizes"], sizes, np.array([0.0, 0.0, 1.0])).text == "64"


def test_where_all_are_alike_nothing_stands_out() -> None:
    for name, values in (("x", [0.5, 0.5]), ("kind", ["a", "b"])):
        found = standout(SPACE[name], np.array(values), np.ones(2))
        assert (found.text, found.at_goal, found.of_all) == ("", 1.0, 1.0)
