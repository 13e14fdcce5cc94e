"""Loss functions that a configuration names."""

import math
from collections.abc import Callable

import torch
from torch.nn import functional


def log_cosh(predicted: torch.Tensor, true: torch.Tensor) -> torch.Tensor:
    """Return the mean of log cosh of the differences, without overflow."""
    difference = predicted - true
    return (difference + functional.softplus(-2.0 * difference) - math.log(2.0)).mean()


LOSSES: dict[str, Callable[[torch.Tensor, torch.Tensor], torch.Tensor]] = {
    "mse": functional.mse_loss,
    "mae": functional.l1_loss,
    "huber": functional.huber_loss,
    "log_cosh": log_cosh,
}
