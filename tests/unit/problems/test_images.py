"""Images are split without overlap and scaled by two numbers; unfit ones are refused."""

import re
from typing import Any

import numpy as np
import pytest
import xarray as xr

from hsic_hpo.errors import InputError
from hsic_hpo.problems.data import Data, stamp
from hsic_hpo.problems.images import misclassified, scale, split
from small_images import arrays

PARTS = arrays(n_train=50, n_test=9)


def dataset(**variables: Any) -> xr.Dataset:
    return stamp(xr.Dataset(split(PARTS, 30, 10, seed=0) | variables))


def scaled(images: xr.Dataset) -> Data:
    return scale(images, 16, 10, "data.nc")


def test_every_image_keeps_its_label_and_no_image_is_in_two_splits() -> None:
    images = dataset()
    used = {}
    for name, original in (("train", "train"), ("validation", "train"), ("test", "test")):
        rows = images[f"image_{name}"].values
        for kind, part in (("x", "images"), ("y", "labels")):
            expected = PARTS[f"{original} {part}"][rows]
            np.testing.assert_array_equal(images[f"{kind}_{name}"].values, expected, strict=True)
        used[name] = set(rows.tolist())
    assert [len(used[name]) for name in used] == [30, 10, 9]
    assert not used["train"] & used["validation"]


def test_smaller_training_splits_are_parts_of_larger_ones() -> None:
    small, large = (split(PARTS, n, 10, seed=4) for n in (20, 40))
    for part in ("image_validation", "image_test"):
        np.testing.assert_array_equal(small[part][1], large[part][1])
    np.testing.assert_array_equal(small["image_train"][1], large["image_train"][1][:20])


def test_split_depends_on_the_seed() -> None:
    one, other = (split(PARTS, 30, 10, seed)["image_train"][1] for seed in (0, 1))
    assert set(one) != set(other)


def test_grey_values_are_standardised_over_all_pixels_of_the_training_split() -> None:
    images = dataset()
    data = scaled(images)
    train = images["x_train"].values.astype(float) / 255.0
    for name in ("train", "validation", "test"):
        x = images[f"x_{name}"].values.reshape(-1, 16) / 255.0
        actual = getattr(data, f"x_{name}")
        assert actual.dtype == np.float32
        np.testing.assert_allclose(actual, (x - train.mean()) / train.std(), rtol=1e-5, atol=1e-6)
        labels = getattr(data, f"y_{name}")
        assert labels.dtype == np.int64
        np.testing.assert_array_equal(labels, images[f"y_{name}"].values)


def test_scores_and_classes_are_as_they_are() -> None:
    data = scaled(dataset())
    scores = np.random.default_rng(0).normal(size=(4, 10))
    assert data.physical(scores) is scores
    assert data.physical(data.y_test) is data.y_test


def test_error_counts_wrong_classes_in_percent() -> None:
    outputs = np.array([[1.0, 2.0, 0.0], [5.0, -1.0, 3.0], [0.0, 0.1, 0.2], [-3.0, -2.0, -9.0]])
    assert misclassified(outputs, np.array([1, 0, 2, 1])) == 0.0
    assert misclassified(outputs, np.array([1, 2, 2, 1])) == 25.0
    assert misclassified(outputs, np.array([0, 1, 0, 2])) == 100.0


LABELS = dataset()["y_train"].values


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        (
            {"y_train": ("train", np.where(np.arange(30) == 7, 10, LABELS).astype(np.uint8))},
            "data.nc: y_train holds the label 10; allowed: integers from 0 to 9",
        ),
        (
            {"y_test": ("test", np.array([0, -1, 2] * 3))},
            "data.nc: y_test holds the label -1; allowed: integers from 0 to 9",
        ),
        (
            {"y_train": ("train", LABELS + 0.5)},
            "data.nc: y_train holds float64 values; needed: integer classes",
        ),
        (
            {"x_train": (("train", "row", "column"), np.full((30, 4, 4), 7, np.uint8))},
            "data.nc: x_train has zero variance: all grey values are 7",
        ),
        (
            {"x_test": (("test", "row", "side"), np.zeros((9, 4, 5), np.uint8))},
            "data.nc: x_test is uint8 of shape (9, 4, 5); needed: uint8 images of 16 pixels, "
            "at least one",
        ),
        (
            {"x_train": (("train", "row", "column"), np.full((30, 4, 4), np.nan))},
            "data.nc: x_train is float64 of shape (30, 4, 4); needed: uint8 images of 16 pixels, "
            "at least one",
        ),
        (
            {"y_train": ("other", LABELS[1:])},
            "data.nc: x_train has 30 samples, y_train has (29,)",
        ),
    ],
    ids=["label 10", "label -1", "float labels", "constant", "shape", "NaN", "length"],
)
def test_unfit_images_are_refused_in_one_line(variables: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        scaled(dataset(**variables))


def test_missing_variable_is_refused() -> None:
    with pytest.raises(InputError, match=r"^data.nc: variable 'y_validation' is missing$"):
        scaled(dataset().drop_vars("y_validation"))
