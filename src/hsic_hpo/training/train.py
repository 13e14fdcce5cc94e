"""One training: from a configuration, a seed and a budget to errors, cost and learning curve."""

import time
from collections.abc import Mapping, Sequence
from typing import Any, cast

from hsic_hpo.errors import InputError, needs_extra
from hsic_hpo.problems.base import (
    DenseProblem,
    FunctionProblem,
    LightningProblem,
    Loaded,
    Problem,
)
from hsic_hpo.problems.data import Data
from hsic_hpo.problems.dense_space import complete
from hsic_hpo.training.budget import Budget, parse_budget
from hsic_hpo.training.function import evaluate
from hsic_hpo.training.outcome import Diverged, Outcome

with needs_extra("training networks", "training"):
    import torch
    from pytorch_lightning import Callback

    from hsic_hpo.training.dense import train_dense
    from hsic_hpo.training.lightning import train_lightning
    from hsic_hpo.training.machine import Machine, machine


def train(
    problem: Problem,
    configuration: Mapping[str, Any],
    data: Loaded,
    budget: Mapping[str, Any],
    *,
    seed: int,
    callbacks: Sequence[Callback] = (),
    device: str = "cpu",
    precision: str = "32",
) -> dict[str, Any]:
    """Train one network and measure it.

    The result depends on the arguments alone, bit for bit on one kind of CPU: one thread, own
    random streams for initial values, shuffling and dropout, the process's own streams untouched.
    A limit in seconds makes it depend on the machine's speed too.

    Parameters
    ----------
    problem
        Gives the meaning of the configuration, and the errors.
    configuration
        Values of hyperparameters; a dense network takes defaults for those left out.
    data
        Of the problem.
    budget
        As a study config writes it, see :class:`hsic_hpo.training.budget.Budget`: ``epochs`` or
        ``steps``, and perhaps ``early_stopping``, ``max_training_flops``, ``max_seconds``.
    seed
        Integer in [0, 2**32).
    callbacks
        Lightning callbacks; a dense network logs ``validation_error`` once per epoch.
    device, precision
        See :func:`hsic_hpo.training.machine.machine`.

    Returns
    -------
    dict
        JSON-able. ``status``: ``"ok"``; ``"diverged"``, see
        :class:`hsic_hpo.training.outcome.Diverged`; ``"failed"`` when the training raised an
        exception. ``reason``: one line, empty when ok. ``validation_error``, ``test_error``: of the
        network after the last epoch, or with early stopping of the epoch with the lowest validation
        error; None unless ok. ``epochs``: number of epochs trained; the budget may have cut the
        last one short. ``train_seconds``: wall time. ``n_params``, ``flops``: see
        :class:`hsic_hpo.training.cost.Cost`, None when the network could not be built.
        ``learning_curve``: validation error after each epoch, None where not finite.

    Raises
    ------
    InputError
        For an unknown hyperparameter, budget, device or precision, or a user's own problem that
        does not return or log what it must.
    OSError, MemoryError, KeyboardInterrupt
        Passed on: they are due to the machine or the user, not to the configuration.
    """
    return train_within(
        problem,
        configuration,
        data,
        parse_budget(budget),
        seed=seed,
        callbacks=callbacks,
        device=device,
        precision=precision,
    )


def train_within(
    problem: Problem,
    configuration: Mapping[str, Any],
    data: Loaded,
    budget: Budget,
    *,
    seed: int,
    callbacks: Sequence[Callback] = (),
    device: str = "cpu",
    precision: str = "32",
) -> dict[str, Any]:
    """Train one network within a budget that is read already; see :func:`train`."""
    outcome = Outcome()
    chosen = machine(device, precision)
    start = time.perf_counter()
    with chosen.isolated(seed):
        try:
            _run(problem, configuration, data, budget, seed, callbacks, chosen, outcome)
        except Diverged as error:
            outcome.end("diverged", str(error))
        except (OSError, MemoryError, InputError):
            raise
        except Exception as error:
            _raise_if_out_of_memory(error)
            outcome.end("failed", f"{type(error).__name__}: {error}")
    return outcome.record(time.perf_counter() - start)


def _run(
    problem: Problem,
    configuration: Mapping[str, Any],
    data: Loaded,
    budget: Budget,
    seed: int,
    callbacks: Sequence[Callback],
    chosen: Machine,
    outcome: Outcome,
) -> None:
    if isinstance(problem, DenseProblem):
        train_dense(
            problem,
            complete(configuration, problem.accepted),
            cast(Data, data),
            budget,
            seed=seed,
            callbacks=callbacks,
            machine=chosen,
            outcome=outcome,
        )
    elif isinstance(problem, LightningProblem):
        train_lightning(
            problem, configuration, budget, callbacks=callbacks, machine=chosen, outcome=outcome
        )
    elif isinstance(problem, FunctionProblem):
        evaluate(problem, configuration, budget, seed=seed, outcome=outcome)
    else:
        raise TypeError(f"{type(problem).__name__} is not a kind of problem that can be trained")


def _raise_if_out_of_memory(error: Exception) -> None:
    if isinstance(error, torch.OutOfMemoryError):
        raise error
    if isinstance(error, RuntimeError) and "can't allocate memory" in str(error):
        raise MemoryError(str(error)) from error
