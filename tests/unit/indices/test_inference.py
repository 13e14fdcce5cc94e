import numpy as np
import pytest
from scipy import stats

import toy
from dense_hsic import asymptotic_p_value, gaussian
from hsic_hpo.errors import InputError
from hsic_hpo.indices.bootstrap import resampled_indices
from hsic_hpo.indices.features import Features, as_columns
from hsic_hpo.indices.gaussian_kernel import MEDIAN_BANDWIDTH
from hsic_hpo.indices.hsic import hsic
from hsic_hpo.indices.inference import confidence_interval, uniform_law_test
from hsic_hpo.indices.permutation import permutation_test

STRONG, MIDDLE, WEAK, INERT = "f1", "f3 at t = 1.25", "f3 at t = 1.8", "inert"
CASES = {
    STRONG: (toy.f1, 0, toy.H),
    MIDDLE: (toy.f3(1.25), 2, toy.F3_THIRD[1.25]),
    WEAK: (toy.f3(1.8), 2, toy.F3_THIRD[1.8]),
    INERT: (toy.f1, 2, 0.0),
}


def _intervals(case, n, replications, **options):
    goal, column, truth = CASES[case]
    rng = np.random.default_rng(0)
    for _ in range(replications):
        u = rng.random((n, 4))
        yield confidence_interval(u[:, [column]], goal(u), **options), truth


@pytest.mark.parametrize("n", [200, 1000])
@pytest.mark.parametrize("case", list(CASES))
def test_delta_intervals_cover_and_estimates_are_unbiased(case, n):
    results = list(_intervals(case, n, 800))
    truth = results[0][1]
    covered = np.mean([low[0] <= truth <= high[0] for (_, _, low, high), _ in results])
    assert 0.92 <= covered <= 0.97
    estimates = np.array([interval.estimate[0] for interval, _ in results])
    assert estimates.mean() == pytest.approx(truth, abs=4 * estimates.std() / np.sqrt(800))
    if truth > 1e-3:
        errors = np.array([interval.standard_error[0] for interval, _ in results])
        assert errors.mean() == pytest.approx(estimates.std(), rel=0.15)


@pytest.mark.parametrize("case", [STRONG, MIDDLE])
def test_bootstrap_intervals_cover(case):
    results = _intervals(case, 200, 300, method="bootstrap", seed=1, n_resamples=300)
    assert 0.91 <= np.mean([i.low[0] <= truth <= i.high[0] for i, truth in results]) <= 0.98


def test_the_bootstrap_index_is_that_of_the_resampled_trials_without_own_pairs():
    rng = np.random.default_rng(2)
    u = rng.random((25, 1))
    z = np.arange(25) < 9
    features = Features(as_columns(u), [MEDIAN_BANDWIDTH])
    ours = resampled_indices(features, z, np.random.default_rng(3), 4)[:, 0]
    drawn = np.random.default_rng(3).integers(0, 25, (4, 25))
    kernel = np.exp(-((u - u.T) ** 2) / (2 * MEDIAN_BANDWIDTH**2))
    for value, rows in zip(ours, drawn, strict=True):
        goal = z[rows] - z[rows].mean()
        centring = np.eye(25) - 1 / 25
        terms = np.outer(goal, goal) * (centring @ kernel[np.ix_(rows, rows)] @ centring)
        different = rows[:, None] != rows
        assert value == pytest.approx((terms * different).sum() / 25**2, abs=1e-15)


def test_asymptotic_p_values_are_uniform_also_in_the_tail():
    rng = np.random.default_rng(4)
    z = np.arange(500) < 50
    indices = np.concatenate([hsic(rng.random((500, 20)), z) for _ in range(60)])
    p = uniform_law_test(indices, 500, 50).p_value
    assert np.mean(p <= 0.05) == pytest.approx(0.05, abs=0.015)
    assert np.mean(p <= 0.01) == pytest.approx(0.01, abs=0.006)
    assert np.mean(p <= 0.5) == pytest.approx(0.5, abs=0.04)


@pytest.mark.parametrize("bandwidth", [0.1, MEDIAN_BANDWIDTH, 1.0])
def test_the_uniform_law_agrees_with_permutations_and_with_the_trials_own_law(bandwidth):
    rng = np.random.default_rng(5)
    u = rng.random((1000, 6))
    z = np.arange(1000) < 100
    exact = permutation_test(
        u, z, seed=5, n_permutations=4000, bandwidth=bandwidth, pairs=False
    ).single
    by_law = uniform_law_test(hsic(u, z, bandwidth=bandwidth), 1000, 100, bandwidth=bandwidth)
    np.testing.assert_allclose(by_law.p_value, exact.p_value, atol=0.03)
    np.testing.assert_allclose(by_law.noise_floor, exact.noise_floor, rtol=0.08)
    by_trials = [asymptotic_p_value(gaussian(x, bandwidth), z) for x in u.T]
    np.testing.assert_allclose(by_law.p_value, by_trials, atol=0.03)


def test_the_uniform_law_serves_indices_of_different_numbers_of_trials():
    rng = np.random.default_rng(6)
    sizes, goals = np.array([200, 1000, 5000]), np.array([20, 100, 2500])
    indices = np.array(
        [hsic(rng.random((n, 1)), np.arange(n) < m)[0] for n, m in zip(sizes, goals, strict=True)]
    )
    together = uniform_law_test(indices, sizes, goals)
    for k in range(3):
        one = uniform_law_test(indices[k], sizes[k], goals[k])
        assert together.p_value[k] == pytest.approx(float(one.p_value), rel=1e-12)
        assert together.noise_floor[k] == pytest.approx(float(one.noise_floor), rel=1e-12)
    assert together.noise_floor[1] == pytest.approx(1.16e-4, rel=0.03)
    none = uniform_law_test([1e-4, 1e-4], [50, 50], [0, 50])
    assert np.isnan(none.p_value).all()
    assert np.isinf(none.noise_floor).all()


def test_p_values_stay_meaningful_far_in_the_tail():
    u = np.random.default_rng(7).random((2000, 2))
    z = toy.f1(u)
    p = uniform_law_test(hsic(u, z), 2000, z.sum()).p_value
    assert np.all((p > 0) & (p < 1e-20))


def test_intervals_exclude_nought_as_often_as_they_should():
    excluded = np.mean([interval.low[0] > 0 for interval, _ in _intervals(INERT, 200, 400)])
    assert excluded == pytest.approx(0.05, abs=0.035)
    assert all(interval.low[0] > 0 for interval, _ in _intervals(STRONG, 200, 50))


def test_a_wider_confidence_gives_a_wider_interval():
    u = np.random.default_rng(8).random((200, 3))
    z = toy.f1(u)
    for method in ("delta", "bootstrap"):
        narrow, wide = (
            confidence_interval(u, z, confidence=c, method=method, seed=0) for c in (0.8, 0.99)
        )
        assert np.all(wide.high > narrow.high)
        assert np.all(wide.low <= narrow.low)


def test_a_column_of_one_value_has_a_null_interval():
    u = np.random.default_rng(9).random((100, 2))
    u[:, 1] = 0.4
    interval = confidence_interval(u, u[:, 0] < 0.3)
    assert np.abs([interval.estimate[1], interval.low[1], interval.high[1]]).max() < 1e-15


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda x, z: confidence_interval(x, z, confidence=95),
            r"confidence: 95; it must be within",
        ),
        (lambda x, z: confidence_interval(x, z, method="bootstrap"), "needs a seed"),
        (lambda x, z: confidence_interval(x, z, method="basic"), "'delta' or 'bootstrap'"),
    ],
)
def test_bad_options_are_named(call, message):
    with pytest.raises(InputError, match=message):
        call(np.full((30, 2), 0.5), np.arange(30) < 5)


def test_significance_of_a_weak_effect_grows_with_the_trials():
    p = []
    for n in (100, 1000, 10_000):
        u = np.random.default_rng(10).random((n, 4))
        z = toy.f3(1.25)(u)
        p.append(float(uniform_law_test(hsic(u[:, [2]], z), n, z.sum()).p_value[0]))
    assert p[2] < 1e-6
    assert p == sorted(p, reverse=True)
    assert stats.norm.isf(p[2]) > 3 * max(stats.norm.isf(p[0]), 0.5)
