"""Records of trainings that were left at the end of a rung, and of others as they were then."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hsic_hpo.training.budget import Budget
from hsic_hpo.training.records import discard, find, store


def store_stopped(record: Mapping[str, Any], folder: Path, key: str) -> None:
    """Keep the record of a training that was left, until it has ended or come further."""
    store(record, folder, stopped_key(key))


def forget_stopped(folder: Path, key: str) -> None:
    """Remove the record of a training that was left, as it has ended."""
    discard(folder, stopped_key(key))


def find_until(
    folder: Path, key: str, until_epoch: int | None, budget: Budget
) -> dict[str, Any] | None:
    """Return the record of a training as far as it is asked for, if it has come that far.

    Parameters
    ----------
    folder, key
        Where records are kept, and the key of this one.
    until_epoch
        The epoch after which it is left; None: it is asked for to its end.
    budget
        Of the whole training.
    """
    found = find(folder, key)
    if until_epoch is None:
        return found
    for record in (found, find(folder, stopped_key(key))):
        if record is not None and (then := as_of(record, until_epoch, budget)) is not None:
            return then
    return None


def as_of(record: dict[str, Any], until_epoch: int, budget: Budget) -> dict[str, Any] | None:
    """Return the record that a training had when it was left after an epoch.

    Parameters
    ----------
    record
        Of the training at its end, or when it was left.
    until_epoch
        The epoch.
    budget
        Of the whole training: without early stopping the error is that of the last epoch, with it
        the lowest one, as at its end.

    Returns
    -------
    dict or None
        None when it has not come that far. One that had ended by then stays as it is. Of others
        ``train_seconds`` is the part of the time that belongs to these epochs.
    """
    curve, status = record["learning_curve"], record["status"]
    epochs = len(curve)
    if status == "stopped" and epochs < until_epoch:
        return None
    # An exception after this many epochs came in the next one.
    lived_on = status in ("stopped", "failed") and epochs == until_epoch
    if epochs < until_epoch or (epochs == until_epoch and not lived_on):
        return record
    until_then = curve[:until_epoch]
    error = until_then[-1] if budget.early_stopping is None else min(until_then)
    return {
        **record,
        "status": "stopped",
        "reason": f"stopped after epoch {until_epoch}",
        "validation_error": error,
        "test_error": None,
        "epochs": until_epoch,
        "train_seconds": record["train_seconds"] * until_epoch / epochs,
        "learning_curve": until_then,
    }


def stopped_key(key: str) -> str:
    """Return what the record of a training is kept under while it is left."""
    return f"{key}.stopped"
