import numpy as np
import pytest
from scipy import stats

from hsic_hpo.indices.weighted_chi2 import quantile, tail_probability

VALUES = np.array([1e-6, 1e-4, 0.01, 0.1, 0.5, 1, 2, 5, 10, 20, 60, 200])


@pytest.mark.parametrize("count", [1, 2, 7, 40])
@pytest.mark.parametrize("weight", [1e-6, 1.0, 300.0])
def test_equal_weights_give_the_chi_square_law(count, weight):
    values = VALUES * count
    exact = stats.chi2(count).sf(values)
    ours = tail_probability(weight * values, np.full(count, weight))
    np.testing.assert_allclose(ours, exact, rtol=1e-8, atol=1e-80)


def test_pairs_of_weights_give_the_hypoexponential_law():
    low, high = 0.3, 1.0
    exact = (high * np.exp(-VALUES / (2 * high)) - low * np.exp(-VALUES / (2 * low))) / (high - low)
    ours = tail_probability(VALUES, np.array([low, high, high, low]))
    np.testing.assert_allclose(ours, exact, rtol=1e-9)


def test_decaying_weights_agree_with_simulation():
    weights = 0.1 * 0.4 ** np.arange(15)
    draws = np.random.default_rng(0).chisquare(1, (200_000, 15)) @ weights
    for probability in (0.1, 0.5, 0.95, 0.99):
        value = np.quantile(draws, probability)
        error = 4 * np.sqrt(probability * (1 - probability) / len(draws))
        assert tail_probability(value, weights) == pytest.approx(1 - probability, abs=error)


@pytest.mark.parametrize("weights", [[1.0], [1.0, 1e-3], 0.5 ** np.arange(20)])
@pytest.mark.parametrize("probability", [0.05, 0.5, 0.95, 0.999999])
def test_the_quantile_inverts_the_tail(weights, probability):
    weights = np.asarray(weights)
    value = quantile(probability, weights)
    assert tail_probability(value, weights) == pytest.approx(1 - probability, rel=1e-5)


def test_the_tail_falls_from_one_and_ignores_negligible_weights():
    weights = 0.3 ** np.arange(10)
    values = np.geomspace(1e-10, 1e3, 2000)
    tail = tail_probability(values, weights)
    assert np.all(np.diff(tail) <= 1e-9)
    assert tail_probability(0.0, weights) == 1
    assert tail_probability(-1.0, weights) == 1
    np.testing.assert_allclose(tail_probability(values, np.append(weights, [1e-14, 0])), tail, 1e-9)
