"""The front of error and cost: for every cost the best network that was found."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr

from hsic_hpo.search.final_choice import choice_in_words, choose_among
from hsic_hpo.search.known_trials import FOUND_BY
from hsic_hpo.trials.costs import MEASURED_COSTS
from hsic_hpo.trials.history import History
from hsic_hpo.trials.variables import ABSENT, cost_values, mean_over_repeats
from hsic_hpo.wording import cost_name

ALL = "all"
_COSTS = ("flops", "n_params", "train_seconds")
NEIGHBOURS = {"cheaper": -1, "dearer": 1}


def error_spread(trials: xr.Dataset) -> np.ndarray:
    """Return the standard deviation of each trial's validation error over its repeats.

    Returns
    -------
    numpy.ndarray
        ``(n_trials,)``, with n - 1 in the denominator; NaN where a trial has a single repeat, or
        one that did not end well.
    """
    errors = trials["validation_error"].where(trials["status"] == "ok").values
    present = (trials["status"] != ABSENT).values
    lost = (present & ~np.isfinite(errors)).any(axis=1)
    n = present.sum(axis=1)
    spread = np.full(len(errors), np.nan)
    several = (n > 1) & ~lost
    if several.any():
        spread[several] = np.nanstd(errors[several], axis=1, ddof=1)
    return spread


def make_front(
    known: Mapping[str, xr.Dataset], cost: str, choices: Sequence[Mapping[str, Any]] = ()
) -> xr.Dataset:
    """Find the networks to which no other is preferable in both error and cost.

    Parameters
    ----------
    known
        By label, ``"all"`` and the methods, the trials that were known: trials Datasets of
        :func:`hsic_hpo.search.known_trials.known_trials`.
    cost
        Which cost.
    choices
        What a study chooses by, as :func:`hsic_hpo.search.final_choice.choose_among` is told it:
        which networks they take from all trials is noted.

    Returns
    -------
    xarray.Dataset
        Front Dataset, over ``search`` (the labels) and ``place`` (the networks of the front, the
        cheapest first; missing, and empty where it is text, beyond the last): ``error``
        (validation error, mean over repeats), its standard deviation ``error_std``, ``test_error``,
        ``cost``, ``flops``, ``n_params``, ``train_seconds``, the identifier ``trial``, the
        ``configuration`` as JSON, ``method``, ``search_repeat`` and ``search_round`` that found it,
        and in words ``chosen_by``, the choices that take it. Over ``neighbour`` too, of the next
        ``"cheaper"`` and ``"dearer"`` network: ``error_ratio`` and ``cost_ratio``, its error and
        cost over those of this one; missing unless both are positive. ``n_trials`` counts what was
        known, ``n_ended_well`` what of it ended well. The attribute ``cost`` names the cost.

    Raises
    ------
    InputError
        For a cost that the trials lack.
    """
    fronts = {label: _front(trials, cost, choices) for label, trials in known.items()}
    first = next(iter(known.values()))
    joined = xr.concat(
        list(fronts.values()),
        xr.Variable("search", np.array(list(fronts), dtype=object)),
        join="outer",
        data_vars="all",
        coords="minimal",
        compat="override",
        combine_attrs="override",
        fill_value=dict.fromkeys(("trial", "configuration", "method", "chosen_by"), "")
        | dict.fromkeys(("search_repeat", "search_round"), -1),
    )
    joined["search"].attrs["long_name"] = "whose trials: all, or those that a method knew"
    kept = ("study", "problem", "space", "error_name", "error_units")
    attrs = {key: first.attrs[key] for key in kept if key in first.attrs}
    return joined.assign_attrs(attrs, cost=cost, cost_name=cost_name(cost))


def _front(trials: xr.Dataset, cost: str, choices: Sequence[Mapping[str, Any]]) -> xr.Dataset:
    finished = History.of([trials], cost)
    places = [place for place in finished.front() if np.isfinite(finished.costs[place])]
    errors, costs = finished.errors[places], finished.costs[places]
    units = trials.attrs["error_units"]
    numbers = {
        "error": (errors, f"validation error ({trials.attrs['error_name']})", units),
        "error_std": (
            error_spread(trials)[places],
            "standard deviation of the validation error over repeats",
            units,
        ),
        "test_error": (_test_error(trials)[places], "test error, mean over repeats", units),
        "cost": (costs, f"cost: {cost_name(cost)}", _units(cost)),
    }
    for name in _COSTS:
        values = np.full(trials.sizes["trial"], np.nan)
        if name in trials:
            values = cost_values(trials, name)
        numbers[name] = (values[places], MEASURED_COSTS[name].long_name, _units(name))
    variables: dict[str, Any] = {
        name: ("place", values, {"long_name": long_name, "units": unit})
        for name, (values, long_name, unit) in numbers.items()
    }
    texts = {
        "trial": ([str(trials["trial"].values[place]) for place in places], "trial"),
        "configuration": (
            [json.dumps(finished.configurations[place]) for place in places],
            "values of its active hyperparameters as JSON",
        ),
        "chosen_by": (_chosen_by(trials, cost, choices, places), "choices that take it"),
    }
    for name, (long_name, unit) in FOUND_BY.items():
        if unit is None:
            texts[name] = ([str(trials[name].values[place]) for place in places], long_name)
        else:
            described = {"long_name": long_name, "units": unit}
            variables[name] = ("place", trials[name].values[places].astype(int), described)
    for name, (words, long_name) in texts.items():
        variables[name] = ("place", np.array(words, dtype=object), {"long_name": long_name})
    for name, values, what in (("error_ratio", errors, "error"), ("cost_ratio", costs, "cost")):
        described = {"long_name": f"{what} of the neighbour over its own", "units": "1"}
        variables[name] = (("place", "neighbour"), _ratios(values), described)
    ended = int(np.isfinite(finished.errors).sum())
    counts = {
        "n_trials": (len(finished), "trials that were known"),
        "n_ended_well": (ended, "trials of these that ended well"),
    }
    for name, (count, long_name) in counts.items():
        variables[name] = ((), count, {"long_name": long_name, "units": "1"})
    coords = {
        "place": ("place", np.arange(len(places)), {"long_name": "place, the cheapest first"}),
        "neighbour": (
            "neighbour",
            np.array(list(NEIGHBOURS), dtype=object),
            {"long_name": "which neighbour on the front"},
        ),
    }
    return xr.Dataset(variables, coords)


def _test_error(trials: xr.Dataset) -> np.ndarray:
    ok = trials["status"] == "ok"
    return mean_over_repeats(trials, trials["test_error"].where(ok)).values


def _units(cost: str) -> str:
    return MEASURED_COSTS[cost].units if cost in MEASURED_COSTS else ""


def _ratios(values: np.ndarray) -> np.ndarray:
    """Return ``(n, 2)``: each neighbour's value over one's own, NaN where there is none."""
    positive = np.where(values > 0, values, np.nan)
    padded = np.concatenate([[np.nan], positive, [np.nan]])
    columns = [padded[1 + step : 1 + step + len(values)] for step in NEIGHBOURS.values()]
    return np.stack(columns, axis=1) / positive[:, None]


def _chosen_by(
    trials: xr.Dataset, cost: str, choices: Sequence[Mapping[str, Any]], places: Sequence[int]
) -> list[str]:
    """Name the choices that take each network; one by another cost may take none of the front."""
    found: dict[int, list[str]] = {place: [] for place in places}
    for told in choices if places else ():
        # Of networks of the lowest error the cheapest one is on the front.
        told = {**told, "tolerance": told["tolerance"] or 0.0}
        place = choose_among([trials], cost, **told)
        if place in found:
            found[place].append(choice_in_words(**told))
    return ["; ".join(words) for words in found.values()]
