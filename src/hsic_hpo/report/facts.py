"""Where the results of a study come from, as names and values."""

import json
from typing import Any

import xarray as xr

from hsic_hpo.training.budget import budget_in_words
from hsic_hpo.wording import counted, outcomes, percent

_KEPT = 16


def asked(trials: xr.Dataset, settings: dict[str, Any]) -> dict[str, str]:
    """Return what a study was asked to do.

    Parameters
    ----------
    trials
        Trials Dataset of the random search.
    settings
        The study's config with all defaults.
    """
    problem = json.loads(trials.attrs["problem"])
    options = ", ".join(f"{key} {value}" for key, value in problem.get("options", {}).items())
    name = str(problem.get("name") or problem.get("import"))
    searches = [
        f"{method} ({counted(_rounds(search), 'rounds')} of {search['batch_size']}, "
        f"{counted(search['repeats'], 'repeats')})"
        for method, search in settings["search"].items()
    ]
    units = trials.attrs["error_units"]
    fraction = float(settings["sensitivity"]["goal_fraction"])
    return {
        "Problem": f"{name}{f' ({options})' if options else ''}",
        "Error": trials.attrs["error_name"] + ("" if units == "1" else f" in {units}"),
        "Random search": f"{counted(trials.sizes['trial'], 'trials')} of "
        f"{counted(trials.sizes['hyperparameter'], 'hyperparameters')}, "
        f"{counted(trials.sizes['repeat'], 'trainings')} each",
        "Budget of a training": budget_in_words(json.loads(trials.attrs.get("budget", "{}"))),
        "Goal that the indices explain": f"to be among the {percent(fraction)} of the trials with "
        "the lowest validation error",
        "Searches": "; ".join(searches) or "none beside the random search",
    }


def _rounds(search: dict[str, Any]) -> int:
    return int(search["rounds"]) + int(search.get("fine_tuning_rounds", 0))


def provenance(trials: xr.Dataset, made: str) -> dict[str, str]:
    """Return what the results depend on.

    Parameters
    ----------
    trials
        Trials Dataset of the random search.
    made
        When the page was made.
    """
    versions = json.loads(trials.attrs.get("versions", "{}"))
    return {
        "Trainings": outcomes(trials),
        "Seed": str(trials.attrs.get("seed", "unknown")),
        "Versions": ", ".join(f"{name} {version}" for name, version in versions.items()),
        "Git commit of the code": str(trials.attrs.get("git_commit", "unknown")),
        "Fingerprint of the training code": str(trials.attrs.get("code_fingerprint", "unknown")),
        "Fingerprint of the data": str(trials.attrs.get("data_fingerprint", "unknown"))[:_KEPT],
        "Page made": made,
    }
