import numpy as np
import pytest
from scipy import stats

import toy
from dense_hsic import centred_gaussian, gaussian, v_statistic
from hsic_hpo.errors import InputError
from hsic_hpo.indices import null_draws, random_signs
from hsic_hpo.indices.features import Categories, as_columns
from hsic_hpo.indices.gaussian_kernel import MEDIAN_BANDWIDTH
from hsic_hpo.indices.hsic import hsic, joint_hsic, pure_interaction
from hsic_hpo.indices.permutation import permutation_test

SIGMA = MEDIAN_BANDWIDTH


def _upper(values):
    return values[np.triu_indices(len(values), 1)]


def _null_p_values(seeds, n, d, goals, **options):
    """P-values of d inert hyperparameters for each seed: single (seeds, d), pure (seeds, pairs)."""
    tests = []
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        tests.append(
            permutation_test(rng.random((n, d)), np.arange(n) < goals, seed=rng, **options)
        )
    return tests


def test_statistics_are_the_indices_themselves():
    u = np.random.default_rng(0).random((120, 4))
    z = toy.f2(u)
    test = permutation_test(u, z, seed=0, n_permutations=20, bandwidth=0.3)
    np.testing.assert_allclose(test.single.statistic, hsic(u, z, bandwidth=0.3), atol=1e-15)
    joint, pure = joint_hsic(u, z, bandwidth=0.3), pure_interaction(u, z, bandwidth=0.3)
    np.testing.assert_allclose(_upper(test.joint.statistic), _upper(joint), atol=1e-15)
    np.testing.assert_allclose(_upper(test.pure.statistic), _upper(pure), atol=1e-15)
    for family in (test.joint, test.pure):
        for values in vars(family).values():
            assert np.isnan(np.diag(values)).all()
            np.testing.assert_array_equal(values, values.T)


def test_p_values_and_floors_agree_with_an_independent_dense_test():
    rng = np.random.default_rng(1)
    u = rng.random((40, 2))
    z = (u[:, 0] > 0.5) & (rng.random(40) < 0.6)
    test = permutation_test(u, z, seed=1, n_permutations=4000)
    kernels = [gaussian(x, SIGMA) for x in u.T]
    pure = centred_gaussian(u[:, 0], SIGMA) * centred_gaussian(u[:, 1], SIGMA)
    permuted = [*kernels, kernels[0] * kernels[1]]
    contrast = z - z.mean()
    signed = contrast * rng.choice([-1, 1], (4000, 40))
    null = np.column_stack([
        [[v_statistic(k, rng.permutation(z)) for k in permuted] for _ in range(4000)],
        np.einsum("sk,kl,sl->s", signed, pure, signed) / 40**2,
    ])  # fmt: skip
    observed = np.array([v_statistic(k, z) for k in [*permuted, pure]])
    theirs = (null >= observed).mean(axis=0)
    ours = np.array([*test.single.p_value, test.joint.p_value[0, 1], test.pure.p_value[0, 1]])
    np.testing.assert_allclose(ours, theirs, atol=4 * np.sqrt(0.25 / 4000) + 1e-3)
    floors = [*test.single.noise_floor, test.joint.noise_floor[0, 1], test.pure.noise_floor[0, 1]]
    np.testing.assert_allclose(floors, np.quantile(null, 0.95, axis=0), rtol=0.1)


def test_the_null_has_the_known_means_and_floors():
    """At n = 1000, a tenth of goals: the theory of the V-statistic under independence."""
    u = np.random.default_rng(2).random((1000, 6))
    test = permutation_test(u, np.arange(1000) < 100, seed=2, n_permutations=2000)
    assert test.single.noise_floor.mean() == pytest.approx(1.16e-4, rel=0.05)
    assert _upper(test.joint.noise_floor).mean() == pytest.approx(1.30e-4, rel=0.05)
    # Signs keep the trials that reached the goal, whose law differs from one sample to the next.
    floors = [_upper(test.pure.noise_floor).mean()]
    for seed in range(3, 8):
        u = np.random.default_rng(seed).random((1000, 6))
        again = permutation_test(u, np.arange(1000) < 100, seed=seed, n_permutations=499)
        floors.append(_upper(again.pure.noise_floor).mean())
    assert np.mean(floors) == pytest.approx(4.2e-5, rel=0.05)


def test_p_values_are_uniform_under_independence():
    tests = _null_p_values(150, n=60, d=6, goals=15, n_permutations=99)
    for values in (
        np.ravel([t.single.p_value for t in tests]),
        np.ravel([_upper(t.pure.p_value) for t in tests]),
        np.ravel([_upper(t.joint.p_value) for t in tests]),
    ):
        # Uniform on 1/100 … 1: moved to cell centres, the discrete law passes for the uniform one.
        assert stats.kstest(values - 0.005, "uniform").pvalue > 1e-3
        assert np.mean(values <= 0.05) == pytest.approx(0.05, abs=0.02)


def test_max_t_holds_the_chance_of_any_false_finding():
    tests = _null_p_values(300, n=60, d=8, goals=15, n_permutations=99, pairs=False)
    rejects = np.mean([t.single.p_value_max_t.min() <= 0.05 for t in tests])
    plain = np.mean([t.single.p_value.min() <= 0.05 for t in tests])
    assert 0.02 < rejects < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 300)
    assert plain > 0.25


def test_benjamini_hochberg_holds_the_share_of_false_findings():
    shares = []
    for seed in range(150):
        rng = np.random.default_rng(seed)
        u = rng.random((200, 12))
        test = permutation_test(u, toy.f1(u), seed=rng, n_permutations=199, pairs=False)
        found = test.single.p_value_bh <= 0.2
        assert found[:2].all()
        shares.append(found[2:].sum() / found.sum())
    # Ten of twelve are inert, so the expected share is 0.2 * 10 / 12 at most.
    assert 0.05 < np.mean(shares) < 0.2 * 10 / 12 + 0.05


def test_max_t_adjustment_is_step_down_and_between_plain_and_bonferroni():
    u = np.random.default_rng(3).random((200, 10))
    test = permutation_test(u, toy.f1(u), seed=3, n_permutations=499, pairs=False).single
    assert np.all(test.p_value_max_t >= test.p_value)
    assert np.all(test.p_value_max_t[:2] == 1 / 500)
    assert np.all(test.p_value_bh >= test.p_value)
    np.testing.assert_allclose(test.p_value_bh, stats.false_discovery_control(test.p_value))


@pytest.mark.parametrize(
    ("goal", "singles", "pair", "n"),
    [(toy.f1, [0, 1], (0, 1), 200), (toy.f2, [0], (1, 2), 400), (toy.f3(1.0), [0, 2], (0, 2), 400)],
)
def test_the_examples_are_found_and_only_interactions_count_as_such(goal, singles, pair, n):
    found_singles, found_pairs, inert = [], [], []
    for seed in range(20):
        u = np.random.default_rng(seed).random((n, 5))
        test = permutation_test(u, goal(u), seed=seed, n_permutations=199)
        found_singles.append(np.all(test.single.p_value_max_t[singles] <= 0.05))
        found_pairs.append(test.pure.p_value_max_t[pair] <= 0.05)
        inert.append(test.pure.p_value[3, 4] <= 0.05)
    assert np.mean(found_singles) >= 0.9
    assert np.mean(found_pairs) >= 0.8
    assert np.mean(inert) <= 0.25


def test_a_joint_index_rejects_without_interaction_and_the_pure_one_does_not():
    joint, pure = [], []
    for seed in range(40):
        u = np.random.default_rng(seed).random((400, 3))
        test = permutation_test(u, toy.f2(u), seed=seed, n_permutations=99)
        joint.append(test.joint.p_value[0, 1] <= 0.05)
        pure.append(test.pure.p_value[0, 1] <= 0.05)
    assert np.mean(joint) == 1
    assert np.mean(pure) <= 0.2


_ADDITIVE = {
    "the upper end of one": lambda u, rng: u[:, 0] > 0.9,
    "the middle of one": lambda u, rng: np.abs(u[:, 0] - 0.5) < 0.05,
    "the ends of both": lambda u, rng: np.where(rng.random(len(u)) < 0.5, u[:, 0], u[:, 1]) > 0.9,
    "a little of one": lambda u, rng: rng.random(len(u)) < 0.2 * u[:, 0],
}


@pytest.mark.parametrize("law", _ADDITIVE)
@pytest.mark.parametrize("bandwidth", [SIGMA, "max"])
def test_a_pure_interaction_keeps_its_level_beside_main_effects(law, bandwidth):
    """Chances that add up have no interaction: z permuted would find one in up to 20 %."""
    runs, n = (300, 200) if bandwidth == SIGMA else (40, 100)
    p_values = []
    for seed in range(runs):
        rng = np.random.default_rng(seed)
        u = rng.random((n, 2))
        z = _ADDITIVE[law](u, rng)
        test = permutation_test(u, z, seed=rng, n_permutations=99, bandwidth=bandwidth)
        p_values.append(test.pure.p_value[0, 1])
    assert np.mean(np.array(p_values) <= 0.05) < 0.05 + 3 * np.sqrt(0.05 * 0.95 / runs)
    assert np.mean(np.array(p_values) <= 0.5) > 0.35


def test_no_interaction_is_found_among_many_pairs_where_one_matters_alone():
    found = []
    for seed in range(60):
        u = np.random.default_rng(seed).random((300, 6))
        test = permutation_test(u, u[:, 0] > 0.9, seed=seed, n_permutations=199)
        found.append(np.nanmin(test.pure.p_value_max_t) <= 0.05)
    assert np.mean(found) < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 60)


def test_trials_that_share_a_sign_draw_from_the_same_null(monkeypatch):
    u = np.random.default_rng(13).random((400, 6))
    z = u[:, 0] < 0.1
    each = permutation_test(u, z, seed=13, n_permutations=999).pure
    monkeypatch.setattr(random_signs, "_GROUPS", 100)
    shared = permutation_test(u, z, seed=13, n_permutations=999).pure
    np.testing.assert_array_equal(shared.statistic, each.statistic)
    ratio = _upper(shared.noise_floor) / _upper(each.noise_floor)
    assert ratio.mean() == pytest.approx(1, abs=0.1)
    assert ratio.std() < 0.3


def test_the_maximum_is_sought_anew_in_each_permutation():
    tests = _null_p_values(60, n=60, d=6, goals=15, n_permutations=99, bandwidth="max", pairs=False)
    values = np.ravel([t.single.p_value for t in tests])
    assert stats.kstest(values - 0.005, "uniform").pvalue > 1e-3
    # At the bandwidths found on the data the test would call inert variables significant too often.
    fixed = []
    for seed, test in enumerate(tests):
        u = np.random.default_rng(seed).random((60, 6))
        for i, bandwidth in enumerate(test.bandwidths):
            again = permutation_test(
                u[:, [i]], np.arange(60) < 15, seed=0, n_permutations=99,
                bandwidth=float(bandwidth), pairs=False,
            )  # fmt: skip
            fixed.append(again.single.p_value[0])
    assert np.mean(np.array(fixed) <= 0.05) > 0.07


def test_max_serves_pairs_too():
    u = np.random.default_rng(4).random((80, 3))
    z = toy.f2(u)
    test = permutation_test(u, z, seed=4, n_permutations=39, bandwidth="max")
    np.testing.assert_allclose(test.single.statistic, hsic(u, z, bandwidth="max"), atol=1e-14)
    pure = pure_interaction(u, z, bandwidth="max")
    np.testing.assert_allclose(_upper(test.pure.statistic), _upper(pure), atol=1e-14)
    assert test.pure.p_value[1, 2] <= 0.05


def test_the_floor_and_the_p_value_say_the_same():
    rng = np.random.default_rng(5)
    u = np.round(rng.random((60, 30)) * 4) / 4
    z = np.arange(60) < 20
    test = permutation_test(u, z, seed=5, n_permutations=199, level=0.1, pairs=False).single
    above = test.statistic > test.noise_floor * (1 + 1e-9)
    np.testing.assert_array_equal(above, test.p_value <= 0.1)
    assert above.any()


def test_ties_of_discrete_columns_count_as_reached():
    # With two levels the index takes few values: by exact enumeration of the hypergeometric law.
    level = np.arange(20) % 2
    z = np.arange(20) < 6
    column = [Categories(level, np.ones(2))]
    exact = []
    for k in range(7):
        chosen = np.zeros(20, bool)
        chosen[np.flatnonzero(level)[:k]] = True
        chosen[np.flatnonzero(level == 0)[: 6 - k]] = True
        exact.append(hsic(column, chosen)[0])
    law = stats.hypergeom(20, 10, 6).pmf(range(7))
    expected = law[np.array(exact) >= hsic(column, z)[0] - 1e-12].sum()
    test = permutation_test(column, z, seed=6, n_permutations=4999, pairs=False)
    assert test.single.p_value[0] == pytest.approx(expected, abs=0.03)


def test_streaming_over_blocks_draws_from_the_same_null(monkeypatch):
    u = np.random.default_rng(7).random((9000, 2))
    z = np.arange(9000) < 900
    whole = permutation_test(u, z, seed=7, n_permutations=400)
    monkeypatch.setattr(null_draws, "_KEPT_BYTES", 0)
    streamed = permutation_test(u, z, seed=7, n_permutations=400)
    np.testing.assert_allclose(streamed.single.statistic, whole.single.statistic, atol=1e-15)
    np.testing.assert_allclose(
        _upper(streamed.joint.statistic), _upper(whole.joint.statistic), atol=1e-15
    )
    np.testing.assert_allclose(streamed.single.noise_floor, whole.single.noise_floor, rtol=0.25)
    np.testing.assert_allclose(
        _upper(streamed.pure.noise_floor), _upper(whole.pure.noise_floor), rtol=0.25
    )


def test_the_seed_decides_and_the_complement_tests_alike():
    u = np.random.default_rng(8).random((50, 3))
    z = u[:, 0] < 0.7
    first, again = (permutation_test(u, z, seed=9, n_permutations=99) for _ in range(2))
    np.testing.assert_array_equal(first.pure.p_value, again.pure.p_value)
    other = permutation_test(u, z, seed=10, n_permutations=99)
    assert not np.array_equal(first.single.noise_floor, other.single.noise_floor)
    complement = permutation_test(u, ~z, seed=9, n_permutations=99)
    np.testing.assert_allclose(complement.single.p_value, first.single.p_value, atol=1e-12)


@pytest.mark.parametrize("value", [0.0, 0.1, 0.3, 0.77, 1.0])
def test_a_column_of_one_value_is_never_significant_and_takes_no_power(value):
    u = np.random.default_rng(11).random((70, 3))
    u[:, 1] = value
    test = permutation_test(u, u[:, 0] < 0.4, seed=0, n_permutations=99)
    assert test.single.p_value[1] == test.single.p_value_max_t[1] == 1
    assert test.single.noise_floor[1] == 0
    assert test.single.p_value[0] == test.single.p_value_max_t[0] == 0.01
    without = permutation_test(u[:, [0, 2]], u[:, 0] < 0.4, seed=0, n_permutations=99)
    np.testing.assert_allclose(
        test.single.p_value_max_t[[0, 2]], without.single.p_value_max_t, atol=1e-12
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_permutations": 10}, "at least 19 are needed"),
        ({"level": 0.0}, r"level: 0.0; it must"),
        # Held fixed, it would reject a true null hypothesis twice as often as it says.
        ({"bandwidth": "authors-max"}, "'authors-max' depends on z .* 'max' is sought anew"),
    ],
)
def test_bad_options_are_named(options, message):
    with pytest.raises(InputError, match=message):
        permutation_test(np.full((30, 2), 0.5), np.arange(30) < 5, seed=0, **options)


def test_columns_are_accepted():
    u = np.random.default_rng(12).random((50, 2))
    z = u[:, 0] < 0.4
    by_array = permutation_test(u, z, seed=1, n_permutations=99)
    by_columns = permutation_test(as_columns(u), z, seed=1, n_permutations=99)
    np.testing.assert_array_equal(by_array.joint.p_value, by_columns.joint.p_value)
