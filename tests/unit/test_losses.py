"""Losses equal their formulas."""

import numpy as np
import pytest
import torch

from hsic_hpo.losses import LOSSES
from hsic_hpo.problems.spaces import REGRESSION_LOSSES

FORMULAS = {
    "mse": lambda d: d**2,
    "mae": np.abs,
    "huber": lambda d: np.where(np.abs(d) < 1.0, d**2 / 2.0, np.abs(d) - 0.5),
    "log_cosh": lambda d: np.log(np.cosh(d)),
}


def test_every_accepted_loss_is_known() -> None:
    assert tuple(LOSSES) == REGRESSION_LOSSES


@pytest.mark.parametrize("name", LOSSES)
def test_losses_are_the_mean_of_their_formula(name: str) -> None:
    predicted, true = 3.0 * np.random.default_rng(0).normal(size=(2, 40, 3))
    actual = LOSSES[name](torch.from_numpy(predicted), torch.from_numpy(true)).item()
    assert actual == pytest.approx(FORMULAS[name](predicted - true).mean(), rel=1e-12)


def test_log_cosh_does_not_overflow() -> None:
    far = torch.tensor([1e4, -1e4])
    loss = LOSSES["log_cosh"](far, torch.zeros(2)).item()
    assert loss == pytest.approx(1e4 - np.log(2.0), rel=1e-6)
