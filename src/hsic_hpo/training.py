"""One training: a configuration, a seed and a budget to errors, cost and learning curve."""

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from pytorch_lightning import Callback
from torch import nn

from hsic_hpo.cost import cost
from hsic_hpo.engine import Diverged, InMemoryFit, fit
from hsic_hpo.errors import InputError, did_you_mean
from hsic_hpo.losses import LOSSES
from hsic_hpo.networks import architecture, initialise
from hsic_hpo.optimisers import optimiser
from hsic_hpo.problems.base import Problem
from hsic_hpo.problems.data import Data
from hsic_hpo.problems.spaces import complete

BUDGET_KEYS = ("epochs",)
EVALUATION_ROWS = 8192


def train(
    problem: Problem,
    configuration: Mapping[str, Any],
    data: Data,
    budget: Mapping[str, Any],
    *,
    seed: int,
    callbacks: Sequence[Callback] = (),
) -> dict[str, Any]:
    """Train one network and measure it after its last epoch.

    The result depends on the arguments alone, bit for bit on one kind of CPU: one thread, own
    random streams for initial values, shuffling and dropout, the process's own streams untouched.

    Parameters
    ----------
    problem
        Gives the metric and the meaning of the configuration.
    configuration
        Values of hyperparameters; those left out take their defaults.
    data
        Of the problem.
    budget
        ``{"epochs": n}`` with n at least 1.
    seed
        Non-negative integer.
    callbacks
        Lightning callbacks; ``validation_error`` is logged once per epoch.

    Returns
    -------
    dict
        JSON-able. ``status``: ``"ok"``; ``"diverged"`` when loss or error left the finite or the
        loss blew up; ``"failed"`` when the training raised. ``reason``: one line, empty when ok.
        ``validation_error``, ``test_error``: of the network after the last epoch, None unless ok.
        ``epochs``: finished ones. ``train_seconds``: wall time. ``n_params``, ``flops``: see
        :class:`hsic_hpo.cost.Cost`, None when the network could not be laid out.
        ``learning_curve``: validation error after each epoch, None where not finite.

    Raises
    ------
    InputError
        For an unknown hyperparameter or budget.
    OSError, MemoryError, KeyboardInterrupt
        As they come: they say something about the machine, nothing about the configuration.
    """
    epochs = _epochs(budget)
    settings = complete(configuration, problem.accepted)
    training = _Training(problem, settings, data)
    start = time.perf_counter()
    with _isolated(seed):
        try:
            training.run(epochs, seed, callbacks)
        except Diverged as error:
            training.outcome |= {"status": "diverged", "reason": str(error)}
        except (OSError, MemoryError, InputError):
            raise
        except Exception as error:
            _raise_if_out_of_memory(error)
            reason = " ".join(f"{type(error).__name__}: {error}".split())
            training.outcome |= {"status": "failed", "reason": reason}
    return training.record(time.perf_counter() - start)


class _Training:
    """What is known of a training so far, also when it ends early."""

    def __init__(self, problem: Problem, settings: dict[str, Any], data: Data) -> None:
        self._problem = problem
        self._settings = settings
        self._data = data
        self._cost: dict[str, int | None] = {"n_params": None, "flops": None}
        self._curve: list[float] = []
        self.outcome: dict[str, Any] = {"validation_error": None, "test_error": None}

    def run(self, epochs: int, seed: int, callbacks: Sequence[Callback]) -> None:
        data, settings = self._data, self._settings
        n_inputs = self._problem.n_inputs
        network = architecture(n_inputs, self._problem.n_outputs, settings)
        counted = cost(network, n_inputs)
        self._cost = {"n_params": counted.n_params, "flops": counted.flops}
        initial, shuffling = _generators(seed, 2)
        initialise(network, settings["initialiser"], initial)
        module = InMemoryFit(
            network,
            LOSSES[settings["loss_function"]],
            optimiser(settings, network.parameters()),
            settings["batch_size"],
            shuffling,
            lambda trained: self._error(trained, data.x_validation, data.y_validation),
        )
        self._curve = module.learning_curve
        inputs, targets = torch.from_numpy(data.x_train), torch.from_numpy(data.y_train)
        fit(module, inputs, targets, epochs, callbacks)
        test_error = self._error(network, data.x_test, data.y_test)
        if not math.isfinite(test_error):
            raise Diverged(f"test error is {test_error}")
        self.outcome = {
            "status": "ok",
            "reason": "",
            "validation_error": self._curve[-1],
            "test_error": test_error,
        }

    def _error(self, network: nn.Module, x: np.ndarray, y: np.ndarray) -> float:
        outputs = _evaluate(network, x)
        physical = self._data.physical
        with np.errstate(over="ignore", invalid="ignore"):
            return self._problem.error(physical(outputs), physical(y))

    def record(self, train_seconds: float) -> dict[str, Any]:
        curve = [error if math.isfinite(error) else None for error in self._curve]
        return {
            **self.outcome,
            "epochs": len(curve),
            "train_seconds": train_seconds,
            **self._cost,
            "learning_curve": curve,
        }


def _epochs(budget: Mapping[str, Any]) -> int:
    for key in budget:
        if key not in BUDGET_KEYS:
            known = ", ".join(BUDGET_KEYS)
            raise InputError(
                f"training.{key}: unknown; known: {known}{did_you_mean(key, BUDGET_KEYS)}"
            )
    epochs = budget.get("epochs")
    if isinstance(epochs, bool) or not isinstance(epochs, int) or epochs < 1:
        raise InputError(f"training.epochs: {epochs!r} is not an integer of at least 1")
    return epochs


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


@contextmanager
def _isolated(seed: int) -> Iterator[None]:
    """Run on one thread with a random stream of its own, and restore both afterwards."""
    threads = torch.get_num_threads()
    with torch.random.fork_rng(devices=[]):
        # Dropout draws from torch's global stream and offers no other.
        torch.manual_seed(seed)
        torch.set_num_threads(1)
        try:
            yield
        finally:
            torch.set_num_threads(threads)


def _raise_if_out_of_memory(error: Exception) -> None:
    if isinstance(error, torch.OutOfMemoryError):
        raise error
    if isinstance(error, RuntimeError) and "can't allocate memory" in str(error):
        raise MemoryError(str(error)) from error
