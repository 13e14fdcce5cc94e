"""From which epoch of training on an explanation holds, for a notebook."""

from collections.abc import Sequence
from typing import Any, Literal

import xarray as xr

from hsic_hpo.checks import check_choice
from hsic_hpo.interactive.keywords import settings_of
from hsic_hpo.sensitivity.by_epoch import indices_by_epoch
from hsic_hpo.sensitivity.settings import AnalysisSettings
from hsic_hpo.trials.dataset import check_trials


def explain_by_epoch(
    trials: xr.Dataset,
    epochs: Sequence[int] | None = None,
    *,
    drawn: Literal["random", "adaptive"] | None = None,
    **settings: Any,
) -> xr.Dataset:
    """Say which hyperparameters would matter had all trainings ended after so many epochs.

    Parameters
    ----------
    trials
        Trials Dataset, drawn at random; its learning curves tell the errors on the way.
    epochs
        After which to explain; by default about ten. The last epoch is always among them.
    drawn
        How the trials were drawn, ``"random"`` or ``"adaptive"``; None: as the Dataset says, or
        else as a test finds.
    **settings
        Any setting of `hsic_hpo.sensitivity.settings.AnalysisSettings`, such as
        ``goal_fraction=0.1``.

    Returns
    -------
    xarray.Dataset
        Over ``(epoch, hyperparameter)``: indices with their noise floors, intervals and p-values,
        see :func:`hsic_hpo.sensitivity.by_epoch.indices_by_epoch`; for
        `importance_by_epoch_table` and `plot.importance_by_epoch`. Without an epoch where no
        learning curve is known.

    Raises
    ------
    InputError
        For a Dataset that does not hold trials, a setting or an epoch that is not allowed, or
        adaptive trials.

    Examples
    --------
    >>> import hsic_hpo as hh
    >>> found = hh.explain_by_epoch(hh.example_trials())
    >>> found.attrs["why_none"]
    'no learning curves are known'
    """
    check_trials(trials, "trials")
    if drawn is not None:
        check_choice("drawn", drawn, ("random", "adaptive"))
    chosen = settings_of("explain_by_epoch", AnalysisSettings, settings, "epochs", "drawn")
    return indices_by_epoch(trials, chosen, epochs=epochs, way=drawn or "auto")
