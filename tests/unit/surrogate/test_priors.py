"""The priors of length scales are the laws that they are named after."""

import numpy as np
import pytest
from scipy.stats import expon, geninvgauss

from hsic_hpo.surrogate.priors import idle, moderate

LENGTHS = np.array([0.05, 0.3, 1.0, 4.0, 20.0])


def test_inverse_lengths_are_exponential_where_columns_count_as_idle() -> None:
    value, _ = idle(LENGTHS)
    assert value == pytest.approx(expon().logpdf(1 / LENGTHS).sum(), rel=1e-12)


def test_squared_lengths_are_generalised_inverse_gaussian_where_they_are_moderate() -> None:
    law = geninvgauss(p=1, b=0.2)
    relative = law.logpdf(LENGTHS**2) - law.logpdf(1.0)
    found = [moderate(LENGTHS[[i]])[0] - moderate(np.ones(1))[0] for i in range(len(LENGTHS))]
    np.testing.assert_allclose(found, relative, rtol=1e-9, atol=1e-12)


def test_a_moderate_length_is_most_likely_one() -> None:
    _, slope = moderate(np.array([0.5, 1.0, 2.0]))
    assert slope[0] > 0 == slope[1] > slope[2]
