"""Where the results of a study come from, as names and values."""

import json
from collections.abc import Mapping, Sequence

import xarray as xr

from hsic_hpo.search.settings import SearchSettings
from hsic_hpo.study.settings import StudySettings
from hsic_hpo.training.budget import budget_in_words
from hsic_hpo.trials.failures import commonest, failures
from hsic_hpo.trials.goals import target_names
from hsic_hpo.trials.outcomes import looks_in_words, outcomes
from hsic_hpo.wording import cost_name, counted, percent

_KEPT = 16
_RECORDED = {
    "Seed": "seed",
    "Versions": "versions",
    "Git commit of the code": "git_commit",
    "Fingerprint of the training code": "code_fingerprint",
    "Fingerprint of the data": "data_fingerprint",
}


LOWEST = "with the lowest validation error"


def goal_in_words(sensitivity: xr.Dataset) -> str:
    """Return which trials the indices call the best, such as ``"with the lowest … error"``."""
    if sensitivity.attrs.get("goal") == "front":
        return f"nearest to the front of error and {cost_name(str(sensitivity.attrs['cost']))}"
    return LOWEST


def study_facts(
    trials: xr.Dataset, goal_fraction: float, settings: StudySettings | None, goal: str = LOWEST
) -> dict[str, str]:
    """Return what a study was asked to do.

    Parameters
    ----------
    trials
        Trials Dataset of the random search, or of imported trials.
    goal_fraction
        Fraction of the trials that the indices explain, in (0, 1).
    settings
        What the study's config says; None where there is no study.
    goal
        Which trials the indices call the best, see :func:`goal_in_words`.
    """
    units = trials.attrs["error_units"]
    counts = (
        f"{counted(trials.sizes['trial'], 'trials')} of "
        f"{counted(trials.sizes['hyperparameter'], 'hyperparameters')}"
    )
    explained = {
        "Goal that the indices explain": f"to be among the {percent(goal_fraction)} of the trials "
        f"{goal}"
    }
    error = {"Error": trials.attrs["error_name"] + ("" if units == "1" else f" in {units}")}
    if settings is None:
        return {**error, "Costs": _costs(trials), "Trials": counts, **explained}
    return {
        "Problem": _problem(trials),
        **error,
        "Random search": f"{counts}, {counted(trials.sizes['repeat'], 'trainings')} each",
        "Budget of a training": budget_in_words(json.loads(trials.attrs.get("budget", "{}"))),
        **explained,
        "Searches": _searches(settings.search),
    }


def _costs(trials: xr.Dataset) -> str:
    return ", ".join(map(cost_name, target_names(trials)[1:])) or "none recorded"


def _problem(trials: xr.Dataset) -> str:
    problem = json.loads(trials.attrs["problem"])
    options = ", ".join(f"{key} {value}" for key, value in problem.get("options", {}).items())
    name = str(problem.get("name") or problem.get("import"))
    return f"{name}{f' ({options})' if options else ''}"


def _searches(searches: Mapping[str, SearchSettings]) -> str:
    told = [
        f"{method} ({counted(search.n_rounds, 'rounds')} of {search.batch_size}, "
        f"{counted(search.repeats, 'repeats')})"
        for method, search in searches.items()
    ]
    return "; ".join(told) or "none beside the random search"


def provenance(trials: xr.Dataset, made: str) -> dict[str, str]:
    """Return what the results depend on, as far as the trials recorded it.

    Parameters
    ----------
    trials
        Trials Dataset of the random search.
    made
        When the page was made.
    """
    versions = json.loads(trials.attrs.get("versions", "{}"))
    known = {name: str(trials.attrs.get(key, "")) for name, key in _RECORDED.items()}
    known["Versions"] = ", ".join(f"{name} {version}" for name, version in versions.items())
    known["Fingerprint of the data"] = known["Fingerprint of the data"][:_KEPT]
    recorded = {name: text for name, text in known.items() if text}
    looked = looks_in_words(trials)
    looks = {"Looks": looked} if looked else {}
    return {"Trainings": outcomes(trials), **looks, **recorded, "Page made": made}


def failed_trainings(all_trials: Sequence[xr.Dataset]) -> dict[str, str]:
    """Return how many trainings failed and why, of all searches; empty where none did.

    Parameters
    ----------
    all_trials
        Trials Datasets.
    """
    reasons = [reason for trials in all_trials for reason in failures(trials)["reason"]]
    if not reasons:
        return {}
    n = sum(trials["status"].size for trials in all_trials)
    return {"Failed trainings": f"{len(reasons)} of {n}: {commonest(reasons)}"}
