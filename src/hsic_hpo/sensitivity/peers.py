"""How other measures of importance rank the hyperparameters, on the same trials.

PED-ANOVA ([1]_) asks what HSIC asks here, which hyperparameters matter to land among the best
fraction, and answers with the distance of each marginal density to that of all trials. Its
conditional form ([2]_) ranks hyperparameters that exist in some trials only in the same list; HSIC
is brought to the same scale by :mod:`hsic_hpo.sensitivity.whole_space`. Functional ANOVA ([3]_)
splits the variance of the error over the whole space, which the worst networks dominate, by a
random forest, and knows only hyperparameters that exist in every trial. Both are Optuna's; neither
states an uncertainty.

References
----------
.. [1] S. Watanabe, A. Bansal, F. Hutter, "PED-ANOVA: efficiently quantifying hyperparameter
   importance in arbitrary subspaces", IJCAI 2023.
.. [2] K. Baba, Y. Ozaki, S. Watanabe, "Conditional PED-ANOVA: hyperparameter importance in
   hierarchical and dynamic search spaces", KDD 2026.
.. [3] F. Hutter, H. Hoos, K. Leyton-Brown, "An efficient approach for assessing hyperparameter
   importance", ICML 2014.
"""

import warnings

import numpy as np
import pandas as pd
import scipy
import xarray as xr

from hsic_hpo.errors import InputError, needs_extra
from hsic_hpo.sensitivity.whole_space import largest_groups, whole_space_importance
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


# The first version of Optuna that ranks conditional hyperparameters.
_CONDITIONAL_SINCE = 5


def compare_measures(trials: xr.Dataset, sensitivity: xr.Dataset, seed: int) -> xr.Dataset:
    """Rank the hyperparameters by several measures.

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
        the sum of its measure, and ``rank`` from 1; over hyperparameters that HSIC gives an index,
        and NaN where a measure does not know one. ``group(hyperparameter)``: the conditional group
        in which it exists. ``rank_correlation(measure, other)``: Spearman's, of the importances
        that both have, NaN where one of them is constant. Measures are ``hsic-best`` and
        ``hsic-worst`` over the whole space (see
        :func:`hsic_hpo.sensitivity.whole_space.whole_space_importance`), for the best and the
        worst fraction, ``ped-anova`` and ``fanova``.

    Raises
    ------
    InputError
        When no hyperparameter has an index, or Optuna is too old to rank conditional ones.
    """
    groups = largest_groups(sensitivity, "error", "best")
    if not groups:
        raise InputError("no hyperparameter has an index")
    names, indexed = sensitivity["hyperparameter"].values.tolist(), list(groups)
    found = {
        f"hsic-{subset}": whole_space_importance(sensitivity, subset=subset)
        for subset in ("best", "worst")
    }
    always = [name for name, group in groups.items() if group == MAIN_GROUP]
    found |= _optuna(trials, indexed, always, float(sensitivity.attrs["goal_fraction"]), seed)
    # In the order of the space.
    table = pd.DataFrame(found).reindex([name for name in names if name in groups])
    return _label(table, groups, sensitivity)


def _optuna(
    trials: xr.Dataset, indexed: list[str], always: list[str], fraction: float, seed: int
) -> dict[str, dict[str, float]]:
    if int(optuna.__version__.split(".")[0]) < _CONDITIONAL_SINCE:
        raise InputError(
            f"Optuna {optuna.__version__}: it ranks conditional hyperparameters from version "
            f"{_CONDITIONAL_SINCE} on"
        )
    study = _study(trials)
    evaluators: dict[str, tuple[BaseImportanceEvaluator, list[str]]] = {
        "ped-anova": (PedAnovaImportanceEvaluator(target_quantile=fraction), indexed),
        "fanova": (FanovaImportanceEvaluator(seed=seed), always),
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        return {
            measure: get_param_importances(
                study, evaluator=evaluator, params=names, normalize=False
            )
            for measure, (evaluator, names) in evaluators.items()
        }


def _study(trials: xr.Dataset) -> "optuna.Study":
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(direction="minimize")
    space = trials_data.space(trials)
    values = worst_for_missing(target_values(trials, "error")).tolist()
    for configuration, value in zip(trials_data.configurations(trials), values, strict=True):
        study.add_trial(frozen_trial(space, configuration, [value]))
    return study


def _label(table: pd.DataFrame, groups: dict[str, str], sensitivity: xr.Dataset) -> xr.Dataset:
    measures = list(table)
    totals = table.sum()
    shares = (table / totals.where(totals > 0, 1.0)).to_numpy().T
    ranks = table.rank(ascending=False, method="first").to_numpy().T
    dims = ("measure", "hyperparameter")
    names = table.index.tolist()
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
            "group": (
                "hyperparameter",
                np.array([groups[name] for name in names], dtype=object),
                {"long_name": "largest conditional group in which it has an index"},
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
    for i in range(len(shares)):
        for j in range(len(shares)):
            both = np.isfinite(shares[i]) & np.isfinite(shares[j])
            one, other = shares[i][both], shares[j][both]
            if one.size and np.ptp(one) > 0 and np.ptp(other) > 0:
                found[i, j] = scipy.stats.spearmanr(one, other).statistic
    return found
