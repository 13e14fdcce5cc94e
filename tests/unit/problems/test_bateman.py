"""The Bateman data solve the equations, keep trajectories apart and are drawn reproducibly."""

import numpy as np
import pytest

from hsic_hpo.errors import InputError
from hsic_hpo.problems.bateman import RATES, Bateman, solve
from hsic_hpo.problems.data import SPLITS
from hsic_hpo.spaces.space import Space

SMALL = Bateman(n_species=5, n_trajectories=32, n_times=3)


def matrix(eta: np.ndarray) -> np.ndarray:
    """Return Sigma(eta) entry by entry, as the module's docstring writes it."""
    sigma = np.zeros((len(eta), len(eta)))
    for i in range(len(eta) - 1):
        rate = RATES[i % 4] * eta[i + 1]
        sigma[i + 1, i] = rate
        sigma[i, i] = -rate
    return sigma


def runge_kutta(eta: np.ndarray, v: float, t: float, n_steps: int = 4000) -> np.ndarray:
    """Solve by the classical fourth-order method with fixed steps."""

    def f(x: np.ndarray) -> np.ndarray:
        return v * matrix(x) @ x

    h = t / n_steps
    for _ in range(n_steps):
        k1 = f(eta)
        k2 = f(eta + h / 2 * k1)
        k3 = f(eta + h / 2 * k2)
        k4 = f(eta + h * k3)
        eta = eta + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return eta


def two_species(eta_0: np.ndarray, v: float, times: np.ndarray) -> np.ndarray:
    """The closed form for two species: the second one grows logistically."""
    total = eta_0.sum()
    second = total * eta_0[1] / (eta_0[1] + eta_0[0] * np.exp(-v * RATES[0] * total * times))
    return np.column_stack([total - second, second])


def test_two_species_follow_the_closed_form() -> None:
    times = np.linspace(0.1, 5.0, 50)
    for eta_0, v in (([0.7, 0.3], 1.0), ([0.999, 0.001], 3.0), ([0.2, 0.1], 0.05)):
        exact = two_species(np.array(eta_0), v, times)
        np.testing.assert_allclose(solve(np.array(eta_0), v, times), exact, rtol=1e-7, atol=1e-10)


def test_closed_form_of_two_species_by_hand() -> None:
    """From (1/2, 1/2), eta_2 = 1 / (1 + exp(-v t)): 3/4 at v t = log 3."""
    solution = two_species(np.array([0.5, 0.5]), 2.0, np.array([0.0, np.log(3.0) / 2.0]))
    np.testing.assert_allclose(solution, [[0.5, 0.5], [0.25, 0.75]], rtol=1e-14)


def test_eleven_species_agree_with_fixed_step_runge_kutta_on_the_written_matrix() -> None:
    eta_0 = np.random.default_rng(0).dirichlet(np.ones(11))
    np.testing.assert_allclose(
        solve(eta_0, 0.9, np.array([2.5]))[0], runge_kutta(eta_0, 0.9, 2.5), rtol=1e-8, atol=1e-11
    )


def test_generated_fractions_are_positive_and_conserved() -> None:
    dataset = SMALL.generate(seed=3)
    for split in SPLITS:
        eta_0 = dataset[f"x_{split}"].values[:, 2:]
        eta = dataset[f"y_{split}"].values
        np.testing.assert_allclose(eta_0.sum(axis=1), 1.0, rtol=1e-12)
        np.testing.assert_allclose(eta.sum(axis=1), 1.0, rtol=1e-12)
        assert eta.min() > 0.0
        # The first species only reacts away and the last one only grows.
        assert (eta[:, 0] <= eta_0[:, 0]).all()
        assert (eta[:, -1] >= eta_0[:, -1]).all()


def test_outputs_are_the_solution_at_the_inputs() -> None:
    dataset = SMALL.generate(seed=1)
    for x, y in zip(dataset["x_test"].values, dataset["y_test"].values, strict=True):
        np.testing.assert_allclose(solve(x[2:], x[1], x[:1])[0], y, rtol=1e-7, atol=1e-10)


def test_inputs_fill_their_ranges_in_every_split() -> None:
    problem = Bateman(n_species=2, n_trajectories=256, v_low=2.0, v_high=4.0, t_end=3.0)
    dataset = problem.generate(seed=0)
    for split in SPLITS:
        t, v, first, _ = dataset[f"x_{split}"].values.T
        for values, low, high in ((t, 0.0, 3.0), (v, 2.0, 4.0), (first, 0.0, 1.0)):
            assert low <= values.min() < values.max() <= high
            quartiles = low + (high - low) * np.array([0.25, 0.5, 0.75])
            np.testing.assert_allclose(
                np.quantile(values, [0.25, 0.5, 0.75]), quartiles, atol=0.15 * (high - low)
            )


def test_no_trajectory_is_in_two_splits() -> None:
    dataset = SMALL.generate(seed=0)
    assert [dataset.sizes[split] for split in SPLITS] == [96, 24, 24]
    starts = [{tuple(x[1:]) for x in dataset[f"x_{split}"].values} for split in SPLITS]
    assert [len(start) for start in starts] == [32, 8, 8]
    assert not starts[0] & starts[1]
    assert not starts[0] & starts[2]
    assert not starts[1] & starts[2]
    labels = [set(dataset[f"trajectory_{split}"].values) for split in SPLITS]
    assert len(set.union(*labels)) == 48


def test_generation_depends_on_the_seed_alone() -> None:
    one, same, other = (SMALL.generate(seed).attrs["data_fingerprint"] for seed in (0, 0, 1))
    assert one == same != other


def test_default_has_thirteen_inputs_and_five_thousand_training_samples() -> None:
    problem = Bateman()
    assert (problem.n_inputs, problem.n_outputs) == (13, 11)
    assert problem.n_trajectories * problem.n_times == 5000


def test_error_is_the_relative_l2_norm_over_the_set() -> None:
    true = np.array([[3.0, 0.0], [0.0, 4.0]])
    assert SMALL.error(true, true) == 0.0
    assert SMALL.error(np.zeros((2, 2)), true) == 1.0
    assert SMALL.error(true + np.array([[0.0, 0.3], [0.4, 0.0]]), true) == pytest.approx(0.1)


def test_range_of_v_must_increase() -> None:
    with pytest.raises(InputError, match=r"^v_low 2 is not below v_high 1$"):
        Bateman(v_low=2.0, v_high=1.0)


def test_default_space_has_every_kind_and_is_accepted() -> None:
    problem = Bateman()
    space = Space.from_dict(problem.default_space())
    problem.check_space(space)
    assert len(space) >= 12
    kinds = {hyperparameter.type for hyperparameter in space.hyperparameters}
    assert kinds == {"float", "integer", "categorical", "boolean"}
    labels = {group.label for group in space.groups()}
    assert {"dropout = true", "optimizer = sgd", "optimizer = adam"} <= labels
