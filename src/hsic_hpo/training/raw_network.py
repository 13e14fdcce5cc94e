"""A trained dense network that takes inputs, and gives outputs, as they are in the data."""

from collections.abc import Mapping

import torch
from torch import nn

_SCALING = ("input_mean", "input_scale", "output_mean", "output_scale")


class RawNetwork(nn.Module):
    """A network between the scaling of its inputs and that of its outputs.

    Parameters
    ----------
    network
        Maps scaled inputs to scaled outputs.
    scaling
        ``input_mean``, ``input_scale``, ``output_mean``, ``output_scale``, as far as the data were
        scaled; inputs are scaled in the precision of the former two.
    """

    input_mean: torch.Tensor | None
    input_scale: torch.Tensor | None
    output_mean: torch.Tensor | None
    output_scale: torch.Tensor | None

    def __init__(self, network: nn.Module, scaling: Mapping[str, torch.Tensor]) -> None:
        super().__init__()
        self.network = network
        for name in _SCALING:
            self.register_buffer(name, scaling.get(name))

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        """Return ``(n, n_outputs)``: quantities in their units, or a score for each class.

        Parameters
        ----------
        inputs
            ``(n, ...)`` of any type of number, such as images of grey values or rows of quantities
            in their units. As most quantities are no single-precision numbers, doubles come closest
            to the data.
        """
        inputs = inputs.flatten(1)
        if self.input_mean is not None and self.input_scale is not None:
            inputs = (inputs.to(self.input_mean.dtype) - self.input_mean) / self.input_scale
        outputs = self.network(inputs.float())
        if self.output_mean is not None and self.output_scale is not None:
            outputs = outputs * self.output_scale + self.output_mean
        return outputs
