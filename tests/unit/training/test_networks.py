"""Networks have the layers that a configuration names and start as their initialiser says."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from hsic_hpo.problems.dense_space import ACTIVATIONS as ACCEPTED_ACTIVATIONS
from hsic_hpo.problems.dense_space import DENSE_REGRESSION, complete
from hsic_hpo.problems.dense_space import INITIALISERS as ACCEPTED_INITIALISERS
from hsic_hpo.training.networks import ACTIVATIONS, INITIALISERS, architecture, initialise


def network(seed: int = 0, **configuration: object) -> nn.Sequential:
    settings = complete(configuration, DENSE_REGRESSION)
    laid_out = architecture(5, 3, settings)
    initialise(laid_out, settings["initialiser"], torch.Generator().manual_seed(seed))
    return laid_out


def test_everything_accepted_is_known() -> None:
    assert tuple(ACTIVATIONS) == ACCEPTED_ACTIVATIONS
    assert tuple(INITIALISERS) == ACCEPTED_INITIALISERS


def test_layers_stand_in_the_documented_order() -> None:
    layers = network(
        n_layers=2, n_units=7, batch_normalisation=True, dropout=True, dropout_rate=0.3
    )
    hidden = [nn.Linear, nn.BatchNorm1d, nn.ReLU, nn.Dropout]
    assert [type(layer) for layer in layers] == [*hidden, *hidden, nn.Linear]
    assert layers[3].p == 0.3


@pytest.mark.parametrize(
    ("activation", "function"),
    [
        ("relu", lambda x: np.maximum(x, 0.0)),
        ("tanh", np.tanh),
        ("sigmoid", lambda x: 1.0 / (1.0 + np.exp(-x))),
        ("silu", lambda x: x / (1.0 + np.exp(-x))),
        ("softplus", lambda x: np.log1p(np.exp(x))),
        ("elu", lambda x: np.where(x > 0.0, x, np.expm1(x))),
        ("gelu", lambda x: x * np.vectorize(lambda t: (1.0 + math.erf(t / 2**0.5)) / 2.0)(x)),
    ],
)
def test_forward_pass_equals_numpy(activation: str, function: object) -> None:
    dense = network(n_layers=3, n_units=11, activation=activation)
    x = np.random.default_rng(0).normal(size=(4, 5))
    expected = x
    weights = [layer for layer in dense if isinstance(layer, nn.Linear)]
    for layer in weights:
        expected = expected @ layer.weight.detach().double().numpy().T
        if layer is not weights[-1]:
            expected = function(expected)  # type: ignore[operator]
    actual = dense(torch.from_numpy(x).float()).detach().numpy()
    np.testing.assert_allclose(actual, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("initialiser", "variance"),
    [
        ("glorot_uniform", 2.0 / 800),
        ("glorot_normal", 2.0 / 800),
        ("he_uniform", 2.0 / 400),
        ("he_normal", 2.0 / 400),
        ("orthogonal", 1.0 / 400),
    ],
)
def test_weights_start_with_the_textbook_variance(initialiser: str, variance: float) -> None:
    weight = network(n_layers=2, n_units=400, initialiser=initialiser)[2].weight
    assert weight.var().item() == pytest.approx(variance, rel=0.02)
    assert weight.mean().item() == pytest.approx(0.0, abs=4.0 * math.sqrt(variance) / 400)
    if initialiser == "orthogonal":
        torch.testing.assert_close(weight @ weight.T, torch.eye(400), atol=1e-5, rtol=0.0)
    if initialiser.endswith("uniform"):
        assert weight.abs().max().item() <= math.sqrt(3.0 * variance)


def test_biases_start_at_zero_and_normalisation_at_identity() -> None:
    for layer in network(batch_normalisation=True):
        if isinstance(layer, nn.Linear):
            assert not layer.bias.any()
        if isinstance(layer, nn.BatchNorm1d):
            assert (layer.weight == 1).all()
            assert (layer.running_var == 1).all()
            assert not layer.bias.any()
            assert not layer.running_mean.any()


def test_first_values_depend_on_the_generator_alone() -> None:
    torch.manual_seed(1)
    one = network(seed=5)[0].weight
    state = torch.get_rng_state()
    torch.manual_seed(2)
    assert torch.equal(one, network(seed=5)[0].weight)
    assert not torch.equal(one, network(seed=6)[0].weight)
    torch.manual_seed(1)
    assert torch.equal(state, torch.get_rng_state())
