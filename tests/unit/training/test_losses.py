"""Losses equal their formulas."""

import numpy as np
import pytest
import torch

from hsic_hpo.problems.dense_space import CLASSIFICATION_LOSSES, REGRESSION_LOSSES
from hsic_hpo.training.losses import LOSSES

FORMULAS = {
    "mse": lambda d: d**2,
    "mae": np.abs,
    "huber": lambda d: np.where(np.abs(d) < 1.0, d**2 / 2.0, np.abs(d) - 0.5),
    "log_cosh": lambda d: np.log(np.cosh(d)),
}


def log_probabilities(scores: np.ndarray) -> np.ndarray:
    return scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))


def cross_entropy(scores: np.ndarray, one_hot: np.ndarray) -> float:
    return float(-(one_hot * log_probabilities(scores)).sum(axis=1).mean())


def hinge(scores: np.ndarray, one_hot: np.ndarray) -> float:
    """Sum over the other classes of max(0, 1 - lead of the true class), over all classes."""
    lead = (scores * one_hot).sum(axis=1, keepdims=True) - scores
    short = np.maximum(0.0, 1.0 - lead) * (1.0 - one_hot)
    return float(short.sum(axis=1).mean() / scores.shape[1])


CLASS_FORMULAS = {
    "cross_entropy": cross_entropy,
    "smoothed_cross_entropy": lambda s, t: cross_entropy(s, 0.9 * t + 0.1 / t.shape[1]),
    "hinge": hinge,
    "one_hot_mse": lambda s, t: float(((s - t) ** 2).mean()),
}


def test_every_accepted_loss_is_known() -> None:
    assert tuple(LOSSES) == REGRESSION_LOSSES + CLASSIFICATION_LOSSES


@pytest.mark.parametrize("name", REGRESSION_LOSSES)
def test_losses_are_the_mean_of_their_formula(name: str) -> None:
    predicted, true = 3.0 * np.random.default_rng(0).normal(size=(2, 40, 3))
    actual = LOSSES[name](torch.from_numpy(predicted), torch.from_numpy(true)).item()
    assert actual == pytest.approx(FORMULAS[name](predicted - true).mean(), rel=1e-12)


@pytest.mark.parametrize("name", CLASSIFICATION_LOSSES)
def test_losses_of_classes_equal_their_formula(name: str) -> None:
    rng = np.random.default_rng(0)
    scores, classes = rng.normal(size=(40, 7)), rng.integers(0, 7, 40)
    actual = LOSSES[name](torch.from_numpy(scores), torch.from_numpy(classes)).item()
    assert actual == pytest.approx(CLASS_FORMULAS[name](scores, np.eye(7)[classes]), rel=1e-12)


@pytest.mark.parametrize("name", CLASSIFICATION_LOSSES)
def test_descent_on_a_loss_of_classes_finds_the_classes(name: str) -> None:
    classes = torch.arange(4).repeat(5)
    scores = torch.zeros(20, 4, requires_grad=True)
    descent = torch.optim.SGD([scores], lr=2.0)
    for _ in range(50):
        descent.zero_grad()
        LOSSES[name](scores, classes).backward()
        descent.step()
    assert torch.equal(scores.argmax(dim=1), classes)


def test_log_cosh_does_not_overflow() -> None:
    far = torch.tensor([1e4, -1e4])
    loss = LOSSES["log_cosh"](far, torch.zeros(2)).item()
    assert loss == pytest.approx(1e4 - np.log(2.0), rel=1e-6)
