"""The steps after a search: explain its trials, decide by them, report both."""

from pathlib import Path
from typing import Any, Literal

import xarray as xr

from hsic_hpo.checks import check_choice
from hsic_hpo.errors import InputError, needs_extra
from hsic_hpo.interactive.keywords import settings_of
from hsic_hpo.interactive.results import Explanation, Selection, as_result
from hsic_hpo.selection.decide import decide as decide_roles
from hsic_hpo.selection.settings import SelectionSettings
from hsic_hpo.sensitivity.by_budget import by_budget_of
from hsic_hpo.sensitivity.by_epoch import by_epoch_of
from hsic_hpo.sensitivity.convergence import convergence_of
from hsic_hpo.sensitivity.goals import aimed_as, explain_goal, measured_as
from hsic_hpo.sensitivity.settings import AnalysisSettings
from hsic_hpo.trials.dataset import check_trials
from hsic_hpo.trials.goals import target_names
from hsic_hpo.trials.kinds import SELECTION, SENSITIVITY, check_kind


def explain(
    trials: xr.Dataset,
    goal_fraction: float = AnalysisSettings.goal_fraction,
    seed: int = AnalysisSettings.seed,
    *,
    drawn: Literal["random", "adaptive"] | None = None,
    goal: Literal["error", "front"] = "error",
    max_cost: float | None = None,
    cost: str | None = None,
    **settings: Any,
) -> Explanation:
    """Say which hyperparameters matter to be among the best trials, and which drive the cost.

    Trials that were drawn at random are tested directly; what a surrogate of the error finds in
    them stands beside the tests, as ``surrogate_found``, and decides nothing. Others, such as those
    of Optuna's default sampler, crowd where the search went; they are explained through a surrogate
    alone, which tells what is found and no p-values. The attributes ``way`` and ``way_reason`` say
    which way was taken and why, ``surrogate_check`` how well the surrogate predicts.

    Parameters
    ----------
    trials
        Trials Dataset of n trials. Trials that diverged or failed rank worst.
    goal_fraction
        Fraction of the trials, by rank, that counts as the best; in (0, 1).
    seed
        Of the permutations behind p-values and noise floors; a non-negative integer.
    drawn
        How the trials were drawn, ``"random"`` or ``"adaptive"``; None: as the Dataset says, or
        else as a test finds.
    goal
        What the best are nearest to: the lowest ``"error"``, or the ``"front"`` of error and cost,
        by how many others are preferable in both.
    max_cost
        Explain the best among trials that cost at most this, beside all of these trials; None: no
        limit. Of trials of a search, this and the front are explained through surrogates of error
        and cost.
    cost
        Which cost of the trials these two are about; by default their first.
    **settings
        Any other setting of `hsic_hpo.sensitivity.settings.AnalysisSettings`, such as
        ``n_permutations=1000`` or ``significance=0.05``.

    Returns
    -------
    Explanation
        Sensitivity Dataset, an xarray.Dataset: indices, without unit, with their p-values and
        intervals over ``(group, target, subset, hyperparameter)``, ``found`` where one matters, and
        ``values_at_goal``, which the best have. A notebook shows the table of
        its indices, which `importance_table` returns.

    Raises
    ------
    InputError
        For a Dataset that does not hold trials, or a setting that is not allowed.

    Examples
    --------
    >>> import hsic_hpo as hh
    >>> result = hh.explain(hh.example_trials(), goal_fraction=0.1, seed=0)
    >>> best = result.sel(group="all", target="error", subset="best")
    >>> best["hyperparameter"].values[best["significant"] == 1].tolist()
    ['lr', 'opt']
    >>> affordable = hh.explain(hh.example_trials(), max_cost=60)
    >>> affordable.attrs["way_reason"]
    'Random trials that cost at most 60 seconds, beside each other: tested directly.'
    """
    check_trials(trials, "trials")
    given = {"goal_fraction": goal_fraction, "seed": seed, **settings}
    own = ("goal_fraction", "seed", "drawn", "goal", "max_cost", "cost")
    chosen = settings_of("explain", AnalysisSettings, given, *own)
    if drawn is not None:
        check_choice("drawn", drawn, ("random", "adaptive"))
    found = explain_goal(trials, chosen, drawn or "auto", goal=goal, max_cost=max_cost, cost=cost)
    return as_result(Explanation, found)


def decide(
    result: xr.Dataset, trials: xr.Dataset, cost: str | None = None, **settings: Any
) -> Selection:
    """Decide what a search should do with each hyperparameter.

    What matters is searched. What does not, or costs alone, is fixed only where a bound shows that
    this costs little error; otherwise a value or a range is preferred, and all are searched.

    Parameters
    ----------
    result
        Sensitivity Dataset of ``trials``, as `explain` returns it.
    trials
        Trials Dataset.
    cost
        Which cost of the trials is to be kept low; by default their first.
    **settings
        Any other setting of `hsic_hpo.selection.settings.SelectionSettings`, such as ``keep=0.5``,
        the part of the success rate that cheap values must keep.

    Returns
    -------
    Selection
        Selection Dataset, an xarray.Dataset over ``hyperparameter``: its ``decision``, one of
        ``"search"`` (all values alike), ``"prefer"`` (some first, but all are still searched, as
        nothing proves that the others are not needed) and ``"fix"`` (shown to cost at most
        ``margin`` of the error, or ordered by ``override``); ``preferred``, the value or values,
        as JSON; ``worst_loss``, what following it could cost at worst as a fraction of the
        reachable error; the ``reason`` with its figures; and the ``role`` and ``definition`` of
        the two stages of the paper. A notebook shows them as the
        table which `decisions_table` returns.

    Raises
    ------
    InputError
        For a Dataset that does not hold trials, a cost that they do not have, a setting that is
        not allowed, or a result about one budget or the front.

    Examples
    --------
    >>> import hsic_hpo as hh
    >>> trials = hh.example_trials()
    >>> decisions = hh.decide(hh.explain(trials), trials)
    >>> decisions["role"].to_series().to_dict()["lr"]
    'optimise'
    """
    check_kind("result", result, SENSITIVITY)
    check_trials(trials, "trials")
    if "goal" in result.attrs:
        raise InputError(
            "decide: decisions aim at the lowest error of all trials; explain these without goal "
            "and max_cost"
        )
    costs = target_names(trials)[1:]
    chosen: dict[str, Any] = dict(settings)
    if cost is not None or costs:
        chosen["cost"] = cost or costs[0]
    asked = settings_of("decide", SelectionSettings, chosen, "cost")
    decided = decide_roles(result, trials, asked, "decide")
    return as_result(Selection, decided)


def report(
    trials: xr.Dataset,
    result: xr.Dataset,
    path: Path | str,
    decisions: xr.Dataset | None = None,
) -> Path:
    """Write one HTML page that tells what was found; it needs no network.

    Parameters
    ----------
    trials
        Trials Dataset.
    result
        Sensitivity Dataset of ``trials``, as `explain` returns it.
    path
        HTML file to write.
    decisions
        Selection Dataset of them, as `decide` returns it; without it the page has no decisions.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    InputError
        For a Dataset that does not hold trials, or when the extra ``report`` is not installed;
        after the page is written, when a part of it could not be made.

    Examples
    --------
    >>> import tempfile
    >>> import hsic_hpo as hh
    >>> trials = hh.example_trials()
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     page = hh.report(trials, hh.explain(trials), f"{folder}/report.html")
    ...     page.stat().st_size > 10_000
    True
    """
    check_trials(trials, "trials")
    check_kind("result", result, SENSITIVITY)
    if decisions is not None:
        check_kind("decisions", decisions, SELECTION)
    with needs_extra("the HTML report", "report"):
        from hsic_hpo.reports.writing import write_report
    measured, trials = measured_as(trials, result), aimed_as(trials, result)
    grown, by_budget = convergence_of(trials, result), by_budget_of(trials, result)
    by_epoch = by_epoch_of(trials, result)
    write_report(trials, result, path, decisions, grown, by_budget, by_epoch, measured)
    return Path(path)
