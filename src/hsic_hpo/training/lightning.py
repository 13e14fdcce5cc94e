"""Train a user's own Lightning module on the user's own data module."""

import copy
import math
import time
from collections import ChainMap
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from pytorch_lightning import Callback, LightningModule, Trainer
from pytorch_lightning.utilities.data import extract_batch_size

from hsic_hpo.errors import InputError, did_you_mean
from hsic_hpo.problems.base import LightningProblem
from hsic_hpo.problems.lightning_costs import forward_flops, trainable_parameters
from hsic_hpo.training.budget import Budget
from hsic_hpo.training.checkpoints import Checkpoints, KeepState
from hsic_hpo.training.keeper import Keeper
from hsic_hpo.training.machine import Machine
from hsic_hpo.training.outcome import Diverged, Outcome
from hsic_hpo.training.streams import fork_streams
from hsic_hpo.training.trainer import KeepBest, quiet_trainer

_LIGHTNING_PRECISION = {"32": "32-true", "tf32": "32-true", "bf16": "bf16-mixed"}


def train_lightning(
    problem: LightningProblem,
    configuration: Mapping[str, Any],
    budget: Budget,
    *,
    callbacks: Sequence[Callback],
    machine: Machine,
    outcome: Outcome,
    keeper: Keeper,
) -> LightningModule:
    """Train one module and measure it; see :func:`hsic_hpo.training.train`.

    Parameters
    ----------
    outcome
        Filled in as the training goes on.
    keeper
        Of the state of the training.

    Returns
    -------
    LightningModule
        The trained module, as it was tested.

    Raises
    ------
    Diverged
        When loss, validation or test error is not finite.
    InputError
        When the module does not log the errors that the problem names.
    Paused
        At the end of the keeper's rung.
    """
    module, data = problem.module(configuration), problem.datamodule(configuration)
    curve = outcome.learning_curve
    checkpoints = Checkpoints()
    checkpoints.kept = keeper.taken_up()
    spending = _Spending(problem, budget, outcome, keeper.seconds_before)
    best = None
    if budget.early_stopping is not None:
        best = KeepBest(problem.monitor, budget.early_stopping, curve)
    with quiet_trainer(
        # Its hooks come before those that draw random numbers.
        [KeepState(keeper, checkpoints), *callbacks, spending, *([best] if best else [])],
        machine.device,
        checkpoints,
        max_epochs=-1 if budget.epochs is None else budget.epochs,
        precision=_LIGHTNING_PRECISION[machine.precision],
    ) as trainer:
        trainer.fit(module, datamodule=data, ckpt_path=checkpoints.path)
        if best is not None:
            best.restore(module)
        # One mapping for each test loader; where there are more, the names tell which.
        tested = dict(ChainMap(*trainer.test(module, datamodule=data, verbose=False)))
    test_error = _logged(tested, problem.test_monitor, f"{problem.name}.test_monitor")
    outcome.finish(min(curve) if best else curve[-1], test_error)
    return module


class _Spending(Callback):
    """Measure the cost, keep the learning curve, and stop when the budget is spent."""

    def __init__(
        self, problem: LightningProblem, budget: Budget, outcome: Outcome, seconds_before: float
    ) -> None:
        self._problem = problem
        self._budget = budget
        self._outcome = outcome
        self._samples_left = math.inf
        self._end = time.monotonic() + budget.seconds - seconds_before
        self._loss: torch.Tensor | float = 0.0

    def state_dict(self) -> dict[str, Any]:
        """Return what was spent and measured."""
        outcome = self._outcome
        return {
            "n_params": outcome.n_params,
            "flops": outcome.flops,
            "learning_curve": list(outcome.learning_curve),
            "samples_left": self._samples_left,
            "loss": self._loss,
        }

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take up what :meth:`state_dict` returned."""
        outcome = self._outcome
        outcome.n_params, outcome.flops = state_dict["n_params"], state_dict["flops"]
        outcome.learning_curve += state_dict["learning_curve"]
        self._samples_left, self._loss = state_dict["samples_left"], state_dict["loss"]

    def on_train_batch_start(
        self, trainer: Trainer, pl_module: LightningModule, batch: Any, batch_idx: int
    ) -> None:
        """Count parameters and operations before the first step."""
        outcome = self._outcome
        if outcome.n_params is None:
            outcome.n_params = trainable_parameters(pl_module)
            outcome.flops = _flops(pl_module, self._problem.sample(batch))
            self._samples_left = self._budget.samples(outcome.flops)

    def on_train_batch_end(
        self, trainer: Trainer, pl_module: LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """Stop after this mini-batch if it reached a limit."""
        self._samples_left -= extract_batch_size(batch)
        # Under manual optimisation a step may return nothing.
        if isinstance(outputs, Mapping) and "loss" in outputs:
            self._loss = outputs["loss"]
        steps = self._budget.steps
        if (
            self._samples_left <= 0
            or (steps is not None and trainer.global_step >= steps)
            or time.monotonic() > self._end
        ):
            trainer.should_stop = True

    def on_train_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Add the validation error to the learning curve.

        Raises
        ------
        Diverged
            When the loss of the last step or the validation error is not finite.
        """
        place = f"{self._problem.name}.monitor"
        error = _logged(trainer.callback_metrics, self._problem.monitor, place)
        curve = self._outcome.learning_curve
        curve.append(error)
        if not math.isfinite(self._loss):
            raise Diverged(f"training loss is {float(self._loss)} in epoch {len(curve)}")
        if not math.isfinite(error):
            raise Diverged(f"validation error is {error} after epoch {len(curve)}")


def _logged(metrics: Mapping[str, Any], name: str, where: str) -> float:
    if name not in metrics:
        known = f"it logs {', '.join(metrics)}" if metrics else "it logs nothing"
        raise InputError(
            f"{where}: the module does not log {name!r} per epoch; {known}"
            f"{did_you_mean(name, metrics)}"
        )
    return float(metrics[name])


def _flops(module: LightningModule, sample: tuple[torch.Tensor, ...]) -> int:
    """Count the operations of a forward pass, on a copy and with the random streams put back."""
    counted = copy.deepcopy(module).eval()
    with fork_streams(module.device):
        return forward_flops(counted, sample)
