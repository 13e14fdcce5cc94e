import numpy as np
import pytest
from scipy import stats

import toy
from hsic_hpo.errors import InputError
from hsic_hpo.indices.bootstrap import resampled_indices
from hsic_hpo.indices.features import (
    MEDIAN_BANDWIDTH,
    Categories,
    Features,
    Intervals,
    Points,
    as_columns,
)
from hsic_hpo.indices.hsic import hsic
from hsic_hpo.indices.inference import (
    asymptotic_p_values,
    asymptotic_test,
    confidence_interval,
    uniform_law_test,
)
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
    p = np.concatenate(
        [asymptotic_p_values(rng.random((500, 20)), np.arange(500) < 50) for _ in range(60)]
    )
    assert np.mean(p <= 0.05) == pytest.approx(0.05, abs=0.015)
    assert np.mean(p <= 0.01) == pytest.approx(0.01, abs=0.006)
    assert np.mean(p <= 0.5) == pytest.approx(0.5, abs=0.04)


def test_asymptotic_and_permutation_tests_agree_for_every_kind_of_column():
    rng = np.random.default_rng(5)
    n = 600
    u, level = rng.random(n), rng.integers(0, 3, n)
    z = (rng.random(n) < 0.12) | ((u < 0.06) & (level == 1))
    columns = [Points(u), Points(rng.random(n))]
    columns += [Intervals(level / 3, (level + 1) / 3), Categories(level, np.ones(3))]
    asymptotic = asymptotic_test(columns, z)
    exact = permutation_test(columns, z, seed=5, n_permutations=4000, pairs=False).single
    np.testing.assert_allclose(asymptotic.statistic, hsic(columns, z), atol=1e-16)
    np.testing.assert_allclose(asymptotic.p_value, exact.p_value, atol=0.03)
    np.testing.assert_allclose(asymptotic.noise_floor, exact.noise_floor, rtol=0.08)


def test_the_uniform_law_serves_many_indices_at_once():
    u = np.random.default_rng(6).random((1000, 8))
    z = np.arange(1000) < 100
    by_sample = asymptotic_test(u, z)
    by_law = uniform_law_test(by_sample.statistic, 1000, 100)
    np.testing.assert_allclose(by_law.p_value, by_sample.p_value, atol=0.03)
    assert by_law.noise_floor[0] == pytest.approx(1.16e-4, rel=0.03)
    none = uniform_law_test([1e-4, 1e-4], [50, 50], [0, 50])
    assert np.isnan(none.p_value).all()
    assert np.isinf(none.noise_floor).all()


def test_p_values_stay_meaningful_far_in_the_tail():
    u = np.random.default_rng(7).random((2000, 2))
    p = asymptotic_p_values(u, toy.f1(u))
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
    test = asymptotic_test(u, u[:, 0] < 0.3)
    assert test.p_value[1] == 1
    assert test.noise_floor[1] == 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda x, z: confidence_interval(x, z, confidence=95),
            r"confidence: 95; it must be within",
        ),
        (lambda x, z: confidence_interval(x, z, method="bootstrap"), "needs a seed"),
        (lambda x, z: confidence_interval(x, z, method="basic"), "'delta' or 'bootstrap'"),
        (lambda x, z: asymptotic_test(x, z, bandwidth="max"), "use permutation_test"),
        (lambda x, z: asymptotic_test(x, z, level=1.0), "level: 1.0"),
    ],
)
def test_bad_options_are_named(call, message):
    with pytest.raises(InputError, match=message):
        call(np.full((30, 2), 0.5), np.arange(30) < 5)


def test_significance_of_a_weak_effect_grows_with_the_trials():
    p = []
    for n in (100, 1000, 10_000):
        u = np.random.default_rng(10).random((n, 4))
        p.append(asymptotic_p_values(u[:, [2]], toy.f3(1.25)(u))[0])
    assert p[2] < 1e-6
    assert p == sorted(p, reverse=True)
    assert stats.norm.isf(p[2]) > 3 * max(stats.norm.isf(p[0]), 0.5)
