"""A Lightning module that trains in memory at nearly the speed of a bare PyTorch loop.

Lightning's hooks and per-step logging cost about as much as two steps of a small network. Here
one Lightning step is one epoch: the loader yields the whole training split once, and
:meth:`InMemoryFit.training_step` cuts it into shuffled mini-batches itself. What Lightning does
per step is therefore done by hand: the optimiser is stepped directly (manual optimisation),
the module itself handles limits within an epoch and lower precision, there is no gradient clipping
or accumulation, no scaler for float16, and callbacks see epochs, not mini-batches. Callbacks that
work per epoch, such as early stopping on ``validation_error``, and devices work as usual.
"""

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch
from pytorch_lightning import Callback, LightningModule
from torch import nn

from hsic_hpo.training.keeper import Keeper
from hsic_hpo.training.outcome import Diverged
from hsic_hpo.training.streams import set_streams, streams
from hsic_hpo.training.trainer import quiet_trainer

Loss = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]

# A training whose loss ends this many times above the untrained one has diverged, though finite.
BLOW_UP = 1e3
CPU = torch.device("cpu")


def samples_per_epoch(n_samples: int, batch_size: int) -> int:
    """Return how many samples an epoch trains on: all, but for a remainder of a single one.

    Batch normalisation has no variance from a mini-batch of one sample.
    """
    return n_samples - (batch_size > 1 and n_samples > 1 and n_samples % batch_size == 1)


class WholeSplit:
    """A loader whose one batch is the whole training split.

    Parameters
    ----------
    inputs, targets
        ``(n, ...)`` tensors.
    """

    def __init__(self, inputs: torch.Tensor, targets: torch.Tensor) -> None:
        self._split = inputs, targets

    def __len__(self) -> int:
        return 1

    def __iter__(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        yield self._split


class InMemoryFit(LightningModule):
    """One training of a network on data held in memory.

    Parameters
    ----------
    network
        Maps ``(n, n_inputs)`` to ``(n, n_outputs)``.
    loss
        Mean loss of a mini-batch, from outputs and targets.
    optimiser
        Steps the network's parameters.
    batch_size
        Samples per mini-batch, at least 1. The last one of an epoch may be smaller, see
        :func:`samples_per_epoch`.
    shuffling
        Generator on the CPU that orders the samples of every epoch.
    validation_error
        Error of a network on the validation split.
    penalise
        Called between the backward pass and the step, to change gradients.
    max_steps
        Mini-batches after which the training ends, within an epoch if need be.
    max_seconds
        Wall time after which it ends.
    autocast
        Context of the forward pass and the loss in training.
    keeper
        Keeps the state of the training, which is complete between any two mini-batches.
    """

    def __init__(
        self,
        network: nn.Module,
        loss: Loss,
        optimiser: torch.optim.Optimizer,
        batch_size: int,
        shuffling: torch.Generator,
        validation_error: Callable[[nn.Module], float],
        *,
        penalise: Callable[[], None] | None = None,
        max_steps: int | None = None,
        max_seconds: float = math.inf,
        autocast: AbstractContextManager[object] | None = None,
        keeper: Keeper | None = None,
    ) -> None:
        super().__init__()
        self.automatic_optimization = False
        self.network = network
        self._keeper = keeper or Keeper()
        self.learning_curve: list[float] = []
        self._loss = loss
        self._optimiser = optimiser
        self._batch_size = batch_size
        self._shuffling = shuffling
        self._validation_error = validation_error
        self._penalise = penalise
        self._steps_left = max_steps
        self._end = time.monotonic() + max_seconds
        self._autocast = nullcontext() if autocast is None else autocast
        self._first_loss = math.nan
        self._mean_loss = math.nan
        self._losses: list[torch.Tensor] = []
        self._streams: Mapping[str, Any] | None = None

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """Return the optimiser."""
        return self._optimiser

    def training_step(self, batch: tuple[torch.Tensor, torch.Tensor], _: int) -> None:
        """Train one epoch; ``batch`` is the whole training split."""
        inputs, targets = batch
        network, loss_function, optimiser = self.network, self._loss, self._optimiser
        keeper = self._keeper
        if self._streams is not None:
            set_streams(self._streams, inputs.device)
            self._streams = None
        before_order = self._shuffling.get_state()
        order = torch.randperm(len(inputs), generator=self._shuffling)
        order = order[: samples_per_epoch(len(inputs), self._batch_size)].to(inputs.device)
        # An epoch that was taken up has some already.
        losses = self._losses
        if self._epoch >= keeper.until_epoch:
            keeper.pause(self._state(before_order))
        for rows in order.split(self._batch_size)[len(losses) : self._steps_left]:
            with self._autocast:
                loss = loss_function(network(inputs[rows]), targets[rows])
            optimiser.zero_grad()
            loss.backward()
            if self._penalise is not None:
                self._penalise()
            optimiser.step()
            losses.append(loss.detach())
            now = time.monotonic()
            if now > self._end:
                break
            if now > keeper.due:
                keeper.keep(self._state(before_order))
        epoch_losses = torch.stack(losses)
        self._mean_loss = epoch_losses.mean().item()
        if self._epoch == 0:
            self._first_loss = epoch_losses[0].item()
        if self._steps_left is not None:
            self._steps_left -= len(losses)
        self._losses = []

    def on_train_epoch_end(self) -> None:
        """Add the validation error to the learning curve, and stop at the end of the budget.

        Raises
        ------
        Diverged
            When the mean loss of the epoch or the validation error is not finite.
        """
        error = self._validation_error(self.network)
        self.learning_curve.append(error)
        if not math.isfinite(self._mean_loss):
            raise Diverged(f"training loss is {self._mean_loss} in epoch {self._epoch}")
        if not math.isfinite(error):
            raise Diverged(f"validation error is {error} after epoch {self._epoch}")
        self.log("validation_error", error)
        if self._steps_left == 0 or time.monotonic() > self._end:
            self.trainer.should_stop = True

    def on_train_end(self) -> None:
        """Check that the loss did not end far above that of the untrained network.

        Raises
        ------
        Diverged
            When the mean loss of the last epoch is 1000 times that of the untrained network.
        """
        if self._mean_loss > BLOW_UP * self._first_loss:
            raise Diverged(
                f"training loss {self._mean_loss:.3g} after epoch {self._epoch}, "
                f"{self._first_loss:.3g} before training"
            )

    def on_train_start(self) -> None:
        """Begin to keep states: by now Lightning has taken the signals that it takes."""
        self._keeper.begin()

    def take_up(self, kept: Mapping[str, Any]) -> None:
        """Go on from a state that was kept; its callbacks' own are for whoever fits."""
        self.network.load_state_dict(kept["network"])
        self._optimiser.load_state_dict(kept["optimiser"])
        self._shuffling.set_state(kept["before_order"])
        self.learning_curve += kept["learning_curve"]
        self._steps_left = kept["steps_left"]
        self._first_loss = kept["first_loss"]
        self._losses = list(kept["losses"].to(next(self.network.parameters()).device))
        # Until then Lightning may draw from them.
        self._streams = kept["streams"]

    def _state(self, before_order: torch.Tensor) -> dict[str, Any]:
        """Return all that the rest of the training depends on.

        Parameters
        ----------
        before_order
            State of the generator that orders the samples, as it was before this epoch.
        """
        return {
            "network": self.network.state_dict(),
            "optimiser": self._optimiser.state_dict(),
            "before_order": before_order,
            "learning_curve": list(self.learning_curve),
            "steps_left": self._steps_left,
            "first_loss": self._first_loss,
            "losses": torch.stack(self._losses) if self._losses else torch.empty(0),
            "streams": streams(self.device),
            "callbacks": {
                callback.state_key: state
                for callback in self.trainer.callbacks
                if (state := callback.state_dict())
            },
        }

    @property
    def _epoch(self) -> int:
        return len(self.learning_curve)


def fit(
    module: InMemoryFit,
    inputs: torch.Tensor,
    targets: torch.Tensor,
    epochs: int | None = None,
    callbacks: Sequence[Callback] = (),
    device: torch.device = CPU,
    kept: Mapping[str, Any] | None = None,
) -> None:
    """Train a module by Lightning, silently, without checkpoints or loggers.

    Parameters
    ----------
    module
        What to train, in place.
    inputs, targets
        ``(n, n_inputs)`` and ``(n, n_outputs)`` of the training split, or ``(n,)`` labels.
    epochs
        At most so many passes over the split; None leaves it to the limits of the module.
    callbacks
        Lightning callbacks, called per epoch.
    device
        Where to train.
    kept
        A state of the training from which to go on.

    Raises
    ------
    Diverged
        See :class:`InMemoryFit`.
    Paused
        At the end of the keeper's rung.
    KeyboardInterrupt
        On an interrupt, which Lightning by itself would turn into an exit.
    """
    split = WholeSplit(inputs.to(device), targets.to(device))
    if kept is not None:
        module.take_up(kept)
        for callback in callbacks:
            if callback.state_key in kept["callbacks"]:
                callback.load_state_dict(kept["callbacks"][callback.state_key])
    with quiet_trainer(callbacks, device, max_epochs=-1 if epochs is None else epochs) as trainer:
        # Callbacks ask for it.
        trainer.fit_loop.epoch_progress.current.processed = len(module.learning_curve)
        trainer.fit(module, split)
