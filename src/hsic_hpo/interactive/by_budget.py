"""What matters at a budget, for a notebook."""

from collections.abc import Sequence
from typing import Any, Literal

import xarray as xr

from hsic_hpo.checks import check_choice
from hsic_hpo.interactive.keywords import settings_of
from hsic_hpo.sensitivity.by_budget import indices_by_budget
from hsic_hpo.sensitivity.settings import AnalysisSettings
from hsic_hpo.trials.dataset import check_trials


def explain_by_budget(
    trials: xr.Dataset,
    cost: str | None = None,
    budgets: Sequence[float] | None = None,
    *,
    drawn: Literal["random", "adaptive"] | None = None,
    **settings: Any,
) -> xr.Dataset:
    """Say which hyperparameters matter among trials that cost at most c, for several c.

    The best of the trials within a budget are compared with all trials within it, so that what
    drives the cost does not appear to matter because of the limit alone.

    Parameters
    ----------
    trials
        Trials Dataset. Trials of a search are explained through surrogates of error and cost, which
        tell what is found and no p-values.
    cost
        Which cost of the trials; by default their first.
    budgets
        The limits c, in units of the cost; by default eight, spread over the costs of the trials.
    drawn
        How the trials were drawn, ``"random"`` or ``"adaptive"``; None: as the Dataset says, or
        else as a test finds.
    **settings
        Any setting of `hsic_hpo.sensitivity.settings.AnalysisSettings`, such as
        ``goal_fraction=0.1``.

    Returns
    -------
    xarray.Dataset
        Over ``(budget, hyperparameter)``: indices with their noise floors, intervals and p-values,
        see :func:`hsic_hpo.sensitivity.by_budget.indices_by_budget`; for
        `importance_by_budget_table` and `plot.importance_by_budget`.

    Raises
    ------
    InputError
        For a Dataset that does not hold trials, a cost that they do not have, or a setting that is
        not allowed.

    Examples
    --------
    >>> import hsic_hpo as hh
    >>> found = hh.explain_by_budget(hh.example_trials())
    >>> dict(found.sizes)
    {'budget': 8, 'hyperparameter': 4}
    >>> float(found["significant"].sel(hyperparameter="lr")[-1])
    1.0
    """
    check_trials(trials, "trials")
    if drawn is not None:
        check_choice("drawn", drawn, ("random", "adaptive"))
    chosen = settings_of(
        "explain_by_budget", AnalysisSettings, settings, "cost", "budgets", "drawn"
    )
    return indices_by_budget(trials, chosen, cost=cost, budgets=budgets, way=drawn or "auto")
