"""Leaves a training at the end of its rung that keeps no state, and so begins anew to go on."""

from pytorch_lightning import Callback, LightningModule, Trainer

from hsic_hpo.training.keeper import Paused


class LeaveAfter(Callback):
    """Ends a user's own training after an epoch.

    One whose state can be kept has been left already when this is asked: states are kept by an
    earlier callback.

    Parameters
    ----------
    epoch
        Counted from 1.
    """

    def __init__(self, epoch: int) -> None:
        self._epoch = epoch

    def on_train_epoch_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Leave the training once the epoch is over.

        Raises
        ------
        Paused
            After the epoch.
        """
        if trainer.current_epoch >= self._epoch:
            raise Paused
