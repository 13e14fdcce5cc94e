"""The training budget: when a training ends."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from hsic_hpo.errors import InputError, did_you_mean
from hsic_hpo.trials.costs import TRAINING_FACTOR
from hsic_hpo.wording import counted, number


@dataclass(frozen=True)
class Patience:
    """When a training that no longer improves is stopped.

    Attributes
    ----------
    patience
        Epochs without improvement, at least 1.
    min_delta
        A validation error counts as an improvement when it is lower by more than this, at least
        0, in units of the error.
    """

    patience: int = 10
    min_delta: float = 0.0


@dataclass(frozen=True)
class Budget:
    """What one training may spend; it ends at the first limit that it reaches.

    Attributes
    ----------
    epochs, steps
        Passes through the training split, or optimiser steps; exactly one of the two.
    early_stopping
        Ends a training that no longer improves, None for never.
    max_training_flops
        Floating-point operations: 3 times those of the forward pass of one sample, times the
        samples seen. The step that reaches the limit is the last one.
    max_seconds
        Wall time in seconds, which makes the result depend on the machine.
    """

    epochs: int | None = None
    steps: int | None = None
    early_stopping: Patience | None = None
    max_training_flops: float | None = None
    max_seconds: float | None = None

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> "Budget":
        """Read what :meth:`to_dict` writes, unchecked."""
        stopping = given.get("early_stopping")
        patience = None if stopping is None else Patience(**stopping)
        return cls(**{**given, "early_stopping": patience})

    def to_dict(self) -> dict[str, Any]:
        """Return it as a study config writes it: without the limits that it does not have."""
        return {limit: value for limit, value in asdict(self).items() if value is not None}

    def changed(self, changes: "Budget") -> "Budget":
        """Return it with the limits of another in place of the same ones.

        Epochs and steps take the place of each other.
        """
        limits = {
            limit.name: value
            for limit in fields(changes)
            if (value := getattr(changes, limit.name)) is not None
        }
        base = replace(self, epochs=None, steps=None) if changes.has_length else self
        return replace(base, **limits)

    @property
    def has_length(self) -> bool:
        """Whether it says how long a training takes unless another limit ends it."""
        return self.epochs is not None or self.steps is not None

    @property
    def seconds(self) -> float:
        """Wall time in seconds, infinite if not limited."""
        return math.inf if self.max_seconds is None else self.max_seconds

    def samples(self, flops: int | None) -> float:
        """Return the samples whose training reaches ``max_training_flops``.

        Parameters
        ----------
        flops
            Of the forward pass of one sample.

        Returns
        -------
        float
            A whole number, infinite if nothing limits it.
        """
        if self.max_training_flops is None or not flops:
            return math.inf
        return math.ceil(self.max_training_flops / (TRAINING_FACTOR * flops))

    def in_steps(self, n_samples: int, batch_size: int, flops: int | None) -> int:
        """Return the optimiser steps that epochs, steps and operations allow.

        Parameters
        ----------
        n_samples
            Samples per epoch that are trained on.
        batch_size
            Samples per step but for the last one of an epoch, which takes the remainder.
        flops
            Of the forward pass of one sample.
        """
        per_epoch = math.ceil(n_samples / batch_size)
        limit = self.steps if self.steps is not None else (self.epochs or 0) * per_epoch
        samples = self.samples(flops)
        if math.isinf(samples):
            return limit
        whole, rest = divmod(int(samples), n_samples)
        return min(limit, whole * per_epoch + math.ceil(rest / batch_size))


def parse_budget(given: Mapping[str, Any]) -> Budget:
    """Read a budget as a study config writes it.

    Raises
    ------
    InputError
        One line: key, value, what is allowed.
    """
    known = [declared.name for declared in fields(Budget)]
    for key in given:
        if key not in known:
            raise InputError(
                f"training.{key}: unknown; known: {', '.join(known)}{did_you_mean(key, known)}"
            )
    if ("epochs" in given) == ("steps" in given):
        raise InputError("training: give either 'epochs' or 'steps'")
    for key in ("epochs", "steps"):
        if key in given:
            check_count(given[key], f"training.{key}")
    for key in ("max_training_flops", "max_seconds"):
        if key in given:
            _check_positive(given[key], f"training.{key}")
    if given.get("early_stopping") is not None:
        _check_patience(given["early_stopping"], "training.early_stopping")
    return Budget.of(given)


def _check_patience(given: Any, where: str) -> None:
    known = [declared.name for declared in fields(Patience)]
    if not isinstance(given, Mapping):
        raise InputError(
            f"{where}: {given!r} is not a mapping of {' and '.join(known)}, such as "
            "{patience: 10}"
        )
    for key in given:
        if key not in known:
            raise InputError(
                f"{where}.{key}: unknown; known: {', '.join(known)}{did_you_mean(key, known)}"
            )
    if "patience" in given:
        check_count(given["patience"], f"{where}.patience")
    least = given.get("min_delta", 0.0)
    if isinstance(least, bool) or not isinstance(least, int | float) or not 0 <= least < math.inf:
        raise InputError(f"{where}.min_delta: {least!r} is not a number of at least 0")


def check_count(value: Any, where: str) -> None:
    """Check that a value of a place is an integer of at least 1.

    Raises
    ------
    InputError
        One line: place, value, what is allowed.
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise InputError(f"{where}: {value!r} is not an integer of at least 1")


def _check_positive(value: Any, where: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < math.inf:
        raise InputError(f"{where}: {value!r} is not a positive number")


def budget_in_words(limits: Mapping[str, Any]) -> str:
    """Return a training budget in words.

    Parameters
    ----------
    limits
        As a study config writes them, see :class:`hsic_hpo.training.budget.Budget`.
    """
    # A stored budget has its keys in another order.
    names = [limit.name for limit in fields(Budget)]
    said = [_limit(name, limits[name]) for name in names if limits.get(name) is not None]
    return ", ".join(said) or "as the problem sets it"


def _limit(key: str, value: Any) -> str:
    if key in ("epochs", "steps"):
        return counted(value, key)
    if key == "early_stopping":
        least = f" of more than {number(value['min_delta'])}" if value["min_delta"] else ""
        epochs = counted(value["patience"], "epochs")
        return f"ended after {epochs} without an improvement{least}"
    if key == "max_training_flops":
        return f"at most {number(value)} floating-point operations"
    return f"at most {number(value)} s"
