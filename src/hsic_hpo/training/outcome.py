"""What comes out of one training."""

import math
from dataclasses import dataclass, field
from typing import Any

from hsic_hpo.errors import printable


class Diverged(Exception):  # noqa: N818 - an outcome of a training, not a fault of the program
    """Loss or error is not finite, or the loss ends far above that of the untrained network."""


@dataclass
class Outcome:
    """What is known of a training so far, also when it ends early.

    Attributes
    ----------
    learning_curve
        Validation error after each epoch; the budget may have cut the last one short.
    n_params, flops
        See :class:`hsic_hpo.training.cost.Cost`, None while unknown.
    validation_error, test_error
        None unless the training ended well.
    status
        ``"ok"``, ``"diverged"`` or ``"failed"``.
    reason
        Why it did not end well, one line.
    epochs, train_seconds
        None where they are the length of the curve and the wall time of the whole training.
    """

    learning_curve: list[float] = field(default_factory=list)
    n_params: int | None = None
    flops: int | None = None
    validation_error: float | None = None
    test_error: float | None = None
    status: str = "ok"
    reason: str = ""
    epochs: int | None = None
    train_seconds: float | None = None

    def finish(self, validation_error: float, test_error: float) -> None:
        """Set the errors of a training that came to its end.

        Raises
        ------
        Diverged
            When one of them is not finite.
        """
        for name, error in (("validation", validation_error), ("test", test_error)):
            if not math.isfinite(error):
                raise Diverged(f"{name} error is {error}")
        self.validation_error, self.test_error = validation_error, test_error

    def end(self, status: str, reason: str) -> None:
        """Note that the training did not end well."""
        self.status, self.reason = status, printable(" ".join(reason.split()))
        self.validation_error = self.test_error = None

    def record(self, seconds: float) -> dict[str, Any]:
        """Return all of it, JSON-able, None where a number is missing or not finite.

        Parameters
        ----------
        seconds
            Wall time of the training.
        """
        curve = [error if math.isfinite(error) else None for error in self.learning_curve]
        return {
            "status": self.status,
            "reason": self.reason,
            "validation_error": self.validation_error,
            "test_error": self.test_error,
            "epochs": len(curve) if self.epochs is None else self.epochs,
            "train_seconds": seconds if self.train_seconds is None else self.train_seconds,
            "n_params": self.n_params,
            "flops": self.flops,
            "learning_curve": curve,
        }
