"""A Lightning module that trains in memory at nearly the speed of a bare PyTorch loop.

Lightning's hooks and per-step logging cost about as much as two steps of a small network. Here
one Lightning step is one epoch: the loader yields the whole training split once, and
:meth:`InMemoryFit.training_step` cuts it into shuffled mini-batches itself. What Lightning does
per step is therefore done by hand: the optimiser is stepped directly (manual optimisation), there
is no gradient clipping or accumulation, no scaler for float16, and callbacks see epochs, not
mini-batches. Callbacks that work per epoch, such as early stopping on ``validation_error``, and
devices work as ever.
"""

import logging
import math
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import torch
from pytorch_lightning import Callback, LightningModule, Trainer
from pytorch_lightning.plugins.environments import LightningEnvironment
from torch import nn

Loss = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]

# A network that ends this far above its untrained loss has blown up, though not to infinity.
BLOW_UP = 1e3
LIGHTNING_WARNINGS = (
    # Lightning 2.6 calls what torch 2.13 deprecates.
    r"`isinstance\(treespec, LeafSpec\)` is deprecated",
    # Trainings this small run on the CPU by choice.
    r"GPU available but not used",
)


class Diverged(Exception):  # noqa: N818 - an outcome of a training, not a fault of the program
    """Loss or validation error left the finite, or the loss blew up."""


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
        Samples per mini-batch, at least 1. The last one of an epoch may be smaller; a remainder
        of a single sample is left out, as batch normalisation has no variance from it.
    shuffling
        Generator on the CPU that orders the samples of every epoch.
    validation_error
        Error of a network on the validation split.
    """

    def __init__(
        self,
        network: nn.Module,
        loss: Loss,
        optimiser: torch.optim.Optimizer,
        batch_size: int,
        shuffling: torch.Generator,
        validation_error: Callable[[nn.Module], float],
    ) -> None:
        super().__init__()
        self.automatic_optimization = False
        self.network = network
        self.learning_curve: list[float] = []
        self._loss = loss
        self._optimiser = optimiser
        self._batch_size = batch_size
        self._shuffling = shuffling
        self._validation_error = validation_error
        self._first_loss = math.nan
        self._mean_loss = math.nan

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """Return the optimiser."""
        return self._optimiser

    def training_step(self, batch: tuple[torch.Tensor, torch.Tensor], _: int) -> None:
        """Train one epoch; ``batch`` is the whole training split."""
        inputs, targets = batch
        network, loss_function, optimiser = self.network, self._loss, self._optimiser
        order = torch.randperm(len(inputs), generator=self._shuffling).to(inputs.device)
        batch_size = min(self._batch_size, len(inputs))
        losses = []
        for rows in order.split(batch_size):
            if len(rows) == 1 < batch_size:
                continue
            loss = loss_function(network(inputs[rows]), targets[rows])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            losses.append(loss.detach())
        epoch_losses = torch.stack(losses)
        self._mean_loss = epoch_losses.mean().item()
        if self.current_epoch == 0:
            self._first_loss = epoch_losses[0].item()

    def on_train_epoch_end(self) -> None:
        """Add the validation error to the learning curve; stop if it is no longer finite.

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

    def on_train_end(self) -> None:
        """Check that the loss did not blow up.

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

    @property
    def _epoch(self) -> int:
        return len(self.learning_curve)


def fit(
    module: InMemoryFit,
    inputs: torch.Tensor,
    targets: torch.Tensor,
    epochs: int,
    callbacks: Sequence[Callback] = (),
) -> None:
    """Train a module by Lightning, silently, without checkpoints or loggers.

    Parameters
    ----------
    module
        What to train, in place.
    inputs, targets
        ``(n, n_inputs)`` and ``(n, n_outputs)`` of the training split.
    epochs
        At most so many passes over the split.
    callbacks
        Lightning callbacks, called per epoch.

    Raises
    ------
    Diverged
        See :class:`InMemoryFit`.
    KeyboardInterrupt
        On an interrupt, which Lightning by itself would turn into an exit.
    """
    with _quiet():
        trainer = Trainer(
            max_epochs=epochs,
            accelerator="cpu",
            devices=1,
            callbacks=list(callbacks),
            logger=False,
            enable_checkpointing=False,
            enable_progress_bar=False,
            enable_model_summary=False,
            # Inside a SLURM job Lightning would otherwise take over signals and requeueing.
            plugins=[LightningEnvironment()],
        )
        try:
            trainer.fit(module, WholeSplit(inputs, targets))
        except SystemExit as stop:
            if isinstance(stop.__context__, KeyboardInterrupt):
                raise KeyboardInterrupt from stop
            raise


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence what Lightning says of every fit that is as small as ours."""
    notices = logging.getLogger("pytorch_lightning.utilities.rank_zero")
    level = notices.level
    notices.setLevel(logging.WARNING)
    try:
        with warnings.catch_warnings():
            for message in LIGHTNING_WARNINGS:
                warnings.filterwarnings("ignore", message)
            yield
    finally:
        notices.setLevel(level)
