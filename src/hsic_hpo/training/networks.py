"""Configuration to network: dense networks as plain torch modules."""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import nn

ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {
    "relu": nn.ReLU,
    "leaky_relu": nn.LeakyReLU,
    "elu": nn.ELU,
    "selu": nn.SELU,
    "gelu": nn.GELU,
    "silu": nn.SiLU,
    "softplus": nn.Softplus,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
}

INITIALISERS: dict[str, Callable[..., torch.Tensor]] = {
    "glorot_uniform": nn.init.xavier_uniform_,
    "glorot_normal": nn.init.xavier_normal_,
    "he_uniform": nn.init.kaiming_uniform_,
    "he_normal": nn.init.kaiming_normal_,
    "orthogonal": nn.init.orthogonal_,
}


def architecture(n_inputs: int, n_outputs: int, configuration: Mapping[str, Any]) -> nn.Sequential:
    """Build a dense network without memory or values, on torch's meta device.

    Each hidden layer is a linear layer, batch normalisation if configured, the activation, and
    dropout if configured. A linear layer of ``n_outputs`` ends the network.

    Parameters
    ----------
    n_inputs, n_outputs
        Width of the input and of the output, at least 1.
    configuration
        Complete: ``n_layers`` hidden layers of ``n_units`` each, ``activation``,
        ``batch_normalisation``, ``dropout`` and ``dropout_rate``.

    Returns
    -------
    torch.nn.Sequential
        Maps ``(n, n_inputs)`` to ``(n, n_outputs)`` once :func:`initialise` has given it values.
    """
    layers: list[nn.Module] = []
    width = n_inputs
    with torch.device("meta"):
        for _ in range(configuration["n_layers"]):
            layers.append(nn.Linear(width, configuration["n_units"]))
            width = configuration["n_units"]
            if configuration["batch_normalisation"]:
                layers.append(nn.BatchNorm1d(width))
            layers.append(ACTIVATIONS[configuration["activation"]]())
            if configuration["dropout"]:
                layers.append(nn.Dropout(configuration["dropout_rate"]))
        layers.append(nn.Linear(width, n_outputs))
        return nn.Sequential(*layers)


def initialise(network: nn.Sequential, initialiser: str, generator: torch.Generator) -> None:
    """Give a network that :func:`architecture` built memory on the CPU and initial values.

    Parameters
    ----------
    network
        Changed in place.
    initialiser
        A key of ``INITIALISERS``, for the weights of linear layers; their biases start at zero.
    generator
        Source of all random draws.
    """
    network.to_empty(device="cpu")
    for layer in network:
        if isinstance(layer, nn.Linear):
            INITIALISERS[initialiser](layer.weight, generator=generator)
            nn.init.zeros_(layer.bias)
        elif isinstance(layer, nn.BatchNorm1d):
            layer.reset_parameters()
