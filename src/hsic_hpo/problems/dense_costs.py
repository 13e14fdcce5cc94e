"""What a dense network costs, in closed form: nothing is built."""

from collections.abc import Mapping
from typing import Any


def dense_costs(
    n_inputs: int, n_outputs: int, configuration: Mapping[str, Any]
) -> dict[str, float]:
    """Return the parameters and the operations of a dense network.

    They are those that :func:`hsic_hpo.training.cost.cost` counts: a linear layer from a to b
    units has a · b weights and b biases and takes two operations per weight; batch normalisation
    has two parameters per unit; nothing else has parameters or counts as an operation.

    Parameters
    ----------
    n_inputs, n_outputs
        Width of the input and of the output, at least 1.
    configuration
        With ``n_layers`` hidden layers of ``n_units`` each, and ``batch_normalisation``.

    Returns
    -------
    dict
        ``n_params`` and ``flops``, the latter of the forward pass of one sample.

    Examples
    --------
    >>> dense_costs(1, 1, {"n_layers": 1, "n_units": 8, "batch_normalisation": False})
    {'n_params': 25, 'flops': 32}
    """
    n_layers, n_units = configuration["n_layers"], configuration["n_units"]
    weights = n_units * (n_inputs + (n_layers - 1) * n_units + n_outputs)
    biases = n_layers * n_units + n_outputs
    normalised = 2 * n_layers * n_units if configuration["batch_normalisation"] else 0
    return {"n_params": weights + biases + normalised, "flops": 2 * weights}
