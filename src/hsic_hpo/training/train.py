"""One training: from a configuration, a seed and a budget to errors, cost and learning curve."""

from collections.abc import Mapping, Sequence
from pathlib import Path
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
from hsic_hpo.training.budget import Budget, check_count, parse_budget
from hsic_hpo.training.function import evaluate
from hsic_hpo.training.outcome import Diverged, Outcome

with needs_extra("training networks", "training"):
    from pytorch_lightning import Callback
    from torch import nn

    from hsic_hpo.training.dense import train_dense
    from hsic_hpo.training.keeper import Keeper, Keeping, Paused
    from hsic_hpo.training.lightning import train_lightning
    from hsic_hpo.training.machine import Machine, machine
    from hsic_hpo.training.memory import as_memory_error
    from hsic_hpo.training.model_file import Wanted, write_model
    from hsic_hpo.training.state import forget_state, made_by, training_digest


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
    state: Path | str | None = None,
    until_epoch: int | None = None,
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
    state
        File in which the state of the training is kept once a minute until it has ended, then
        removed. A training of the same arguments, and of an unchanged file of the problem, goes on
        from there as if it had never been left, bit for bit on a CPU; a file of any other training
        is overwritten. After edits elsewhere, as of a module that the problem imports, name another
        file. None: nothing is kept. A :class:`hsic_hpo.problems.base.FunctionProblem` has no state.
    until_epoch
        Leave the training after so many epochs, at least 1, with its state in ``state``, from where
        a later call goes on; one that has come further, or ended before, stays as it is.

    Returns
    -------
    dict
        JSON-able. ``status``: ``"ok"``; ``"diverged"``, see
        :class:`hsic_hpo.training.outcome.Diverged`; ``"failed"`` when the training raised an
        exception; ``"stopped"`` when it was left after ``until_epoch``. ``reason``: one line, empty
        when ok. ``validation_error``, ``test_error``: of the network after the last epoch, or with
        early stopping of the epoch with the lowest validation error; None unless ok. ``epochs``:
        number of epochs trained; the budget may have cut the last one short. ``train_seconds``:
        wall time, that before it was taken up included. ``n_params``, ``flops``: see
        :class:`hsic_hpo.training.cost.Cost`, None when the network could not be built.
        ``learning_curve``: validation error after each epoch, None where not finite.

    Raises
    ------
    InputError
        For an unknown hyperparameter, budget, device or precision, or a user's own problem that
        does not return or log what it must.
    OSError, MemoryError, KeyboardInterrupt
        Passed on: they are due to the machine or the user, not to the configuration. What torch
        raises where a GPU or the computer has too little memory is a ``MemoryError``.
    """
    limits = parse_budget(budget)
    keeping = _keeping(state, until_epoch)
    record = train_within(
        problem,
        configuration,
        data,
        limits,
        seed=seed,
        callbacks=callbacks,
        device=device,
        precision=precision,
        keeping=keeping,
    )
    if keeping is not None and record["status"] != "stopped":
        forget_state(keeping.path)
    return record


def _keeping(state: Path | str | None, until_epoch: int | None) -> Keeping | None:
    if until_epoch is not None:
        if state is None:
            raise InputError("until_epoch: needs 'state', a file from which a later call goes on")
        check_count(until_epoch, "until_epoch")
    return None if state is None else Keeping(Path(state), until_epoch=until_epoch)


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
    keeping: Keeping | None = None,
    wanted: Wanted | None = None,
) -> dict[str, Any]:
    """Train one network within a budget that is read already; see :func:`train`.

    Parameters
    ----------
    keeping
        Where and when the state of the training is kept.
    wanted
        Keeps the trained network, if there is one.
    """
    outcome = Outcome()
    chosen = machine(device, precision)
    if not isinstance(problem, FunctionProblem):
        # Before the clock of the first training starts.
        chosen.start()
    keeper = Keeper()
    if keeping is not None:
        told = training_digest(problem, configuration, budget, seed, data.fingerprint)
        keeper = Keeper(keeping, {"training": told, **made_by(chosen.device, chosen.precision)})
    with chosen.isolated(seed):
        try:
            network = _run(
                problem, configuration, data, budget, seed, callbacks, chosen, outcome, keeper
            )
            if wanted is not None and network is not None:
                write_model(network, problem, configuration, data, wanted, outcome)
        except Paused:
            outcome.end("stopped", f"left after epoch {len(outcome.learning_curve)}")
        except Diverged as error:
            outcome.end("diverged", str(error))
        except (OSError, MemoryError, InputError):
            raise
        except Exception as error:
            if (want_of_memory := as_memory_error(error)) is not None:
                raise want_of_memory from error
            outcome.end("failed", f"{type(error).__name__}: {error}")
        finally:
            keeper.end()
    return outcome.record(keeper.seconds())


def _run(
    problem: Problem,
    configuration: Mapping[str, Any],
    data: Loaded,
    budget: Budget,
    seed: int,
    callbacks: Sequence[Callback],
    chosen: Machine,
    outcome: Outcome,
    keeper: Keeper,
) -> nn.Module | None:
    if isinstance(problem, DenseProblem):
        return train_dense(
            problem,
            complete(configuration, problem.accepted),
            cast(Data, data),
            budget,
            seed=seed,
            callbacks=callbacks,
            machine=chosen,
            outcome=outcome,
            keeper=keeper,
        )
    if isinstance(problem, LightningProblem):
        return train_lightning(
            problem,
            configuration,
            budget,
            callbacks=callbacks,
            machine=chosen,
            outcome=outcome,
            keeper=keeper,
        )
    if isinstance(problem, FunctionProblem):
        evaluate(problem, configuration, budget, seed=seed, outcome=outcome)
        return None
    raise TypeError(f"{type(problem).__name__} is not a kind of problem that can be trained")
