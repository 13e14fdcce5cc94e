"""Where the results of a study come from, as names and values."""

import json
from typing import Any

import xarray as xr

from hsic_hpo.wording import outcomes

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
    budget = json.loads(trials.attrs.get("budget", "{}"))
    spent = ", ".join(
        f"{value} {key if value != 1 else key[:-1]}"
        if key in ("epochs", "steps")
        else f"{key} {value}"
        for key, value in budget.items()
        if value is not None
    )
    searches = [
        f"{method} ({_counted(_rounds(search), 'rounds')} of {search['batch_size']}, "
        f"{_counted(search['repeats'], 'repeats')})"
        for method, search in settings["search"].items()
    ]
    units = trials.attrs["error_units"]
    return {
        "Problem": f"{name}{f' ({options})' if options else ''}",
        "Error": trials.attrs["error_name"] + ("" if units == "1" else f" in {units}"),
        "Random search": f"{_counted(trials.sizes['trial'], 'trials')} of "
        f"{_counted(trials.sizes['hyperparameter'], 'hyperparameters')}, "
        f"{_counted(trials.sizes['repeat'], 'trainings')} each",
        "Budget of a training": spent or "as the problem sets it",
        "Searches": "; ".join(searches) or "none beside the random search",
    }


def _counted(n: int, plural: str) -> str:
    return f"{n} {plural if n != 1 else plural.removesuffix('s')}"


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
