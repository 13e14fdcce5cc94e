"""Counted cost equals the closed form of dense layers."""

from itertools import pairwise

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from hsic_hpo.problems.dense_space import DENSE_REGRESSION, complete
from hsic_hpo.training.cost import Cost, cost
from hsic_hpo.training.networks import architecture


def closed_form(widths: list[int], n_normalised: int) -> Cost:
    """Two operations per weight; weights and biases, and two parameters per normalised unit."""
    pairs = list(pairwise(widths))
    n_params = sum(a * b + b for a, b in pairs) + 2 * n_normalised
    return Cost(n_params, 2 * sum(a * b for a, b in pairs))


@settings(deadline=None, max_examples=25)
@given(
    n_inputs=st.integers(1, 50),
    n_outputs=st.integers(1, 50),
    n_layers=st.integers(1, 10),
    n_units=st.integers(1, 512),
    normalised=st.booleans(),
    dropout=st.booleans(),
)
def test_dense_networks_cost_their_closed_form(
    n_inputs: int, n_outputs: int, n_layers: int, n_units: int, normalised: bool, dropout: bool
) -> None:
    configuration = {
        "n_layers": n_layers,
        "n_units": n_units,
        "batch_normalisation": normalised,
        "dropout": dropout,
    }
    network = architecture(n_inputs, n_outputs, complete(configuration, DENSE_REGRESSION))
    widths = [n_inputs, *[n_units] * n_layers, n_outputs]
    expected = closed_form(widths, n_layers * n_units if normalised else 0)
    assert cost(network, n_inputs) == expected


def test_counting_leaves_the_network_as_it_was() -> None:
    network = nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3), nn.Dropout(0.5))
    before = {name: value.clone() for name, value in network.state_dict().items()}
    assert cost(network, 4) == Cost(4 * 3 + 3 + 6, 24)
    assert network.training
    for name, value in network.state_dict().items():
        assert value.device == torch.device("cpu")
        assert torch.equal(value, before[name])


def test_frozen_parameters_are_not_trainable() -> None:
    layer = nn.Linear(4, 3)
    layer.bias.requires_grad_(False)
    assert cost(layer, 4).n_params == pytest.approx(12)
