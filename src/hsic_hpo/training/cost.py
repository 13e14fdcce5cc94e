"""What a network costs: parameters and floating-point operations per sample."""

import copy
from dataclasses import dataclass

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode


@dataclass(frozen=True)
class Cost:
    """Cost of a network.

    Attributes
    ----------
    n_params
        Trainable parameters.
    flops
        Floating-point operations of the forward pass of one sample, as torch's flop counter
        counts them: two per multiply-add of a matrix product, other operations none.
    """

    n_params: int
    flops: int


def cost(network: nn.Module, n_inputs: int) -> Cost:
    """Count the cost of a network that maps ``(n, n_inputs)`` inputs.

    Nothing is computed: only shapes pass through a copy of the network on torch's meta device.
    """
    shapes = copy.deepcopy(network).to("meta").eval()
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        shapes(torch.empty(1, n_inputs, device="meta"))
    n_params = sum(p.numel() for p in network.parameters() if p.requires_grad)
    return Cost(n_params, counter.get_total_flops())
