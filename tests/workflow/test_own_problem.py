"""The documented example of a problem of the user's own runs through Snakemake."""

import json
from pathlib import Path

import numpy as np

from digits_study import Digits
from hsic_hpo.trials import dataset as trials
from hsic_hpo.trials.variables import hyperparameter_values


def test_every_configuration_was_trained_and_measured(digits: Digits) -> None:
    dataset = trials.read_trials(digits.results / "random" / "trials.nc")
    assert dataset.sizes["trial"] == 12
    assert (dataset["status"] == "ok").all()
    assert json.loads(dataset.attrs["problem"]) == {
        "import": "digits_problem:Digits",
        "options": {"train_fraction": 0.6},
    }
    assert dataset.attrs["error_name"] == "fraction of wrong labels"
    errors = dataset["test_error"].values
    assert errors.min() < 0.2 < 0.8 < errors.max()
    assert np.corrcoef(errors[:, 0], dataset["validation_error"].values[:, 0])[0, 1] > 0.9
    channels, kernel = (
        hyperparameter_values(dataset, "n_channels"),
        hyperparameter_values(dataset, "kernel_size"),
    )
    convolution, linear = channels * kernel**2, 16 * channels * 10
    np.testing.assert_array_equal(dataset["n_params"], convolution + channels + linear + 10)
    np.testing.assert_array_equal(dataset["flops"], 2 * (64 * convolution + linear))


def test_nothing_is_left_to_do_and_no_job_depends_on_the_place(
    digits: Digits, tmp_path: Path
) -> None:
    assert digits.planned("random/trials.nc") == {}
    moved = Digits(digits.copy(tmp_path / "moved").root)
    assert moved.planned("random/trials.nc") == {}


def test_another_module_of_the_problem_is_trained_again(digits: Digits, tmp_path: Path) -> None:
    edited = Digits(digits.copy(tmp_path / "edited").root)
    edited.edit("elsewhere/digits_problem.py", "nn.ReLU()", "nn.Tanh()")
    assert edited.planned("random/trials.nc")["train"] == 2
