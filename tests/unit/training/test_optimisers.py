"""Optimisers take the steps of their textbook recursions."""

from typing import Any

import numpy as np
import pytest
import torch

from hsic_hpo.problems.dense_space import DENSE_REGRESSION, OPTIMIZERS, complete
from hsic_hpo.training.optimisers import L1Penalty, optimiser, penalised_parameters

START = np.array([1.0, -2.0, 0.5])
CURVATURE = np.array([3.0, 0.5, 1.0])
RATE, DECAY, N_STEPS, EPSILON = 0.05, 0.1, 5, 1e-8


def steps(**configuration: Any) -> np.ndarray:
    """Minimise half the weighted square from START."""
    layer = torch.nn.Linear(3, 1, bias=False, dtype=torch.float64)
    layer.weight.data = torch.from_numpy(START.copy())[None]
    settings = complete(
        {"learning_rate": RATE, "weight_decay": DECAY, **configuration}, DENSE_REGRESSION
    )
    stepper = optimiser(settings, layer)
    for _ in range(N_STEPS):
        stepper.zero_grad()
        (torch.from_numpy(CURVATURE) * layer.weight**2 / 2.0).sum().backward()
        stepper.step()
    return layer.weight.detach().numpy()[0]


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


def test_adagrad_is_fused_on_the_cpu_alone() -> None:
    """Parameters without memory stand for those of a GPU, where torch 2.11 refuses a fused one."""
    layers = network()
    settings = complete({"optimizer": "adagrad"}, DENSE_REGRESSION)
    for device, fused, foreach in (("cpu", True, None), ("meta", None, True)):
        chosen = optimiser(settings, layers.to(device)).defaults
        assert (chosen["fused"], chosen["foreach"]) == (fused, foreach)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_accepted_optimiser_descends(name: str) -> None:
    assert (CURVATURE * steps(optimizer=name) ** 2).sum() < (CURVATURE * START**2).sum()


def network() -> torch.nn.Sequential:
    """All parameters at -3 or 2, gradients at zero."""
    layers = torch.nn.Sequential(
        torch.nn.Linear(2, 3), torch.nn.BatchNorm1d(3), torch.nn.ReLU(), torch.nn.Linear(3, 1)
    )
    for parameter in layers.parameters():
        values = torch.arange(parameter.numel()).reshape(parameter.shape) % 2
        parameter.data = torch.where(values == 0, -3.0, 2.0)
        parameter.grad = torch.zeros_like(parameter)
    return layers


def one_step(**configuration: Any) -> dict[str, float]:
    """Return the factor by which a step without gradient multiplies each parameter."""
    layers = network()
    before = {name: parameter.detach().clone() for name, parameter in layers.named_parameters()}
    settings = complete(
        {"optimizer": "sgd", "learning_rate": RATE, **configuration}, DENSE_REGRESSION
    )
    optimiser(settings, layers).step()
    factors = {}
    for name, parameter in layers.named_parameters():
        ratio = (parameter / before[name]).flatten()
        torch.testing.assert_close(ratio, ratio[:1].expand_as(ratio))
        factors[name] = ratio[0].item()
    return factors


WEIGHTS = ("0.weight", "3.weight")


@pytest.mark.parametrize("optimizer", ["sgd", "adamw"])
def test_weight_decay_reaches_the_weights_of_linear_layers_alone(optimizer: str) -> None:
    factors = one_step(weight_decay=DECAY, optimizer=optimizer)
    for name, factor in factors.items():
        assert factor == pytest.approx(1.0 - RATE * DECAY if name in WEIGHTS else 1.0)


def test_weight_decay_reaches_all_parameters_if_asked() -> None:
    factors = one_step(weight_decay=DECAY, decay_biases=True)
    assert len(factors) == 6
    assert list(factors.values()) == pytest.approx([1.0 - RATE * DECAY] * 6)


def test_without_decay_every_parameter_is_still_stepped() -> None:
    layers = network()
    settings = complete({"optimizer": "sgd", "learning_rate": RATE}, DENSE_REGRESSION)
    stepped = [group["params"] for group in optimiser(settings, layers).param_groups]
    assert len(stepped) == 1
    assert {id(p) for p in stepped[0]} == {id(p) for p in layers.parameters()}


@pytest.mark.parametrize("decay_biases", [False, True])
def test_l1_penalty_adds_its_subgradient(decay_biases: bool) -> None:
    layers = network()
    layers[3].weight.data[0, 0] = 0.0
    L1Penalty(0.25, penalised_parameters(layers, decay_biases=decay_biases))()
    for name, parameter in layers.named_parameters():
        reached = decay_biases or name in WEIGHTS
        expected = 0.25 * parameter.detach().sign() if reached else torch.zeros_like(parameter)
        assert torch.equal(parameter.grad, expected)
    assert layers[3].weight.grad[0, 0] == 0.0


def test_l1_penalty_in_a_step_of_a_linear_model() -> None:
    """Mean squared error at x = 1, y = 0: w becomes w - rate * (2 w + l1 * sign(w))."""
    layer = torch.nn.Linear(1, 1, bias=False, dtype=torch.float64)
    layer.weight.data.fill_(1.5)
    settings = complete({"optimizer": "sgd", "learning_rate": RATE}, DENSE_REGRESSION)
    stepper = optimiser(settings, layer)
    torch.nn.functional.mse_loss(
        layer(torch.ones(1, 1, dtype=torch.float64)), torch.zeros(1, 1, dtype=torch.float64)
    ).backward()
    L1Penalty(0.25, penalised_parameters(layer, decay_biases=False))()
    stepper.step()
    assert layer.weight.item() == pytest.approx(1.5 - RATE * (2.0 * 1.5 + 0.25), rel=1e-12)
