"""The slides' examples: closed forms against quadrature, estimates against closed forms."""

import numpy as np
import pytest
from scipy import integrate

from hsic_hpo.indices.gaussian_kernel import MEDIAN_BANDWIDTH
from hsic_hpo.sensitivity.analytical import (
    REMARK,
    THRESHOLD,
    cell_integrals,
    f3,
    population_index,
    toy,
    truncated_index,
)

RESULT = toy(10_000, seed=0)
N = 10_000


def test_cell_integrals_equal_quadrature() -> None:
    edges = np.array([0.0, 0.2, 0.7, 1.0])
    found = cell_integrals(edges, 0.3)
    for i in range(3):
        for j in range(3):
            expected, _ = integrate.dblquad(
                lambda u, v: np.exp(-((u - v) ** 2) / (2 * 0.3**2)),
                *edges[i : i + 2],
                *edges[j : j + 2],
            )
            assert found[i, j] == pytest.approx(expected, abs=1e-10)


@pytest.mark.parametrize(
    ("probability", "expected"),
    [
        ([0.5, 0.0], 0.0156462401),
        ([0.25, 0.25], 0.0),
        ([[1.0, 0.0], [0.0, 0.0]], 0.0215231785),
        ([[0.0, 0.5], [0.5, 0.0]], 0.0039168773),
        ([[0.5, 0.5], [0.0, 0.0]], 0.0088031506),
    ],
)
def test_population_indices(probability: list, expected: float) -> None:
    assert population_index(np.array(probability)) == pytest.approx(expected, abs=1e-10)


@pytest.mark.parametrize(
    ("t", "expected"),
    [(0.2, 0.0126734545), (0.75, 0.0061118125), (1.25, 0.0022002525), (1.8, 0.0001564624)],
)
def test_the_index_of_x3_falls_with_t(t: float, expected: float) -> None:
    given_low, given_high = 0.5 * (t / 4 + 1 - t / 2), 0.5 * t / 4
    found = population_index(np.array([given_low, given_high]))
    assert found == pytest.approx(expected, abs=1e-10)


def test_the_normal_variable_has_a_smaller_index_for_the_same_role() -> None:
    assert truncated_index() == pytest.approx(truncated_index(n_nodes=300), abs=1e-12)
    # At the bandwidth that maximises the index of a uniform variable.
    assert truncated_index(0.2222558475) < population_index(np.array([0.5, 0.0]), 0.2222558475)


def test_tables_of_f1_are_at_the_maximising_bandwidth() -> None:
    np.testing.assert_allclose(RESULT["population"][1:4], 0.0165578398, atol=1e-9)
    assert float(RESULT["population"][0]) == pytest.approx(0.0130, abs=5e-5)


def test_estimates_agree_with_the_population() -> None:
    error = np.abs(RESULT["hsic"] - RESULT["population"])
    assert (error < 4 * 0.05 / np.sqrt(N)).all()
    assert error[7] < 4 * 0.014 / np.sqrt(N)
    assert (RESULT["hsic"][[5, 6, 8]] < 2e-5).all()


def test_ratios_agree_with_those_of_the_slides() -> None:
    ours, slides = RESULT["hsic_ratio"].values, RESULT["slides_ratio"].values
    np.testing.assert_allclose(ours, slides, atol=0.06)
    assert "ratios" in RESULT.attrs["remark"]
    assert RESULT.attrs["remark"] == REMARK


def test_the_interaction_is_found_among_all_pairs() -> None:
    significant = RESULT["interaction_pure_p_value"] <= 0.05
    pairs = {
        frozenset(map(str, (a, b)))
        for a in RESULT["variable"].values
        for b in RESULT["partner"].values
        if significant.sel(variable=a, partner=b)
    }
    # Z asks for X1 as well, so that X1 interacts with neither alone.
    assert pairs == {frozenset({"X2", "X3"})}
    single = RESULT["interaction_hsic"] > RESULT["interaction_noise_floor"]
    assert bool(single.sel(variable="X1"))
    assert np.isnan(np.diag(RESULT["interaction_joint_hsic"])).all()


def test_within_its_group_x3_matters_as_much_as_x1() -> None:
    index = RESULT["conditional_hsic"]
    inside = index.sel(group="X2 > t")
    assert float(inside.sel(variable="X3")) == pytest.approx(
        float(inside.sel(variable="X1")), rel=0.1
    )
    everywhere = index.sel(group="all")
    assert float(everywhere.sel(variable="X3")) < 0.3 * float(everywhere.sel(variable="X1"))
    assert float(everywhere.sel(variable="X2")) < 1e-4
    expected = population_index(np.array([0.5, 0.0])) * (1 - THRESHOLD / 2) ** 2
    assert float(everywhere.sel(variable="X3")) == pytest.approx(expected, abs=4 * 0.03 / N**0.5)


def test_f3_is_a_coin_below_the_threshold() -> None:
    u = np.array([[0.2, 0.1, 0.9], [0.2, 0.1, 0.9], [0.2, 0.9, 0.4], [0.2, 0.9, 0.6], [0.9, 0, 0]])
    coin = np.array([True, False, False, True, True])
    assert f3(u, coin, 1.0).tolist() == [True, False, True, False, False]


def test_equal_seeds_give_equal_draws() -> None:
    assert toy(500, seed=1).identical(toy(500, seed=1))
    assert not toy(500, seed=1)["hsic"].equals(toy(500, seed=2)["hsic"])


def test_every_variable_is_described() -> None:
    assert RESULT.attrs["bandwidth"] == MEDIAN_BANDWIDTH
    for name, variable in RESULT.variables.items():
        assert variable.attrs["long_name"], name
