"""Scales that resolve no finer than a width: with the inverse and derivative that they state."""

import numpy as np
import pytest

from hsic_hpo.surrogate.scales import Scale, scales_no_finer_than

POSITIVE = np.geomspace(1e-6, 10, 40)
ANY = np.concatenate([-POSITIVE, POSITIVE])
CASES = [
    pytest.param(scale, values, id=f"{scale.name}, {what}")
    for what, values in (("positive", POSITIVE), ("any", ANY))
    for scale in scales_no_finer_than(0.1, values)
]


@pytest.mark.parametrize(("scale", "values"), CASES)
def test_a_scale_increases_and_has_the_inverse_and_the_derivative_that_it_states(
    scale: Scale, values: np.ndarray
) -> None:
    values = np.sort(values)
    there = scale.forward(values)
    assert (np.diff(there) > 0).all()
    np.testing.assert_allclose(scale.backward(there), values, rtol=1e-9, atol=1e-12)
    step = 1e-6 * np.abs(values)
    slope = (scale.forward(values + step) - scale.forward(values - step)) / (2 * step)
    np.testing.assert_allclose(np.exp(scale.log_derivative(values)), slope, rtol=1e-3)


def test_no_scale_spreads_small_values_beyond_their_difference_over_the_width() -> None:
    values, width = np.array([1e-9, 1e-6, 1e-3, 1.0, 100.0]), 1.0
    for scale in scales_no_finer_than(width, values):
        apart = np.diff(scale.forward(values))
        assert (apart[:2] <= np.diff(values)[:2] / np.sqrt(width) + 1e-12).all(), scale.name
