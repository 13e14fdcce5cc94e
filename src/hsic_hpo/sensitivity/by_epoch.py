"""From which epoch on an explanation holds: the index of the best after each epoch, against it.

Trials are ranked by the validation error that their learning curves had reached, as if all
trainings had ended there. Not in the paper.
"""

from collections.abc import Sequence
from dataclasses import asdict

import numpy as np
import xarray as xr

from hsic_hpo.checks import check_integer
from hsic_hpo.errors import InputError
from hsic_hpo.sensitivity.analysis import obstacle, single_indices, tested
from hsic_hpo.sensitivity.columns import group_columns
from hsic_hpo.sensitivity.explanation import Way
from hsic_hpo.sensitivity.goals import is_adaptive
from hsic_hpo.sensitivity.labels import SINGLES
from hsic_hpo.sensitivity.settings import AnalysisSettings
from hsic_hpo.trials import dataset as trials_data
from hsic_hpo.trials.goals import is_tested, select_goal, target_values
from hsic_hpo.trials.missed import rungs_of
from hsic_hpo.trials.stopped import errors_after, first_rung

N_EPOCHS = 10
_KEPT = (
    "hsic",
    "hsic_unbiased",
    "interval_low",
    "interval_high",
    "noise_floor",
    "p_value_adjusted",
    "significant",
)
_CARRIED = ("study", "problem", "space", "error_name", "error_units", "direction", "metric")
_NO_CURVES = "no learning curves are known"


def indices_by_epoch(
    trials: xr.Dataset,
    settings: AnalysisSettings,
    *,
    epochs: Sequence[int] | None = None,
    way: Way = "auto",
) -> xr.Dataset:
    """Compute the indices of the best fraction after several epochs of training.

    Parameters
    ----------
    trials
        Trials Dataset, drawn at random, with learning curves.
    settings
        Of the analysis.
    epochs
        After which to explain, at least 1; None: about ten, evenly on a logarithmic scale, and
        those of the rungs of a halving. The last one of all is always among them.
    way
        As for :func:`hsic_hpo.sensitivity.explanation.explain_trials`.

    Returns
    -------
    xarray.Dataset
        Over ``(epoch, hyperparameter)``: single indices of the hyperparameters that all trials
        have, with intervals, noise floors and p-values, adjusted for the hyperparameters at each
        epoch by itself, as in the explanation of the whole trainings, which the last epoch repeats.
        ``trained(epoch)`` counts the trials that were trained as far, or had ended before;
        ``note(epoch)`` says why there is no index. After the first rung of a halving, attribute
        ``first_rung`` (0: none), those that were stopped rank behind all that went further, as they
        do at the end: what is found there rests on the halving having stopped none of the best.
        Attributes: the settings. There is no epoch where no learning curve is known.

    Raises
    ------
    InputError
        For adaptive trials, or an epoch that is none.

    Examples
    --------
    >>> import hsic_hpo as hh
    >>> from hsic_hpo.sensitivity.settings import AnalysisSettings
    >>> found = indices_by_epoch(hh.example_trials(), AnalysisSettings())
    >>> found.sizes["epoch"], found.attrs["why_none"]
    (0, 'no learning curves are known')
    """
    if is_adaptive(trials, way):
        raise InputError(
            "epochs: from which epoch on an explanation holds can be told of random trials alone, "
            "and these were drawn by a search; if they were random, say so (drawn='random')"
        )
    known = np.isfinite(trials["learning_curve"].values).any()
    ends = _epochs(trials, epochs) if known else []
    space = trials_data.space(trials)
    columns = group_columns(trials, space, space.groups()[0]) if space.groups()[0].members else None
    names = columns.names if columns else ()
    found = {name: np.full((len(ends), len(names)), np.nan) for name in _KEPT}
    note = np.full(len(ends), "", dtype=object)
    trained = np.zeros(len(ends), dtype=int)
    for i, end in enumerate(ends):
        # The error at the end is the study's own, whatever curve a problem reports.
        last = end == ends[-1]
        errors = target_values(trials, "error") if last else errors_after(trials, end)
        trained[i] = np.isfinite(errors_after(trials, end)).sum()
        goal = select_goal(errors, settings.goal_fraction, "best")
        note[i] = obstacle(goal.reached, goal, "error", settings.min_trials, settings.min_successes)
        if note[i] or columns is None:
            continue
        test = tested(columns, goal.reached, settings, pairs=False)
        indices = single_indices(columns.order_free, goal.reached, test, settings)
        for name in _KEPT:
            found[name][i] = indices[name]
    variables = {
        name: xr.Variable(
            ("epoch", "hyperparameter"), values, {"long_name": SINGLES[name], "units": "1"}
        )
        for name, values in found.items()
    }
    variables["trained"] = xr.Variable(
        "epoch",
        trained,
        {"long_name": "trials with an error that were trained as far, or had ended", "units": "1"},
    )
    variables["note"] = xr.Variable("epoch", note, {"long_name": "why there is no index"})
    coords = {
        "epoch": ("epoch", np.array(ends, dtype=int), {"long_name": "epoch", "units": "1"}),
        "hyperparameter": (
            "hyperparameter",
            np.array(names, dtype=object),
            {"long_name": "hyperparameter"},
        ),
    }
    carried = {name: trials.attrs[name] for name in _CARRIED if name in trials.attrs}
    told = {"first_rung": first_rung(trials), "why_none": "" if ends else _NO_CURVES}
    return xr.Dataset(variables, coords, carried | told | asdict(settings))


def by_epoch_of(trials: xr.Dataset, sensitivity: xr.Dataset) -> xr.Dataset | None:
    """Return the indices by epoch that belong to an explanation.

    Parameters
    ----------
    trials
        Trials Dataset.
    sensitivity
        Sensitivity Dataset of these trials.

    Returns
    -------
    xarray.Dataset
        See :func:`indices_by_epoch`; None for trials that were not tested directly or have no
        learning curves, and for an explanation of one budget or of the front.
    """
    if not is_tested(sensitivity) or "goal" in sensitivity.attrs:
        return None
    if not np.isfinite(trials["learning_curve"].values).any():
        return None
    return indices_by_epoch(trials, AnalysisSettings.of(sensitivity.attrs), way="random")


def _epochs(trials: xr.Dataset, asked: Sequence[int] | None) -> list[int]:
    last = trials.sizes["epoch"]
    if asked is not None:
        if not np.iterable(asked):
            raise InputError(f"epochs: {asked!r} is not a list of integers of at least 1")
        for epoch in asked:
            check_integer("epochs", epoch, 1)
        return sorted({min(int(epoch), last) for epoch in asked} | {last})
    spread = np.geomspace(1, last, N_EPOCHS).round().astype(int).tolist()
    return sorted({*spread, *(rung.epochs for rung in rungs_of(trials)), last})
