"""Rounded laws have the levels and weights that rounding of draws gives."""

from collections import Counter

import numpy as np
import pytest

from hsic_hpo.errors import InputError
from hsic_hpo.interop.quantised import numbers


def test_a_rounded_logarithmic_law_has_the_shares_of_its_draws() -> None:
    found = numbers(1, 100, 10, log=True, where="here")
    draws = np.exp(np.random.default_rng(0).uniform(0, np.log(100), 200_000))
    counts = Counter((np.round(draws / 10) * 10).astype(int).tolist())
    assert found["type"] == "integer"
    assert found["levels"] == sorted(counts)
    shares = np.array([counts[level] for level in found["levels"]]) / len(draws)
    np.testing.assert_allclose(found["weights"], shares, atol=0.005)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ((0, 1, None, False), {"type": "float", "range": [0.0, 1.0]}),
        ((1e-5, 0.1, None, True), {"type": "float", "range": [1e-5, 0.1], "scale": "log"}),
        ((0, 0.5, 0.1, False), {"type": "float", "range": [0.0, 0.5], "step": 0.1}),
        ((32, 256, 32, False), {"type": "integer", "range": [32, 256], "step": 32}),
        ((1, 8, 1, False), {"type": "integer", "range": [1, 8]}),
        ((1, 128, 1, True), {"type": "integer", "range": [1, 128], "scale": "log"}),
    ],
    ids=str,
)
def test_ranges_with_and_without_steps(
    given: tuple[float, float, float | None, bool], expected: dict[str, object]
) -> None:
    low, high, step, log = given
    assert numbers(low, high, step, log=log, where="here") == expected


def test_too_many_steps_and_a_scale_without_logarithm_are_one_line() -> None:
    with pytest.raises(InputError, match=r"^here: 100001 steps of 0\.1 from 1 to 10001; allowed"):
        numbers(1, 10001, 0.1, log=True, where="here")
    with pytest.raises(InputError, match=r"^here: 0 is not positive"):
        numbers(0, 1, 0.1, log=True, where="here")
    for log in (False, True):
        with pytest.raises(InputError, match=r"^here: steps of 0; needed: a number above 0$"):
            numbers(2, 3, 0, log=log, where="here")
