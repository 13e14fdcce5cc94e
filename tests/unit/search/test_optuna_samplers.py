"""What each sampler of Optuna is told of errors and costs."""

import numpy as np
import pytest

from hsic_hpo.search.methods import METHODS
from hsic_hpo.search.optuna_samplers import SAMPLERS, log

OWN = {"random", "front", "gpbo", "cgpbo", "hsic-gpbo", "hsic-gpbo-paper"}


def test_every_other_method_has_its_sampler() -> None:
    assert {*SAMPLERS, *OWN} == set(METHODS)


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("tpe", [[1.0], [100.0]]),
        ("gp", [[1.0], [100.0]]),
        ("ctpe", [[1.0], [100.0]]),
        ("cgp", [[0.0], [2.0]]),
        ("nsga2", [[1.0, 1000.0], [100.0, 10.0]]),
        ("motpe", [[0.0, 3.0], [2.0, 1.0]]),
        ("mogp", [[0.0, 3.0], [2.0, 1.0]]),
    ],
)
def test_objectives_are_the_error_or_error_and_cost(
    method: str, expected: list[list[float]]
) -> None:
    told = SAMPLERS[method].objectives(np.array([1.0, 100.0]), np.array([1000.0, 10.0]))
    powers = SAMPLERS[method].on_logs
    np.testing.assert_allclose(told / np.log(10) if powers else told, expected)


def test_values_that_are_not_positive_have_no_logarithm() -> None:
    for values in (np.array([0.0, 1.0]), np.array([-1.0, 1.0])):
        assert log(values) is values
