import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.stats import qmc

import toy
from dense_hsic import (
    bin_kernel,
    centred,
    centred_gaussian,
    gaussian,
    interval_kernel,
    normalised,
    order_free_levels,
    u_statistic,
    v_statistic,
)
from hsic_hpo.errors import InputError
from hsic_hpo.indices.bandwidths import median_distance, resolve
from hsic_hpo.indices.features import Categories, Intervals, Points, as_columns
from hsic_hpo.indices.gaussian_kernel import MEDIAN_BANDWIDTH
from hsic_hpo.indices.hsic import hsic, joint_hsic, pure_interaction

BANDWIDTHS = [0.02, 0.1, MEDIAN_BANDWIDTH, 1.0, 5.0]


def _sample(n=300, d=4, seed=0):
    u = np.random.default_rng(seed).random((n, d))
    return u, toy.f2(u)


@pytest.fixture(scope="module")
def low_discrepancy():
    return qmc.Sobol(5, seed=0).random_base2(16)


# --- against the dense reference
# -------------------------------------------------------------------


@pytest.mark.parametrize("sigma", BANDWIDTHS)
def test_single_joint_and_pure_equal_the_sums_over_all_pairs_of_trials(sigma):
    u, z = _sample()
    kernels = [gaussian(x, sigma) for x in u.T]
    pure_kernels = [centred_gaussian(x, sigma) for x in u.T]
    single, joint = hsic(u, z, bandwidth=sigma), joint_hsic(u, z, bandwidth=sigma)
    pure = pure_interaction(u, z, bandwidth=sigma)
    for i in range(4):
        assert single[i] == pytest.approx(v_statistic(kernels[i], z), abs=1e-14)
        for j in range(4):
            product = kernels[i] * kernels[j]
            assert joint[i, j] == pytest.approx(v_statistic(product, z), abs=1e-13)
            if i != j:
                product = pure_kernels[i] * pure_kernels[j]
                assert pure[i, j] == pytest.approx(v_statistic(product, z), abs=1e-13)
    assert np.isnan(np.diag(pure)).all()
    np.testing.assert_array_equal(joint, joint.T)


@pytest.mark.parametrize("ends", [0.0, 1.0])
def test_trials_that_crowd_at_an_end_are_exact_too(ends):
    u = np.full((40, 1), ends)
    u[::4] = np.random.default_rng(0).random((10, 1))
    z = np.arange(40) % 3 == 0
    assert hsic(u, z, bandwidth=0.02)[0] == pytest.approx(
        v_statistic(gaussian(u[:, 0], 0.02), z), abs=1e-13
    )


@pytest.mark.parametrize("sigma", BANDWIDTHS)
def test_the_centred_product_kernel_splits_into_main_effects_and_interaction(sigma):
    u, z = _sample(seed=1)
    first, second = (centred_gaussian(u[:, i], sigma) for i in (0, 1))
    whole = v_statistic((1 + first) * (1 + second), z)
    single = hsic(u, z, bandwidth=sigma)
    parts = single[0] + single[1] + pure_interaction(u, z, bandwidth=sigma)[0, 1]
    assert parts == pytest.approx(whole, abs=1e-12)


def test_the_u_statistic_is_the_mean_over_quadruples_of_different_trials():
    rng = np.random.default_rng(3)
    u, z = rng.random((9, 2)), np.arange(9) % 3 == 0
    low = np.floor(rng.random(9) * 3) / 3
    index = rng.integers(0, 3, 9)
    columns = [*as_columns(u), Intervals(low, low + 1 / 3), Categories(index, np.array([1, 2, 3]))]
    kernels = [
        *(gaussian(x, 0.2) for x in u.T),
        interval_kernel(low, low + 1 / 3, 0.2),
        order_free_levels([1, 2, 3], 0.2)[np.ix_(index, index)],
    ]
    exact = [u_statistic(kernel, z) for kernel in kernels]
    np.testing.assert_allclose(hsic(columns, z, bandwidth=0.2, unbiased=True), exact, atol=1e-14)


def test_the_normalised_index_is_the_ratio_of_hsics():
    u, z = _sample(n=150)
    exact = [normalised(gaussian(x, 0.3), z) for x in u.T]
    np.testing.assert_allclose(hsic(u, z, bandwidth=0.3, normalised=True), exact, atol=1e-12)


def test_discrete_columns_equal_the_dense_index_of_their_closed_form_kernels():
    rng = np.random.default_rng(4)
    n, sigma = 200, 0.15
    edges = np.array([0, 0.1, 0.35, 0.8, 1])
    level = rng.integers(0, 4, n)
    low, high = edges[level], edges[level + 1]
    u = rng.random(n)
    z = (level > 1) != (u > 0.5)
    columns = [Intervals(low, high), Categories(level, np.diff(edges)), Points(u)]
    weights = np.diff(edges)
    free = order_free_levels(weights, sigma)
    kernels = [interval_kernel(low, high, sigma), free[np.ix_(level, level)], gaussian(u, sigma)]
    single = hsic(columns, z, bandwidth=sigma)
    joint, pure = (f(columns, z, bandwidth=sigma) for f in (joint_hsic, pure_interaction))
    bin_mean = bin_kernel(low, high, 0.0, 1.0, sigma)
    overall = bin_kernel(0.0, 1.0, 0.0, 1.0, sigma)
    level_mean = (free @ weights)[level]
    pure_kernels = [
        centred(kernels[0], bin_mean, overall),
        centred(kernels[1], level_mean, weights @ free @ weights),
        centred_gaussian(u, sigma),
    ]
    for i in range(3):
        assert single[i] == pytest.approx(v_statistic(kernels[i], z), abs=1e-13)
        for j in range(i):
            assert joint[i, j] == pytest.approx(v_statistic(kernels[i] * kernels[j], z), abs=1e-13)
            product = pure_kernels[i] * pure_kernels[j]
            assert pure[i, j] == pytest.approx(v_statistic(product, z), abs=1e-13)


def test_bin_features_are_the_expectation_of_the_jittered_index():
    rng = np.random.default_rng(5)
    level = rng.integers(0, 4, 400)
    z = (level == 1) & (rng.random(400) < 0.6)
    # The V-statistic also holds each trial's kernel with itself, which jitter changes.
    exact = hsic([Intervals(level / 4, (level + 1) / 4)], z, unbiased=True)[0]
    jittered = (level[:, None] + rng.random((400, 300))) / 4
    draws = hsic(jittered, z, unbiased=True)
    assert exact > 1e-3
    assert draws.mean() == pytest.approx(exact, abs=4 * draws.std() / np.sqrt(300))


def test_openturns_gives_the_same_index_up_to_its_kernel_on_z():
    ot = pytest.importorskip("openturns", reason="the extra 'openturns' is not installed")
    u, z = _sample(n=200, d=3)
    scale = 0.3
    kernels = ot.CovarianceModelCollection(
        [ot.SquaredExponential([scale])] * 3 + [ot.SquaredExponential([1.0])]
    )
    estimator = ot.HSICEstimatorGlobalSensitivity(
        kernels, ot.Sample(u), ot.Sample(z[:, None].astype(float)), ot.HSICVStat()
    )
    theirs = np.array(estimator.getHSICIndices())
    ours = hsic(u, z, bandwidth=scale) * 2 * (1 - np.exp(-0.5))
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-10)
    np.testing.assert_allclose(
        hsic(u, z, bandwidth=scale, normalised=True),
        np.array(estimator.getR2HSICIndices()),
        atol=1e-10,
    )


# --- against closed forms
# --------------------------------------------------------------------------


def test_f1_has_its_closed_forms(low_discrepancy):
    u = low_discrepancy
    z = toy.f1(u)
    np.testing.assert_allclose(hsic(u, z)[:2], toy.H, rtol=5e-3)
    assert joint_hsic(u, z)[0, 1] == pytest.approx(0.0215231785, rel=5e-3)
    at_maximum = hsic(u, z, bandwidth=0.2222558475)[0]
    assert at_maximum == pytest.approx(0.0165578398, rel=5e-3)
    assert hsic(u, z, bandwidth="max")[0] == pytest.approx(0.0165578398, rel=5e-3)
    assert joint_hsic(u, z, bandwidth=0.303717)[0, 1] == pytest.approx(0.0215518, rel=5e-3)
    assert np.abs(hsic(u, z)[2:]).max() < 1e-6


def test_f2_has_its_closed_forms(low_discrepancy):
    u = low_discrepancy
    z = toy.f2(u)
    single, joint, pure = hsic(u, z), joint_hsic(u, z), pure_interaction(u, z)
    assert single[0] == pytest.approx(toy.H, rel=5e-3)
    assert np.abs(single[1:]).max() < 1e-6
    assert joint[1, 2] == pytest.approx(0.0039168773, rel=5e-3)
    assert joint[0, 1] == pytest.approx(0.0088031506, rel=5e-3)
    assert joint_hsic(u, z, bandwidth=0.222256)[1, 2] == pytest.approx(0.0043866, rel=5e-3)
    # X1 and X2 do not interact, though their joint index is large.
    assert pure[0, 1] < 1e-6
    assert pure[1, 2] > 1e-3


@pytest.mark.parametrize("t", list(toy.F3_THIRD))
def test_f3_has_its_closed_forms(low_discrepancy, t):
    u = low_discrepancy
    single = hsic(u, toy.f3(t)(u))
    assert single[0] == pytest.approx(toy.H, rel=5e-3)
    assert single[1] == pytest.approx(0, abs=1e-6)
    assert single[2] == pytest.approx(toy.F3_THIRD[t], rel=5e-3)


def test_f3_within_its_condition_the_third_matters_as_much_as_the_first(low_discrepancy):
    t = 1.25
    u = low_discrepancy[low_discrepancy[:, 1] > t / 2]
    single = hsic(u, toy.f3(t)(u))
    assert single[2] == pytest.approx(single[0], rel=5e-3)


def test_the_monte_carlo_error_falls_as_one_over_root_n():
    rng = np.random.default_rng(6)
    sizes = np.array([250, 1000, 4000])
    rmse = []
    for n in sizes:
        errors = []
        for _ in range(150):
            u = rng.random((n, 3))
            errors.append(hsic(u[:, :1], toy.f2(u), unbiased=True)[0] - toy.H)
        rmse.append(np.sqrt(np.mean(np.square(errors))))
    slope = np.polyfit(np.log(sizes), np.log(rmse), 1)[0]
    assert -0.6 < slope < -0.4
    assert np.all((rmse * np.sqrt(sizes) > 0.04) & (rmse * np.sqrt(sizes) < 0.055))


# --- bandwidths and conventions
# --------------------------------------------------------------------


def test_the_authors_published_values_come_out_to_ten_digits():
    # The draws of their script, legacy generator and rejection loop included.
    legacy = np.random.RandomState(1994)
    n = 10_000
    x1 = 2 * legacy.random_sample(n)
    normal: list[float] = []
    while len(normal) < n:
        draw = legacy.normal(1, 0.3)
        if 0 <= draw <= 2:
            normal.append(draw)
    x1_normal = np.array(normal)
    x2 = 2 * legacy.random_sample(n)
    published = [
        (x2, x1, 0.0155109518644),
        (x1_normal, x2, 0.0117340537958),
        (x1, x2, 0.0153583801250),
    ]
    for x, other, value in published:
        index = hsic(
            x[:, None] / 2, (x > 1) & (other > 1), bandwidth="authors-max", requested_fraction=0.24
        )
        assert index[0] == pytest.approx(value, abs=1e-11)


def test_the_authors_pair_of_a_variable_with_itself_is_a_narrower_single_index():
    u, z = _sample()
    diagonal = np.diag(joint_hsic(u, z, bandwidth=0.3))
    np.testing.assert_allclose(diagonal, hsic(u, z, bandwidth=0.3 / np.sqrt(2)), atol=1e-13)


@pytest.mark.parametrize("n", [2, 3, 4, 10, 61, 200])
@pytest.mark.parametrize("with_self", [False, True])
@pytest.mark.parametrize("levels", [5, 10**9])
def test_the_median_distance_is_that_of_the_sorted_distances(n, with_self, levels):
    values = np.random.default_rng(n).integers(0, levels, n) / levels
    distances = np.abs(values[:, None] - values)
    exact = np.median(distances if with_self else distances[np.triu_indices(n, 1)])
    assert median_distance(values, with_self=with_self) == pytest.approx(exact, abs=1e-15)


def test_bandwidth_rules_resolve_by_column():
    u, z = _sample(n=500)
    columns = [*as_columns(u[:, :2]), Categories(np.arange(500) % 3, np.ones(3))]
    assert resolve(columns, z, "median").tolist() == [MEDIAN_BANDWIDTH] * 3
    assert resolve(columns, z, 0.7).tolist() == [0.7] * 3
    sample = resolve(columns, z, "sample-median")
    distances = np.abs(u[:, 0, None] - u[:, 0])[np.triu_indices(500, 1)]
    assert sample[0] == pytest.approx(np.median(distances))
    assert sample[2] == MEDIAN_BANDWIDTH


def test_max_finds_the_largest_debiased_index():
    u, z = _sample(n=400)
    n, share = len(z), z.mean()
    grid = np.geomspace(0.02, 5, 64)

    def debiased(x, sigma):
        kernel = gaussian(x, sigma)
        bias = share * (1 - share) * (1 - kernel.mean()) / (n - 1)
        return v_statistic(kernel, z) - bias

    for x, found in zip(u.T, resolve(as_columns(u), z, "max"), strict=True):
        assert found == pytest.approx(grid[np.argmax([debiased(x, sigma) for sigma in grid])])


def test_max_does_not_chase_the_bias_of_inert_variables():
    rng = np.random.default_rng(7)
    u, z = rng.random((300, 16)), np.arange(300) < 30
    plain = np.median(resolve(as_columns(u), z, "authors-max"))
    ours = np.median(resolve(as_columns(u), z, "max"))
    assert plain < 0.05 < ours


# --- invariants
# ------------------------------------------------------------------------------------

samples = st.integers(4, 40).flatmap(
    lambda n: st.tuples(
        hnp.arrays(float, (n, 3), elements=st.floats(0, 1)),
        hnp.arrays(bool, n).filter(lambda z: 0 < z.sum() < len(z)),
        st.permutations(range(n)),
        st.sampled_from([0.02, 0.1, MEDIAN_BANDWIDTH, 2.0]),
    )
)


@given(samples)
@settings(max_examples=60, deadline=None)
def test_indices_are_non_negative_and_bounded(sample):
    u, z, _, sigma = sample
    single = hsic(u, z, bandwidth=sigma)
    off_diagonal = ~np.eye(3, dtype=bool)
    assert np.all(single >= 0)
    assert np.all(single <= (z.mean() * (1 - z.mean())) + 1e-12)
    assert np.all(joint_hsic(u, z, bandwidth=sigma) >= 0)
    assert np.all(pure_interaction(u, z, bandwidth=sigma)[off_diagonal] >= 0)


@given(samples)
@settings(max_examples=60, deadline=None)
def test_indices_ignore_the_order_of_trials_and_follow_that_of_hyperparameters(sample):
    u, z, order, sigma = sample
    for index in (hsic, joint_hsic, pure_interaction):
        exact = index(u, z, bandwidth=sigma)
        shuffled = index(u[order], z[order], bandwidth=sigma)
        np.testing.assert_allclose(shuffled, exact, atol=1e-13)
        turned = index(u[:, [2, 0, 1]], z, bandwidth=sigma)
        expected = exact[[2, 0, 1]] if exact.ndim == 1 else exact[np.ix_([2, 0, 1], [2, 0, 1])]
        np.testing.assert_allclose(turned, expected, atol=1e-13)


@given(samples)
@settings(max_examples=60, deadline=None)
def test_indices_are_unchanged_by_reflection_by_the_complement_and_by_more_columns(sample):
    u, z, _, sigma = sample
    for index in (hsic, joint_hsic, pure_interaction):
        exact = index(u, z, bandwidth=sigma)
        np.testing.assert_allclose(index(1 - u, z, bandwidth=sigma), exact, atol=1e-12)
        np.testing.assert_allclose(index(u, ~z, bandwidth=sigma), exact, atol=1e-13)
        wider = index(np.column_stack([u, np.linspace(0, 1, len(z))]), z, bandwidth=sigma)
        kept = wider[:3] if exact.ndim == 1 else wider[:3, :3]
        np.testing.assert_allclose(kept, exact, atol=1e-13)


@given(
    st.lists(st.integers(0, 3), min_size=4, max_size=40),
    st.permutations(range(4)),
    st.integers(0, 2**32 - 1),
)
@settings(max_examples=60, deadline=None)
def test_the_order_free_index_ignores_the_labels_of_the_levels(levels, order, seed):
    level, weights = np.array(levels), np.array([1.0, 2.0, 3.0, 4.0])
    rng = np.random.default_rng(seed)
    z = rng.permutation(np.arange(len(level)) < max(1, len(level) // 3))
    new_name = np.argsort(order)
    other = Points(rng.random(len(level)))
    before = [Categories(level, weights), other]
    after = [Categories(new_name[level], weights[list(order)]), other]
    np.testing.assert_allclose(hsic(after, z), hsic(before, z), atol=1e-13)
    np.testing.assert_allclose(joint_hsic(after, z), joint_hsic(before, z), atol=1e-13)
    np.testing.assert_allclose(pure_interaction(after, z), pure_interaction(before, z), atol=1e-13)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"z": np.ones(30, bool)}, "30 of 30 trials"),
        ({"z": np.zeros(30, bool)}, "0 of 30 trials"),
        ({"z": np.arange(30)}, "values other than 0 and 1"),
        ({"z": np.ones(29, bool)}, r"shape \(29,\); one value for each of the 30"),
        ({"bandwidth": "maxx"}, "did you mean 'max'"),
        ({"bandwidth": 0.0}, "bandwidth: 0.0; a finite number >= 0.005"),
        ({"requested_fraction": 24}, r"requested_fraction: 24; it must be within \(0, 1\]"),
        ({"x": np.full((30, 2), np.nan)}, "u: value 0 is nan"),
    ],
)
def test_bad_input_is_named(arguments, message):
    given = {"x": np.full((30, 2), 0.5), "z": np.arange(30) < 5} | arguments
    with pytest.raises(InputError, match=message):
        hsic(given.pop("x"), given.pop("z"), **given)
