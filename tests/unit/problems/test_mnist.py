"""MNIST's problem: splits of the original sizes, one data file, a space for images."""

from pathlib import Path

import numpy as np
import pytest

from hsic_hpo.errors import InputError
from hsic_hpo.files import write_netcdf
from hsic_hpo.problems.data import SPLITS
from hsic_hpo.problems.dense_space import CLASSIFICATION_LOSSES
from hsic_hpo.problems.image_sources import FILES
from hsic_hpo.problems.mnist import FASHION_MNIST, MNIST, FashionMnist, Mnist
from hsic_hpo.problems.registry import load_problem
from hsic_hpo.spaces.space import Space
from hsic_hpo.training.train import train
from small_images import PARTS, SmallMnist, write_files


def test_problems_are_chosen_by_name() -> None:
    assert load_problem({"name": "mnist", "options": {"n_train": 5000}}) == Mnist(n_train=5000)
    folder = {"folder": "/data/fashion"}
    assert load_problem({"name": "fashion-mnist", "options": folder}) == FashionMnist(**folder)


def test_default_trains_on_all_images_that_do_not_validate() -> None:
    problem = Mnist()
    assert (problem.n_inputs, problem.n_outputs, problem.n_train) == (784, 10, 50_000)


@pytest.mark.parametrize("images", [MNIST, FASHION_MNIST], ids=["MNIST", "Fashion-MNIST"])
def test_every_file_has_a_hash_and_every_set_two_sources(images: object) -> None:
    assert list(images.sha256) == list(FILES)  # type: ignore[attr-defined]
    assert {len(text) for text in images.sha256.values()} == {64}  # type: ignore[attr-defined]
    assert "OpenML" in images.sources  # type: ignore[attr-defined]
    assert len(images.sources) == 2  # type: ignore[attr-defined]


def test_the_two_sets_share_no_file() -> None:
    assert not set(MNIST.sha256.values()) & set(FASHION_MNIST.sha256.values())


def test_data_are_stored_as_bytes_and_loaded_scaled(tmp_path: Path) -> None:
    problem = SmallMnist(n_train=150)
    dataset = problem.generate(seed=2)
    assert dataset.attrs["origin"] == "memory"
    assert all(dataset[f"x_{split}"].dtype == np.uint8 for split in SPLITS)
    write_netcdf(dataset, tmp_path / "data.nc")
    # Compressed, the images take less room than they have pixels.
    assert (tmp_path / "data.nc").stat().st_size < dataset["x_validation"].size / 4
    data = problem.load(tmp_path / "data.nc")
    assert data.x_train.shape == (150, 784)
    assert data.x_validation.shape == (10_000, 784)
    assert data.x_test.shape == (200, 784)
    assert data.x_train.mean() == pytest.approx(0.0, abs=1e-5)
    assert data.x_train.std() == pytest.approx(1.0, abs=1e-5)
    np.testing.assert_array_equal(data.y_test, PARTS["test labels"])
    assert data.fingerprint == dataset.attrs["data_fingerprint"]


def test_data_depend_on_seed_and_images_not_on_where_they_came_from(tmp_path: Path) -> None:
    write_files(PARTS, tmp_path, compressed=True)
    fetched = SmallMnist(n_train=100).generate(0)
    read = SmallMnist(folder=str(tmp_path), n_train=100).generate(0)
    assert read.attrs["origin"] == str(tmp_path)
    assert fetched.attrs["data_fingerprint"] == read.attrs["data_fingerprint"]
    other = SmallMnist(n_train=100).generate(1)
    assert other.attrs["data_fingerprint"] != read.attrs["data_fingerprint"]


def test_home_folder_is_understood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    write_files(PARTS, tmp_path / "digits")
    assert SmallMnist(folder="~/digits").generate(0).attrs["origin"] == str(tmp_path / "digits")


def test_files_of_another_set_are_refused(tmp_path: Path) -> None:
    write_files(PARTS, tmp_path)
    with pytest.raises(InputError, match=r"the train images of MNIST have ba891046e650: not the"):
        Mnist(folder=str(tmp_path)).generate(0)


def test_relative_folder_is_refused() -> None:
    spec = {"name": "mnist", "options": {"folder": "data/mnist"}}
    message = r"^problem.options: folder: 'data/mnist' is relative; name it from / or ~$"
    with pytest.raises(InputError, match=message):
        load_problem(spec)


def test_error_is_the_percentage_of_wrong_digits() -> None:
    scores = np.eye(10)[[3, 1, 4, 1]]
    assert Mnist().error(scores, np.array([3, 1, 4, 5])) == 25.0


def test_default_space_is_that_of_images() -> None:
    problem = Mnist()
    space = Space.from_dict(problem.default_space())
    problem.check_space(space)
    assert space["loss_function"].levels == CLASSIFICATION_LOSSES


@pytest.mark.parametrize("loss", CLASSIFICATION_LOSSES)
def test_network_learns_what_the_images_show(tmp_path: Path, loss: str) -> None:
    """Which row is bright tells the class: nine of ten are wrong before training, none after."""
    problem = SmallMnist(n_train=2000)
    write_netcdf(problem.generate(seed=0), tmp_path / "data.nc")
    data = problem.load(tmp_path / "data.nc")
    configuration = {"n_layers": 1, "loss_function": loss, "learning_rate": 5e-3, "batch_size": 50}
    record = train(problem, configuration, data, {"epochs": 4}, seed=0)
    assert record["status"] == "ok", record["reason"]
    assert record["validation_error"] < 1.0
    assert record["test_error"] < 1.0
