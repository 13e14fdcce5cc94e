"""All finished trials of a study, or from elsewhere, with who found each of them."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from hsic_hpo.errors import InputError
from hsic_hpo.files import read_netcdf
from hsic_hpo.trials.dataset import configurations, read_trials
from hsic_hpo.trials.history import initial_part, join_trials, round_numbers

RANDOM = "random"
# Attributes of trials that all searches of a study share, as its last run left them.
_OF_STUDY = ("problem", "seed", "space", "budget", "data_fingerprint", "code_fingerprint")
FOUND_BY = {
    "method": ("search method that found the trial", None),
    "search_repeat": ("repeat of the search, -1 in the random search", "1"),
    "search_round": ("round of the search, 0 in the random search", "1"),
}


def known_trials(random: xr.Dataset | None, searches: Sequence[xr.Dataset]) -> xr.Dataset:
    """Put trials together, with the method, repeat and round that found each of them.

    Parameters
    ----------
    random
        Trials Dataset of the random search; None where it has not finished.
    searches
        Trials Datasets of searches, with the attributes ``method`` and ``search_repeat`` and
        numbered rounds.

    Returns
    -------
    xarray.Dataset
        Trials Dataset with the variables ``method``, ``search_repeat`` and ``search_round``.
    """
    parts = [] if random is None else [_labelled(random, RANDOM, -1)]
    parts += [
        _labelled(found, str(found.attrs["method"]), int(found.attrs["search_repeat"]))
        for found in searches
    ]
    return parts[0] if len(parts) == 1 else join_trials(parts)


def by_method(
    random: xr.Dataset, searches: Sequence[xr.Dataset], initial_trials: Mapping[str, int]
) -> dict[str, xr.Dataset]:
    """Return the trials that each method knew in the end, those of all its repeats together.

    Parameters
    ----------
    random, searches
        See :func:`known_trials`.
    initial_trials
        By method, how many trials of the random search each repeat knew, see
        :func:`hsic_hpo.trials.history.initial_part`; 0, or a method that is not named: all.
    """
    found = {RANDOM: known_trials(random, [])}
    for method in dict.fromkeys(str(one.attrs["method"]) for one in searches):
        mine = [one for one in searches if one.attrs["method"] == method]
        n = initial_trials.get(method, 0)
        repeats = range(len(mine))
        names = {
            name for repeat in repeats for name in initial_part(random, n, repeat)["trial"].values
        }
        start = random.isel(trial=np.isin(random["trial"].values, list(names)))
        found[method] = known_trials(start, mine)
    return found


def _labelled(trials: xr.Dataset, method: str, repeat: int) -> xr.Dataset:
    n = trials.sizes["trial"]
    values = {
        "method": np.array([method] * n, dtype=object),
        "search_repeat": np.full(n, repeat),
        "search_round": np.asarray(round_numbers(trials)),
    }
    described = {
        name: {"long_name": long_name} | ({"units": units} if units else {})
        for name, (long_name, units) in FOUND_BY.items()
    }
    # The name that numbered rounds had in version 0.1.
    plain = trials.drop_vars("round", errors="ignore")
    return plain.assign({name: ("trial", values[name], described[name]) for name in values})


def is_study(folder: Path | str) -> bool:
    """Tell whether a folder is, or may become, that of a study's results."""
    places = ("random", "search", "trial_files", ".snakemake")
    return any((Path(folder) / place).is_dir() for place in places)


def read_study_trials(folder: Path | str) -> xr.Dataset:
    """Read all finished trials of a study, of whose searches some may still run.

    Searches from before an edit, of another problem, space, budget, seed, data or code than the
    random search, are left out: they are to be made again, or were removed from the study.

    Parameters
    ----------
    folder
        Its results, such as ``results/quick``.

    Returns
    -------
    xarray.Dataset
        See :func:`known_trials`.

    Raises
    ------
    InputError
        When no ``trials.nc`` is there yet.
    """
    folder = Path(folder)
    drawn = folder / "random" / "trials.nc"
    random = read_trials(drawn) if drawn.is_file() else None
    searches = []
    for repeat in sorted(folder.glob("search/*/*/")):
        if not repeat.name.isdecimal():
            continue
        label = {"method": repeat.parent.name, "search_repeat": int(repeat.name)}
        # The file of all rounds comes with the last of them; until then it may be a former one.
        whole = _of_study([repeat / "trials.nc"], random)
        rounds = sorted(repeat.glob("[0-9]*/trials.nc"), key=lambda path: int(path.parent.name))
        found = whole or {
            path: _of_round(trials, int(path.parent.name))
            for path, trials in _of_study(rounds, random).items()
        }
        searches += [trials.assign_attrs(label) for trials in found.values()]
    if random is None and not searches:
        raise InputError(f"{folder}: no trials.nc in it yet; needed: results/<study> of a study")
    return known_trials(random, searches)


def _of_study(paths: Sequence[Path], random: xr.Dataset | None) -> dict[Path, xr.Dataset]:
    """Return the trials of those files that are there and are not from before an edit."""
    found = {path: read_trials(path) for path in paths if path.is_file()}
    return {
        path: trials
        for path, trials in found.items()
        if random is None or _of_one_study(random, trials)
    }


def _of_one_study(random: xr.Dataset, found: xr.Dataset) -> bool:
    return all(str(random.attrs.get(key)) == str(found.attrs.get(key)) for key in _OF_STUDY)


def retrained_errors(folder: Path | str, configuration: Mapping[str, Any]) -> list[float]:
    """Return the test errors of the retrainings of a configuration in a study, if it has any.

    Of several budgets, those of ``final.training``. What is left of choices from before an edit
    does not count where the study has its comparison, which tells with which budgets it retrains.

    Parameters
    ----------
    folder
        Results of the study.
    configuration
        Values of its active hyperparameters by name.
    """
    found: dict[str, list[float]] = {}
    budget = _final_budget(Path(folder) / "comparison.nc")
    for path in sorted(Path(folder).glob("final/*/*/trials.nc")):
        trials = read_trials(path)
        for place, known in enumerate(configurations(trials)):
            if known != dict(configuration):
                continue
            # A choice's folder comes before those of the same choice with further budgets.
            budget = budget or json.loads(trials.attrs["budget"])
            if json.loads(trials.attrs["budget"]) == budget:
                errors = trials["test_error"].values[place]
                # The same trainings stand under each choice that asked for them.
                found[str(trials["trial"].values[place])] = errors[np.isfinite(errors)].tolist()
    return [error for errors in found.values() for error in errors]


def _final_budget(comparison: Path) -> dict[str, Any] | None:
    """Return the budget of ``final.training`` that a comparison tells; None without one."""
    if not comparison.is_file():
        return None
    budgets = json.loads(read_netcdf(comparison).attrs["final_budget"])
    return budgets[0] if isinstance(budgets, list) else budgets


def _of_round(trials: xr.Dataset, number: int) -> xr.Dataset:
    numbers = np.full(trials.sizes["trial"], number)
    return trials.assign(search_round=("trial", numbers))
