"""Configuration to optimiser, fused where torch has a fused one, and to penalties."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import nn, optim

Configuration = Mapping[str, Any]


def _betas(configuration: Configuration) -> tuple[float, float]:
    return configuration["beta1"], configuration["beta2"]


def _sgd(configuration: Configuration) -> dict[str, Any]:
    momentum = configuration["momentum"]
    # Torch refuses Nesterov's variant without momentum, where both are plain descent.
    return {
        "momentum": momentum,
        "nesterov": configuration["nesterov"] and momentum > 0.0,
        "fused": True,
    }


def _adam(configuration: Configuration) -> dict[str, Any]:
    return {
        "betas": _betas(configuration),
        "amsgrad": configuration["amsgrad"],
        "fused": True,
    }


def _nadam(configuration: Configuration) -> dict[str, Any]:
    return {"betas": _betas(configuration)}


def _rmsprop(configuration: Configuration) -> dict[str, Any]:
    settings = {name: configuration[name] for name in ("alpha", "momentum", "centered")}
    # Torch has no fused RMSprop; its multi-tensor one takes 10 to 30 % less time per step.
    return {**settings, "foreach": True}


def _adagrad(_: Configuration) -> dict[str, Any]:
    return {"fused": True}


_OPTIMISERS: dict[str, tuple[type[optim.Optimizer], Callable[[Configuration], dict[str, Any]]]] = {
    "sgd": (optim.SGD, _sgd),
    "adam": (optim.Adam, _adam),
    "adamw": (optim.AdamW, _adam),
    "nadam": (optim.NAdam, _nadam),
    "rmsprop": (optim.RMSprop, _rmsprop),
    "adagrad": (optim.Adagrad, _adagrad),
}


def optimiser(configuration: Configuration, network: nn.Module) -> optim.Optimizer:
    """Build the optimiser that a complete configuration describes.

    Parameters
    ----------
    configuration
        ``optimizer``, ``learning_rate``, ``weight_decay``, ``decay_biases`` and the optimiser's own
        hyperparameters. The weight decay is an L2 penalty in the gradient, except for ``adamw``,
        where it is decoupled from the gradient.
    network
        What to optimise.
    """
    kind, settings = _OPTIMISERS[configuration["optimizer"]]
    penalised = penalised_parameters(network, decay_biases=configuration["decay_biases"])
    decay = configuration["weight_decay"]
    members = set(map(id, penalised))
    others = [parameter for parameter in network.parameters() if id(parameter) not in members]
    groups = [{"params": penalised, "weight_decay": decay}]
    if decay and others:
        groups.append({"params": others, "weight_decay": 0.0})
    else:
        # A second group costs a second call per step.
        groups[0]["params"] = [*penalised, *others]
    chosen = settings(configuration)
    if kind is optim.Adagrad and not all(parameter.is_cpu for parameter in network.parameters()):
        # Not every version of torch has a fused one elsewhere.
        chosen = {"foreach": True}
    return kind(groups, lr=configuration["learning_rate"], **chosen)


def penalised_parameters(network: nn.Module, *, decay_biases: bool) -> list[nn.Parameter]:
    """List the parameters to which weight decay and L1 penalty apply.

    Parameters
    ----------
    network
        Any module.
    decay_biases
        Whether they apply to all parameters, biases and those of normalisation layers included, or
        to the weights of linear layers alone.
    """
    if decay_biases:
        return list(network.parameters())
    return [layer.weight for layer in network.modules() if isinstance(layer, nn.Linear)]


class L1Penalty:
    """Add the subgradient of ``strength * sum(|w|)`` to gradients; zero at zero weights.

    Parameters
    ----------
    strength
        Factor of the penalty, at least 0.
    parameters
        Whose gradients to change, of the same device.
    """

    def __init__(self, strength: float, parameters: Sequence[nn.Parameter]) -> None:
        self._strength = strength
        self._parameters = list(parameters)

    @torch.no_grad()
    def __call__(self) -> None:
        """Change the gradients in place."""
        gradients = [parameter.grad for parameter in self._parameters]
        # One call for all tensors: a loop in Python would cost as much as a small step.
        torch._foreach_add_(gradients, torch._foreach_sign(self._parameters), alpha=self._strength)
