"""How other measures of importance rank the hyperparameters, on the same trials.

PED-ANOVA ([1]_) asks what HSIC asks here, which hyperparameters matter to land among the best
fraction, and answers with the distance of each marginal density to the uniform one. Functional
ANOVA ([2]_) splits the variance of the error over the whole space, which the worst networks
dominate, by a random forest. Both are Optuna's; neither states an uncertainty. They are compared
over the hyperparameters that exist in every trial, as importances within a conditional group
cannot be compared with those of another.

References
----------
.. [1] S. Watanabe, A. Bansal, F. Hutter, "PED-ANOVA: efficiently quantifying hyperparameter
   importance in arbitrary subspaces", IJCAI 2023.
.. [2] F. Hutter, H. Hoos, K. Leyton-Brown, "An efficient approach for assessing hyperparameter
   importance", ICML 2014.
"""

import warnings

import numpy as np
import scipy
import xarray as xr

from hsic_hpo.errors import InputError, needs_extra
from hsic_hpo.trials import dataset as trials_data
from hsic_hpo.trials.goals import target_values, worst_for_missing
from hsic_hpo.wording import MAIN_GROUP

with needs_extra("the comparison with PED-ANOVA and fANOVA", "optuna"):
    import optuna
    from optuna.importance import (
        BaseImportanceEvaluator,
        FanovaImportanceEvaluator,
        PedAnovaImportanceEvaluator,
        get_param_importances,
    )

    from hsic_hpo.interop.optuna_trials import frozen_trial


def compare_measures(trials: xr.Dataset, sensitivity: xr.Dataset, seed: int) -> xr.Dataset:
    """Rank the hyperparameters that exist in every trial by several measures.

    Parameters
    ----------
    trials
        Trials Dataset of a random search.
    sensitivity
        Sensitivity Dataset of these trials.
    seed
        Of the random forest, an integer in [0, 2**32).

    Returns
    -------
    xarray.Dataset
        Over ``(measure, hyperparameter)``: ``importance``, the share of each hyperparameter in
        the sum of its measure, and ``rank`` from 1; NaN for a hyperparameter that HSIC gives no
        index. ``rank_correlation(measure, other)``: Spearman's, of the importances, NaN where one
        of them is constant. Measures are ``hsic-best`` and ``hsic-worst``, the debiased indices,
        not below 0, for the best and the worst fraction, ``ped-anova`` and ``fanova``.

    Raises
    ------
    InputError
        When no hyperparameter exists in every trial, or has an index.
    """
    errors = sensitivity["hsic_unbiased"].sel(group=MAIN_GROUP, target="error")
    indexed = errors["hyperparameter"][errors.notnull().all("subset").values].values.tolist()
    if not indexed:
        raise InputError("no hyperparameter that exists in every trial has an index")
    found = {
        f"hsic-{subset}": errors.sel(subset=subset, hyperparameter=indexed).clip(min=0).values
        for subset in ("best", "worst")
    }
    found |= _optuna(trials, indexed, float(sensitivity.attrs["goal_fraction"]), seed)
    return _label(indexed, found, sensitivity)


def _optuna(
    trials: xr.Dataset, names: list[str], fraction: float, seed: int
) -> dict[str, np.ndarray]:
    study = _study(trials)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        evaluators: dict[str, BaseImportanceEvaluator] = {
            "ped-anova": PedAnovaImportanceEvaluator(target_quantile=fraction),
            "fanova": FanovaImportanceEvaluator(seed=seed),
        }
        found = {
            measure: get_param_importances(
                study, evaluator=evaluator, params=names, normalize=False
            )
            for measure, evaluator in evaluators.items()
        }
    return {
        measure: np.array([importances[name] for name in names])
        for measure, importances in found.items()
    }


def _study(trials: xr.Dataset) -> "optuna.Study":
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(direction="minimize")
    space = trials_data.space(trials)
    values = worst_for_missing(target_values(trials, "error")).tolist()
    for configuration, value in zip(trials_data.configurations(trials), values, strict=True):
        study.add_trial(frozen_trial(space, configuration, [value]))
    return study


def _label(names: list[str], found: dict[str, np.ndarray], sensitivity: xr.Dataset) -> xr.Dataset:
    measures = list(found)
    values = np.stack([found[measure] for measure in measures])
    totals = values.sum(axis=1, keepdims=True)
    shares = np.divide(values, totals, out=np.zeros_like(values), where=totals > 0)
    ranks = 1 + np.argsort(np.argsort(-shares, axis=1, kind="stable"), axis=1, kind="stable")
    dims = ("measure", "hyperparameter")
    return xr.Dataset(
        {
            "importance": (
                dims,
                shares,
                {"long_name": "share in the sum of the measure", "units": "1"},
            ),
            "rank": (dims, ranks, {"long_name": "rank by the measure, from 1", "units": "1"}),
            "rank_correlation": (
                ("measure", "other"),
                _correlations(shares),
                {"long_name": "Spearman's rank correlation of the importances", "units": "1"},
            ),
        },
        coords={
            "measure": ("measure", measures, {"long_name": "measure of importance"}),
            "other": ("other", measures, {"long_name": "other measure"}),
            "hyperparameter": ("hyperparameter", names, {"long_name": "hyperparameter"}),
        },
        attrs={
            key: sensitivity.attrs[key]
            for key in ("study", "goal_fraction", "error_name", "error_units")
        },
    )


def _correlations(shares: np.ndarray) -> np.ndarray:
    found = np.full((len(shares), len(shares)), np.nan)
    varies = [np.ptp(row) > 0 for row in shares]
    for i in range(len(shares)):
        for j in range(len(shares)):
            if varies[i] and varies[j]:
                found[i, j] = scipy.stats.spearmanr(shares[i], shares[j]).statistic
    return found
