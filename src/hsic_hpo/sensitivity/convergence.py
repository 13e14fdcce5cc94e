"""Whether more trainings would change the indices: the analysis on nested subsamples of trials."""

from dataclasses import asdict

import numpy as np
import scipy
import xarray as xr

from hsic_hpo.sensitivity.analysis import obstacle, single_indices, tested
from hsic_hpo.sensitivity.columns import group_columns
from hsic_hpo.sensitivity.labels import SINGLES
from hsic_hpo.sensitivity.settings import AnalysisSettings
from hsic_hpo.trials import dataset as trials_data
from hsic_hpo.trials.goals import is_tested, number_selected, select_goal, target_values

_KEPT = ("hsic", "significant")
_FRACTIONS = (8, 4, 2, 1)


def convergence(trials: xr.Dataset, settings: AnalysisSettings) -> xr.Dataset:
    """Repeat the analysis of the main group for the best trials on n/8, n/4, n/2 and n trials.

    Trials of a random search are independent, so that the first ones are a random subsample; the
    subsamples are nested. An index that still changes between the last subsamples would change with
    more trainings.

    Parameters
    ----------
    trials
        Trials Dataset of a random search.
    settings
        Of the analysis; they become attributes of the Dataset.

    Returns
    -------
    xarray.Dataset
        Indices over ``(size, hyperparameter)``, NaN with a ``note(size)`` where a subsample is
        too small; ``rank_correlation(size)``, Spearman's, of the indices with those of all
        trials; ``significant_overlap(size)``, the Jaccard similarity of the set found
        significant with that of all trials, 1 when both are empty.
    """
    space = trials_data.space(trials)
    group = space.groups()[0]
    n = trials.sizes["trial"]
    sizes = sorted({max(1, n // divisor) for divisor in _FRACTIONS})
    found = {name: np.full((len(sizes), len(space)), np.nan) for name in _KEPT}
    note = np.full(len(sizes), "", dtype=object)
    n_reached = np.zeros(len(sizes), dtype=int)
    for i, size in enumerate(sizes):
        sample = trials.isel(trial=slice(size))
        goal = select_goal(target_values(sample, "error"), settings.goal_fraction, "best")
        n_reached[i] = goal.reached.sum()
        note[i] = obstacle(goal.reached, goal, "error", settings.min_trials, settings.min_successes)
        if note[i] or not group.members:
            continue
        columns = group_columns(sample, space, group)
        test = tested(columns, goal.reached, settings, pairs=False)
        indices = single_indices(columns.order_free, goal.reached, test, settings)
        rows = [space.names.index(name) for name in columns.names]
        for name in _KEPT:
            found[name][i, rows] = indices[name]
    variables = {
        name: xr.Variable(
            ("size", "hyperparameter"), values, {"long_name": SINGLES[name], "units": "1"}
        )
        for name, values in found.items()
    }
    variables["rank_correlation"] = xr.Variable(
        "size",
        _rank_correlations(found["hsic"]),
        {"long_name": "Spearman correlation of the indices with those of all trials", "units": "1"},
    )
    variables["significant_overlap"] = xr.Variable(
        "size",
        _overlaps(found["significant"]),
        {"long_name": "Jaccard similarity of the significant set with that of all trials"},
    )
    asked = [number_selected(settings.goal_fraction, size) for size in sizes]
    variables["n_reached"] = xr.Variable(
        "size", n_reached, {"long_name": "trials that reach the goal", "units": "1"}
    )
    variables["n_asked"] = xr.Variable(
        "size", asked, {"long_name": "trials that reach the goal where no values tie", "units": "1"}
    )
    variables["note"] = xr.Variable("size", note, {"long_name": "why there is no index"})
    coords = {
        "size": ("size", np.array(sizes), {"long_name": "trials", "units": "1"}),
        "hyperparameter": (
            "hyperparameter",
            np.array(space.names, dtype=object),
            {"long_name": "hyperparameter"},
        ),
    }
    return xr.Dataset(variables, coords, attrs=asdict(settings))


def convergence_of(trials: xr.Dataset, sensitivity: xr.Dataset) -> xr.Dataset | None:
    """Return the convergence of an analysis of trials from elsewhere, taken in a random order.

    Parameters
    ----------
    trials
        Trials Dataset. A table may be sorted by its errors, so that its first rows are no sample.
    sensitivity
        Sensitivity Dataset of these trials.

    Returns
    -------
    xarray.Dataset
        See :func:`convergence`; None for trials that were not tested directly, of which a part is
        no smaller search.
    """
    if not is_tested(sensitivity):
        return None
    settings = AnalysisSettings.of(sensitivity.attrs)
    order = np.random.default_rng(settings.seed).permutation(trials.sizes["trial"])
    return convergence(trials.isel(trial=order), settings)


def _rank_correlations(indices: np.ndarray) -> np.ndarray:
    final = indices[-1]
    correlations = np.full(len(indices), np.nan)
    for i, row in enumerate(indices):
        both = np.isfinite(row) & np.isfinite(final)
        if both.sum() > 1 and np.ptp(row[both]) > 0 and np.ptp(final[both]) > 0:
            correlations[i] = scipy.stats.spearmanr(row[both], final[both]).statistic
    return correlations


def _overlaps(significant: np.ndarray) -> np.ndarray:
    overlaps = np.full(len(significant), np.nan)
    final = significant[-1] == 1
    for i, row in enumerate(significant):
        if np.isfinite(row).any() and np.isfinite(significant[-1]).any():
            union = ((row == 1) | final).sum()
            overlaps[i] = ((row == 1) & final).sum() / union if union else 1.0
    return overlaps
