"""Importances of hyperparameters inside Optuna: an evaluator by HSIC."""

import math
import warnings
from collections.abc import Callable
from typing import Any, Literal

import pandas as pd
import xarray as xr

from hsic_hpo.checks import check_choice
from hsic_hpo.errors import InputError, needs_extra
from hsic_hpo.interactive.results import Explanation, as_result
from hsic_hpo.sensitivity.explanation import explain_one_way, explain_trials
from hsic_hpo.sensitivity.settings import AnalysisSettings
from hsic_hpo.sensitivity.whole_space import largest_groups, whole_space_importance
from hsic_hpo.tables.explained import explained_table
from hsic_hpo.trials.drawn import drawn_attributes

with needs_extra("HsicImportanceEvaluator", "optuna"):
    import optuna
    from optuna.importance import BaseImportanceEvaluator
    from optuna.study import Study, StudyDirection
    from optuna.trial import FrozenTrial, TrialState

    from hsic_hpo.interactive.few_trials import rough_importances
    from hsic_hpo.interop.conversion import MIN_TRIALS
    from hsic_hpo.interop.optuna_sampler import sampler_of
    from hsic_hpo.interop.optuna_study import trials_from_optuna

Target = Callable[[FrozenTrial], float]
# Completed trials and their finite values, lower is better.
Valued = list[tuple[FrozenTrial, float]]


class HsicImportanceEvaluator(BaseImportanceEvaluator):
    """Importances of hyperparameters by goal-oriented HSIC, for Optuna.

    An importance is the debiased index of being among the best fraction of the completed trials,
    not below 0, over the whole space: that of a conditional parameter counts by the part of the
    space that has it. Trials of samplers that look at errors, Optuna's default among them, are
    explained through a surrogate of the objective.

    Parameters
    ----------
    goal_fraction
        Fraction of the trials that counts as the best, in (0, 1).
    drawn
        How the trials were drawn, ``"random"`` or ``"adaptive"``; None: as the study tells, or else
        as a test finds.
    seed
        Non-negative integer.

    Raises
    ------
    InputError
        For a setting that is not allowed, or when Optuna is not installed.

    Examples
    --------
    >>> import hsic_hpo as hh
    >>> import optuna
    >>> optuna.logging.set_verbosity(optuna.logging.WARNING)
    >>> study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
    >>> def objective(trial):
    ...     return trial.suggest_float("x", 0, 1) ** 2 + 0 * trial.suggest_float("y", 0, 1)
    >>> study.optimize(objective, n_trials=100)
    >>> evaluator = hh.HsicImportanceEvaluator()
    >>> found = optuna.importance.get_param_importances(study, evaluator=evaluator)
    >>> list(found), found["x"] > 0.9
    (['x', 'y'], True)
    >>> evaluator.table(study)[["hyperparameter", "found"]].values.tolist()
    [['x', True], ['y', False]]
    """

    def __init__(
        self,
        *,
        goal_fraction: float = AnalysisSettings.goal_fraction,
        drawn: Literal["random", "adaptive"] | None = None,
        seed: int = AnalysisSettings.seed,
    ) -> None:
        if drawn is not None:
            check_choice("drawn", drawn, ("random", "adaptive"))
        self._settings = AnalysisSettings(goal_fraction=goal_fraction, seed=seed)
        # An importance is a figure without a test: it needs few trials, and no permutations.
        self._untested = AnalysisSettings(
            goal_fraction=goal_fraction,
            seed=seed,
            min_trials=4,
            min_successes=1,
            n_permutations=19,
        )
        self._way: Literal["auto", "random", "adaptive"] = drawn or "auto"

    def evaluate(
        self, study: Study, params: list[str] | None = None, *, target: Target | None = None
    ) -> dict[str, float]:
        """Return the importances of a study's parameters.

        Parameters
        ----------
        study
            A study of Optuna.
        params
            Which parameters; by default all that completed trials have.
        target
            What is to be reached, of a completed trial: lower is better, unless it is a maximised
            objective itself. Needed in a study of several objectives.

        Returns
        -------
        dict
            Importances, not below 0, without unit, the largest first. All are 0, with a warning,
            where nothing can be said.

        Raises
        ------
        InputError
            A ``ValueError``: for several objectives without a target, a parameter that no completed
            trial has, or trials that cannot be analysed.
        """
        names = _names(study, params)
        values = _values(study, target)
        if not names or len(values) < 2:
            return dict.fromkeys(names, 0.0)
        if len(values) < MIN_TRIALS:
            found = rough_importances(values, self._settings.goal_fraction)
            _warn(f"{len(values)} trials are few: importances are rough")
        else:
            found = self._importances(study, values)
            if not any(found.values()):
                _warn("nothing can be said of these trials: importances are equal")
        chosen = {name: found.get(name, 0.0) for name in names}
        return dict(sorted(chosen.items(), key=lambda item: -item[1]))

    def _importances(self, study: Study, values: Valued) -> dict[str, float]:
        trials = self._trials(study, values)
        # An importance has no verdict of a surrogate beside it.
        return whole_space_importance(explain_one_way(trials, self._untested, self._way, "best"))

    def explanation(self, study: Study, *, target: Target | None = None) -> Explanation:
        """Return the sensitivity Dataset behind the importances, see `explain`.

        Parameters
        ----------
        study, target
            As for `evaluate`; at least 30 completed trials.
        """
        trials = self._trials(study, _values(study, target))
        found = explain_trials(trials, self._settings, self._way)
        result: Explanation = as_result(Explanation, found)
        return result

    def table(self, study: Study, *, target: Target | None = None) -> pd.DataFrame:
        """Return the evidence behind the importances.

        Parameters
        ----------
        study, target
            As for `evaluate`; at least 30 completed trials.

        Returns
        -------
        pandas.DataFrame
            One row per hyperparameter, the most important first: its ``importance``, the share in
            the sum of all; the conditional ``group`` in which it has its index; ``index`` with its
            interval, p-values (missing where trials were explained through a surrogate), and
            whether it was ``found`` to matter; of random trials what a surrogate found, beside the
            exact tests (``surrogate_found`` and the like); ``values_at_goal``, which stand out
            among the best, with their shares. A parameter without an index stands at the end.
        """
        found = self.explanation(study, target=target)
        groups = largest_groups(found, "error", "best")
        table = explained_table(found)
        chosen = table["hyperparameter"].map(groups) == table["group"]
        importance = table["hyperparameter"].map(whole_space_importance(found))
        total = importance[chosen].sum()
        table.insert(1, "importance", importance / (total or 1.0))
        # The duration of a trial is no part of what is asked.
        kept = table[chosen].drop(columns=["note", "train_seconds_index"])
        kept = kept.sort_values("importance", ascending=False).set_index("hyperparameter")
        every = [*kept.index, *(n for n in _names(study, None) if n not in kept.index)]
        return kept.reindex(every).fillna({"importance": 0.0, "found": False}).reset_index()

    def _trials(self, study: Study, values: Valued) -> xr.Dataset:
        way = sampler_of(study, [trial for trial, _ in values], is_given=True)
        trials = trials_from_optuna(_with_values(study, values))
        return trials.assign_attrs(drawn_attributes(*way))


def _names(study: Study, params: Any) -> list[str]:
    complete = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    known = sorted({name for trial in complete for name in trial.distributions})
    if params is None:
        return known
    if not isinstance(params, list | tuple) or not all(isinstance(name, str) for name in params):
        raise TypeError(f"params: {params!r} is not a list of names of parameters")
    if unknown := [name for name in params if name not in known]:
        raise InputError(
            f"params: no completed trial has {', '.join(unknown)}; known: {', '.join(known)}"
        )
    return list(params)


def _values(study: Study, target: Target | None) -> Valued:
    complete = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    if target is None:
        if len(study.directions) > 1:
            raise InputError(
                f"target: missing; one is needed, as the study has {len(study.directions)} "
                "objectives, such as target=lambda trial: trial.values[0]"
            )
        target = _first
    values = [float(target(trial)) for trial in complete]
    sign = -1.0 if _is_maximised(study, complete, values) else 1.0
    return [
        (trial, sign * value)
        for trial, value in zip(complete, values, strict=True)
        if math.isfinite(value)
    ]


def _first(trial: FrozenTrial) -> float:
    return float(trial.values[0])


def _is_maximised(study: Study, complete: list[FrozenTrial], values: list[float]) -> bool:
    """Tell whether values are those of an objective that is maximised."""
    return any(
        direction == StudyDirection.MAXIMIZE
        and values == [trial.values[objective] for trial in complete]
        for objective, direction in enumerate(study.directions)
    )


def _with_values(study: Study, values: Valued) -> Study:
    """Return a study of one objective with these trials."""
    verbosity = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        copy = optuna.create_study(study_name=study.study_name)
    finally:
        optuna.logging.set_verbosity(verbosity)
    copy.add_trials(
        [
            optuna.trial.create_trial(
                params=trial.params,
                distributions=trial.distributions,
                value=value,
                system_attrs=trial.system_attrs,
            )
            for trial, value in values
        ]
    )
    return copy


def _warn(text: str) -> None:
    warnings.warn(f"HsicImportanceEvaluator: {text}", stacklevel=3)
