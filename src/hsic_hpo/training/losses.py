"""Loss functions, by the names that a configuration uses.

Losses for regression compare ``(n, n_outputs)`` outputs with targets of that shape, those for
classification compare them with ``(n,)`` classes: the outputs are then one score per class, which
only the two cross entropies read as logarithms of probabilities.
"""

import math
from collections.abc import Callable

import torch
from torch.nn import functional

SMOOTHING = 0.1


def log_cosh(predicted: torch.Tensor, true: torch.Tensor) -> torch.Tensor:
    """Return the mean of log cosh of the differences, without overflow."""
    difference = predicted - true
    return (difference + functional.softplus(-2.0 * difference) - math.log(2.0)).mean()


def smoothed_cross_entropy(scores: torch.Tensor, classes: torch.Tensor) -> torch.Tensor:
    """Return the mean cross entropy where a tenth of the target is spread over all classes."""
    return functional.cross_entropy(scores, classes, label_smoothing=SMOOTHING)


def one_hot_mse(scores: torch.Tensor, classes: torch.Tensor) -> torch.Tensor:
    """Return the mean squared difference from 1 for the true class and 0 for the others."""
    target = functional.one_hot(classes, scores.shape[1]).to(scores.dtype)
    return functional.mse_loss(scores, target)


LOSSES: dict[str, Callable[[torch.Tensor, torch.Tensor], torch.Tensor]] = {
    "mse": functional.mse_loss,
    "mae": functional.l1_loss,
    "huber": functional.huber_loss,
    "log_cosh": log_cosh,
    "cross_entropy": functional.cross_entropy,
    "smoothed_cross_entropy": smoothed_cross_entropy,
    "hinge": functional.multi_margin_loss,
    "one_hot_mse": one_hot_mse,
}
