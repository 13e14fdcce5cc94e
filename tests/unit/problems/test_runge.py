"""Runge's function has its textbook values and is drawn reproducibly on the unit interval."""

from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import quad

from hsic_hpo.files import write_netcdf
from hsic_hpo.problems.data import SPLITS
from hsic_hpo.problems.registry import load_problem
from hsic_hpo.problems.runge import Runge, runge
from hsic_hpo.spaces.space import Space
from hsic_hpo.training.train import train


def test_function_has_its_exact_values() -> None:
    x = np.array([0.0, 0.3, 0.5, 0.7, 1.0])
    np.testing.assert_allclose(runge(x), [4 / 29, 0.5, 1.0, 0.5, 4 / 29], rtol=1e-14)


def test_integral_is_the_arctangent() -> None:
    """With t = 5 (x - 1/2) the integral over [0, 1] is 2 arctan(5/2) / 5."""
    exact = 2.0 / 5.0 * np.arctan(2.5)
    assert quad(runge, 0.0, 1.0)[0] == pytest.approx(exact, rel=1e-10)
    outputs = Runge(n_test=100_000).generate(seed=0)["y_test"].values
    assert outputs.mean() == pytest.approx(exact, abs=4.0 * outputs.std() / 100_000**0.5)


def test_splits_have_their_sizes_and_hold_the_function() -> None:
    dataset = Runge(n_train=300, n_validation=40, n_test=50).generate(seed=1)
    assert [dataset.sizes[split] for split in SPLITS] == [300, 40, 50]
    for split in SPLITS:
        x, y = dataset[f"x_{split}"].values, dataset[f"y_{split}"].values
        assert 0.0 <= x.min() < 0.1 < 0.9 < x.max() <= 1.0
        np.testing.assert_array_equal(y, runge(x), strict=True)
    assert not set(dataset["x_train"].values.ravel()) & set(dataset["x_test"].values.ravel())


def test_splits_depend_on_the_seed_and_on_their_own_size_alone() -> None:
    one, same, other = (Runge().generate(seed).attrs["data_fingerprint"] for seed in (0, 0, 1))
    assert one == same != other
    small, large = Runge(n_train=10).generate(0), Runge(n_train=20).generate(0)
    np.testing.assert_array_equal(small["x_test"].values, large["x_test"].values)
    np.testing.assert_array_equal(small["x_train"].values, large["x_train"].values[:10])


def test_data_are_loaded_standardised(tmp_path: Path) -> None:
    problem = Runge()
    dataset = problem.generate(0)
    write_netcdf(dataset, tmp_path / "data.nc")
    data = problem.load(tmp_path / "data.nc")
    assert data.x_train.shape == data.y_train.shape == (1000, 1)
    assert data.y_train.mean() == pytest.approx(0.0, abs=1e-6)
    truth = dataset["y_test"].values
    np.testing.assert_allclose(data.physical(data.y_test), truth, rtol=1e-5)
    assert problem.error(data.physical(data.y_test), truth) < 1e-6


def test_error_is_the_relative_l2_norm() -> None:
    true = np.array([[3.0], [4.0]])
    assert Runge().error(true + np.array([[0.0], [0.5]]), true) == pytest.approx(0.1)


def test_problem_is_chosen_by_name_and_its_default_space_accepted() -> None:
    problem = load_problem({"name": "runge", "options": {"n_train": 50}})
    assert problem == Runge(n_train=50)
    problem.check_space(Space.from_dict(problem.default_space()))


def test_network_learns_the_function(tmp_path: Path) -> None:
    problem = Runge()
    write_netcdf(problem.generate(0), tmp_path / "data.nc")
    data = problem.load(tmp_path / "data.nc")
    configuration = {"n_layers": 2, "activation": "tanh", "batch_size": 50, "learning_rate": 1e-2}
    record = train(problem, configuration, data, {"epochs": 25}, seed=0)
    assert record["status"] == "ok", record["reason"]
    assert record["test_error"] < 0.03
