"""Trainings: counts, curves and times as they were recorded."""

import numpy as np
import pytest
import xarray as xr

from hsic_hpo.figures.trainings import trainings
from studies_to_draw import study


def with_curves(n_epochs: int) -> xr.Dataset:
    found = study("failed but ten").trials.drop_dims("epoch")
    error = found["validation_error"].values[..., None]
    curves = error * np.arange(n_epochs, 0, -1)
    return found.assign(learning_curve=(("trial", "repeat", "epoch"), curves)).assign_coords(
        epoch=1 + np.arange(n_epochs)
    )


def test_outcomes_are_counted() -> None:
    axes = trainings(with_curves(3)).axes[2]
    assert [bar.get_height() for bar in axes.containers[0]] == [10, 0, 110]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["ok", "diverged", "failed"]


@pytest.mark.parametrize("n_epochs", [1, 7])
def test_each_training_is_a_curve_of_its_own_and_the_best_stand_out(n_epochs: int) -> None:
    dataset = with_curves(n_epochs)
    axes = trainings(dataset, 0.05).axes[0]
    drawn = np.array([line.get_ydata() for line in axes.lines])
    finite = drawn[np.isfinite(drawn).all(axis=1)]
    expected = dataset["learning_curve"].values[:, 0]
    expected = expected[np.isfinite(expected).all(axis=1)]
    np.testing.assert_allclose(np.sort(finite, axis=0), np.sort(expected, axis=0))
    colours = [line.get_color() for line in axes.lines]
    best = np.sort(dataset["validation_error"].values.ravel())[:6]
    np.testing.assert_allclose(
        np.sort([line.get_ydata()[-1] for line in axes.lines if line.get_color() == colours[-1]]),
        best,
    )


def test_points_are_times_against_flops() -> None:
    dataset = study("usual").trials
    axes = trainings(dataset).axes[1]
    drawn = np.concatenate([points.get_offsets().data for points in axes.collections])
    expected = np.column_stack([dataset["flops"], dataset["train_seconds"].isel(repeat=0)])
    np.testing.assert_allclose(np.sort(drawn, axis=0), np.sort(expected, axis=0))


def test_missing_records_are_named() -> None:
    dataset = with_curves(2)
    dataset["learning_curve"][:] = np.nan
    dataset["train_seconds"][:] = np.nan
    said = [axes.texts[0].get_text() for axes in trainings(dataset).axes[:2]]
    assert said == ["no learning curve\nwas recorded", "no training time\nwas recorded"]
