"""Optimisers take the steps of their textbook recursions."""

from typing import Any

import numpy as np
import pytest
import torch

from hsic_hpo.optimisers import optimiser
from hsic_hpo.problems.spaces import DENSE_REGRESSION, OPTIMIZERS, complete

START = np.array([1.0, -2.0, 0.5])
CURVATURE = np.array([3.0, 0.5, 1.0])
RATE, DECAY, N_STEPS, EPSILON = 0.05, 0.1, 5, 1e-8


def steps(**configuration: Any) -> np.ndarray:
    """Minimise half the weighted square from START."""
    point = torch.nn.Parameter(torch.from_numpy(START.copy()))
    settings = complete(
        {"learning_rate": RATE, "weight_decay": DECAY, **configuration}, DENSE_REGRESSION
    )
    stepper = optimiser(settings, [point])
    for _ in range(N_STEPS):
        stepper.zero_grad()
        (torch.from_numpy(CURVATURE) * point**2 / 2.0).sum().backward()
        stepper.step()
    return point.detach().numpy()


def gradient(x: np.ndarray, decay: float = DECAY) -> np.ndarray:
    return CURVATURE * x + decay * x


@pytest.mark.parametrize("nesterov", [False, True])
def test_sgd(nesterov: bool) -> None:
    x, velocity = START.copy(), np.zeros(3)
    for _ in range(N_STEPS):
        g = gradient(x)
        velocity = 0.7 * velocity + g
        x = x - RATE * (g + 0.7 * velocity if nesterov else velocity)
    actual = steps(optimizer="sgd", momentum=0.7, nesterov=nesterov)
    np.testing.assert_allclose(actual, x, rtol=1e-12)


def test_nesterov_without_momentum_is_plain_descent() -> None:
    expected = START * (1.0 - RATE * (CURVATURE + DECAY)) ** N_STEPS
    actual = steps(optimizer="sgd", momentum=0.0, nesterov=True)
    np.testing.assert_allclose(actual, expected, rtol=1e-12)


@pytest.mark.parametrize("name", ["adam", "adamw"])
@pytest.mark.parametrize("amsgrad", [False, True])
def test_adam_and_adamw(name: str, amsgrad: bool) -> None:
    x, m, v, largest = START.copy(), np.zeros(3), np.zeros(3), np.zeros(3)
    for k in range(1, N_STEPS + 1):
        g = gradient(x, 0.0 if name == "adamw" else DECAY)
        if name == "adamw":
            x = x * (1.0 - RATE * DECAY)
        m = 0.8 * m + 0.2 * g
        v = 0.95 * v + 0.05 * g**2
        largest = np.maximum(largest, v)
        second = (largest if amsgrad else v) / (1.0 - 0.95**k)
        x = x - RATE * m / (1.0 - 0.8**k) / (np.sqrt(second) + EPSILON)
    actual = steps(optimizer=name, beta1=0.8, beta2=0.95, amsgrad=amsgrad)
    np.testing.assert_allclose(actual, x, rtol=1e-9)


@pytest.mark.parametrize("centered", [False, True])
def test_rmsprop(centered: bool) -> None:
    x, square, mean, velocity = START.copy(), np.zeros(3), np.zeros(3), np.zeros(3)
    for _ in range(N_STEPS):
        g = gradient(x)
        square = 0.9 * square + 0.1 * g**2
        mean = 0.9 * mean + 0.1 * g
        spread = square - mean**2 if centered else square
        velocity = 0.3 * velocity + g / (np.sqrt(spread) + EPSILON)
        x = x - RATE * velocity
    actual = steps(optimizer="rmsprop", alpha=0.9, momentum=0.3, centered=centered)
    np.testing.assert_allclose(actual, x, rtol=1e-9)


def test_adagrad() -> None:
    x, square = START.copy(), np.zeros(3)
    for _ in range(N_STEPS):
        g = gradient(x)
        square = square + g**2
        x = x - RATE * g / (np.sqrt(square) + 1e-10)
    np.testing.assert_allclose(steps(optimizer="adagrad"), x, rtol=1e-9)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_accepted_optimiser_descends(name: str) -> None:
    assert (CURVATURE * steps(optimizer=name) ** 2).sum() < (CURVATURE * START**2).sum()
