"""Train a dense network of this package on data held in memory."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from pytorch_lightning import Callback
from torch import nn

from hsic_hpo.problems.base import DenseProblem
from hsic_hpo.problems.data import Data
from hsic_hpo.training.budget import Budget
from hsic_hpo.training.cost import cost
from hsic_hpo.training.in_memory import InMemoryFit, fit, samples_per_epoch
from hsic_hpo.training.keeper import Keeper
from hsic_hpo.training.losses import LOSSES
from hsic_hpo.training.machine import Machine
from hsic_hpo.training.networks import architecture, initialise
from hsic_hpo.training.optimisers import L1Penalty, optimiser, penalised_parameters
from hsic_hpo.training.outcome import Outcome
from hsic_hpo.training.trainer import KeepBest

EVALUATION_ROWS = 8192


def train_dense(
    problem: DenseProblem,
    configuration: Mapping[str, Any],
    data: Data,
    budget: Budget,
    *,
    seed: int,
    callbacks: Sequence[Callback],
    machine: Machine,
    outcome: Outcome,
    keeper: Keeper,
) -> nn.Module:
    """Train one network and measure it; see :func:`hsic_hpo.training.train`.

    Parameters
    ----------
    configuration
        Complete configuration.
    outcome
        Filled in as the training goes on.
    keeper
        Of the state of the training.

    Returns
    -------
    torch.nn.Module
        The trained network, as it was tested.

    Raises
    ------
    Diverged
        See :class:`hsic_hpo.training.outcome.Diverged`.
    Paused
        At the end of the keeper's rung.
    """
    network = architecture(problem.n_inputs, problem.n_outputs, configuration)
    counted = cost(network, problem.n_inputs)
    outcome.n_params, outcome.flops = counted.n_params, counted.flops
    initial, shuffling = _generators(seed, 2)
    initialise(network, configuration["initialiser"], initial)
    error = _Errors(problem, data)
    kept = keeper.taken_up()
    n_trained_on = samples_per_epoch(len(data.x_train), configuration["batch_size"])
    module = InMemoryFit(
        network.to(machine.device),
        LOSSES[configuration["loss_function"]],
        optimiser(configuration, network),
        configuration["batch_size"],
        shuffling,
        lambda trained: error(trained, data.x_validation, data.y_validation),
        penalise=_penalty(configuration, network),
        max_steps=budget.in_steps(n_trained_on, configuration["batch_size"], counted.flops),
        max_seconds=budget.seconds - keeper.seconds_before,
        autocast=machine.autocast(),
        keeper=keeper,
    )
    outcome.learning_curve = module.learning_curve
    best = None
    if budget.early_stopping is not None:
        best = KeepBest("validation_error", budget.early_stopping, module.learning_curve)
    fit(
        module,
        torch.from_numpy(data.x_train),
        torch.from_numpy(data.y_train),
        callbacks=[*callbacks, *([best] if best else [])],
        device=machine.device,
        kept=kept,
    )
    if best is not None:
        best.restore(module)
    # Lightning leaves it on the CPU, which would take long.
    network.to(machine.device)
    validation_error = min(module.learning_curve) if best else module.learning_curve[-1]
    outcome.finish(validation_error, error(network, data.x_test, data.y_test))
    return network


def _penalty(configuration: Mapping[str, Any], network: nn.Module) -> L1Penalty | None:
    if not configuration["l1_penalty"]:
        return None
    penalised = penalised_parameters(network, decay_biases=configuration["decay_biases"])
    return L1Penalty(configuration["l1_penalty"], penalised)


class _Errors:
    """Errors of networks in physical units."""

    def __init__(self, problem: DenseProblem, data: Data) -> None:
        self._problem = problem
        self._data = data

    def __call__(self, network: nn.Module, x: np.ndarray, y: np.ndarray) -> float:
        outputs = _evaluate(network, x)
        if not np.isfinite(outputs).all():
            # Among undefined scores of classes, one would still count as the largest.
            return math.nan
        with np.errstate(over="ignore", invalid="ignore"):
            # A user's own problem may return a number of NumPy's, which JSON does not know.
            return float(self._problem.error(self._data.physical(outputs), self._data.physical(y)))


def _evaluate(network: nn.Module, inputs: np.ndarray) -> np.ndarray:
    device = next(network.parameters()).device
    network.eval()
    with torch.no_grad():
        parts = [
            network(rows.to(device)).cpu()
            for rows in torch.from_numpy(inputs).split(EVALUATION_ROWS)
        ]
    network.train()
    return torch.cat(parts).numpy()


def _generators(seed: int, n: int) -> list[torch.Generator]:
    states = np.random.SeedSequence(seed).generate_state(n, np.uint64)
    return [torch.Generator().manual_seed(int(state)) for state in states]
