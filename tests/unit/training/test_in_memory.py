"""The engine's epochs are ordinary mini-batch epochs, and divergence ends them."""

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
import torch
from torch import nn

from hsic_hpo.training import in_memory as engine
from hsic_hpo.training.in_memory import InMemoryFit, WholeSplit, samples_per_epoch
from hsic_hpo.training.outcome import Diverged

N = 10


def fit(
    batch_size: int,
    validation_error: Callable[[nn.Module], float],
    rate: float = 0.1,
    **limits: Any,
) -> "Fit":
    torch.manual_seed(0)
    network = nn.Linear(2, 1)
    return Fit(
        network,
        nn.functional.mse_loss,
        torch.optim.SGD(network.parameters(), lr=rate),
        batch_size,
        torch.Generator().manual_seed(7),
        validation_error,
        **limits,
    )


class Fit(InMemoryFit):
    """Logs to a list, as there is no trainer here."""

    current_epoch = 0  # type: ignore[assignment]

    def log(self, name: str, value: float) -> None:  # type: ignore[override]
        self.logged = [*getattr(self, "logged", []), (name, value)]


def split() -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(1)
    return torch.randn(N, 2, generator=generator), torch.randn(N, 1, generator=generator)


def test_loader_yields_the_whole_split_once() -> None:
    inputs, targets = split()
    loader = WholeSplit(inputs, targets)
    batches = list(loader)
    assert len(loader) == len(batches) == 1
    assert batches[0][0] is inputs
    assert batches[0][1] is targets


@pytest.mark.parametrize("batch_size", [1, 3, 4, 10, 64])
def test_epoch_equals_gradient_descent_by_hand(batch_size: int) -> None:
    """Without a batch of one sample unless all are: 10 = 3 + 3 + 3 (+ 1) = 4 + 4 + 2."""
    inputs, targets = split()
    module = fit(batch_size, lambda _: 0.0)
    weight = module.network.weight.detach().clone()
    bias = module.network.bias.detach().clone()
    module.training_step((inputs, targets), 0)
    order = torch.randperm(N, generator=torch.Generator().manual_seed(7))
    starts = [*range(0, N, batch_size), N]
    for start, end in pairwise(starts):
        x, y = inputs[order[start:end]], targets[order[start:end]]
        if len(x) == 1 and batch_size > 1:
            continue
        residual = x @ weight.T + bias - y
        weight = weight - 0.1 * 2.0 * (residual * x).mean(dim=0, keepdim=True)
        bias = bias - 0.1 * 2.0 * residual.mean(dim=0)
    torch.testing.assert_close(module.network.weight.detach(), weight)
    torch.testing.assert_close(module.network.bias.detach(), bias)


def test_every_epoch_has_another_order() -> None:
    seen: list[torch.Tensor] = []
    module = fit(N, lambda _: 0.0)
    module._loss = lambda outputs, targets: (seen.append(targets), outputs.mean())[1]
    for _ in range(2):
        module.training_step(split(), 0)
    assert not torch.equal(seen[0], seen[1])
    assert torch.equal(seen[0].sort(dim=0).values, seen[1].sort(dim=0).values)


def test_validation_error_is_logged_once_per_epoch() -> None:
    module = fit(4, lambda _: 0.25)
    for _ in range(3):
        module.training_step(split(), 0)
        module.on_train_epoch_end()
    module.on_train_end()
    assert module.learning_curve == [0.25] * 3
    assert module.logged == [("validation_error", 0.25)] * 3


@pytest.mark.parametrize("batch_size", [1, 3, 4, 10, 64])
@pytest.mark.parametrize("n", [1, 2, 9, 10])
def test_samples_per_epoch_are_those_that_are_trained_on(n: int, batch_size: int) -> None:
    inputs, targets = split()
    seen = []
    module = fit(batch_size, lambda _: 0.0)
    module._loss = lambda outputs, _: (seen.append(len(outputs)), outputs.mean())[1]
    module.training_step((inputs[:n], targets[:n]), 0)
    assert sum(seen) == samples_per_epoch(n, batch_size)
    assert len(seen) == -(-samples_per_epoch(n, batch_size) // batch_size)


class Stopped:
    """A trainer that is told to stop."""

    should_stop = False


@pytest.mark.parametrize("max_steps", [1, 2, 3, 4, 5, 7])
def test_steps_end_within_an_epoch(max_steps: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Fit, "trainer", Stopped())
    seen = []
    module = fit(4, lambda _: 0.0, max_steps=max_steps)
    module._loss = lambda outputs, _: (seen.append(len(outputs)), outputs.mean())[1]
    for _ in range(9):
        module.training_step(split(), 0)
        module.on_train_epoch_end()
        if module.trainer.should_stop:
            break
    assert seen == ([4, 4, 2] * 3)[:max_steps]
    assert len(module.learning_curve) == -(-max_steps // 3)


def test_time_ends_after_a_step(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 1.0, 2.0, 3.0, 4.0])
    monkeypatch.setattr(engine.time, "monotonic", lambda: next(clock))
    monkeypatch.setattr(Fit, "trainer", Stopped())
    seen = []
    module = fit(4, lambda _: 0.0, max_seconds=1.5)
    module._loss = lambda outputs, _: (seen.append(len(outputs)), outputs.mean())[1]
    module.training_step(split(), 0)
    module.on_train_epoch_end()
    assert seen == [4, 4]
    assert module.trainer.should_stop


def test_penalty_comes_between_gradient_and_step() -> None:
    """Here it takes the gradient away, so that nothing is learnt."""
    module = fit(N, lambda _: 0.0, penalise=lambda: module.network.zero_grad())
    before = module.network.weight.detach().clone()
    module.training_step(split(), 0)
    assert torch.equal(module.network.weight, before)


def test_infinite_loss_diverges() -> None:
    module = fit(1, lambda _: 0.0, rate=1e30)
    module.training_step(split(), 0)
    with pytest.raises(Diverged, match=r"^training loss is (nan|inf) in epoch 1$"):
        module.on_train_epoch_end()


def test_infinite_validation_error_diverges() -> None:
    module = fit(4, lambda _: math.inf)
    module.training_step(split(), 0)
    with pytest.raises(Diverged, match=r"^validation error is inf after epoch 1$"):
        module.on_train_epoch_end()


def test_blown_up_loss_diverges_at_the_end_only() -> None:
    module = fit(4, lambda _: 0.0, rate=1e3)
    module.training_step(split(), 0)
    module.on_train_epoch_end()
    with pytest.raises(Diverged, match=r"^training loss \S+ after epoch 1, \S+ before training$"):
        module.on_train_end()
