"""What a training measures beside its errors, and what its cost is counted by."""

from typing import NamedTuple

# Forward passes that cost as much as one training pass: the backward pass computes two matrix
# products for each one of the forward pass.
TRAINING_FACTOR = 3


class MeasuredCost(NamedTuple):
    """A result of a training that may serve as a cost.

    Attributes
    ----------
    long_name
        What it measures.
    units
        ``"1"`` for a count.
    of_network
        Whether all trainings of a configuration share it.
    """

    long_name: str
    units: str
    of_network: bool


MEASURED_COSTS = {
    "train_seconds": MeasuredCost("wall time of the training", "s", of_network=False),
    "epochs": MeasuredCost("finished epochs", "1", of_network=False),
    "n_params": MeasuredCost("trainable parameters", "1", of_network=True),
    "flops": MeasuredCost(
        "floating-point operations of one forward pass of one sample", "1", of_network=True
    ),
}
"""By name, in the order of a trials Dataset; they keep their own names there."""

NETWORK_COSTS = tuple(name for name, cost in MEASURED_COSTS.items() if cost.of_network)

DEFAULT_COSTS = ("flops", "train_seconds")
"""Those that trials are judged by where they name no others."""
