"""The trials of a study as tables of rows, one per trial or one per trial and hyperparameter."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import xarray as xr

from hsic_hpo.reports.configuration_text import in_words
from hsic_hpo.trials import dataset as trials_data
from hsic_hpo.trials.costs import MEASURED_COSTS, NETWORK_COSTS
from hsic_hpo.trials.dataset import STOPPED
from hsic_hpo.trials.goals import SUBSETS, target_names, target_values
from hsic_hpo.trials.groups import in_group
from hsic_hpo.trials.history import round_numbers
from hsic_hpo.trials.variables import cost_values, cost_variable, mean_over_repeats

RANDOM = "random"
_SHORT = 8


def trials_frame(drawn: xr.Dataset, searches: Sequence[xr.Dataset]) -> pd.DataFrame:
    """Put all trials of a study into one table.

    Parameters
    ----------
    drawn
        Trials Dataset of the random search.
    searches
        Trials Datasets of the searches, with the attribute ``method`` and numbered rounds.

    Returns
    -------
    pandas.DataFrame
        One row per trial, those of the random search first: ``trial`` (the first letters of its
        identifier), ``search``, ``round`` (0 for the random search), ``status``,
        ``validation_error`` and ``test_error`` (means over the repeats, missing unless all ended
        well; of a stopped trial the validation error that it had reached), ``n_params``,
        ``flops``, ``seconds`` (of all repeats together), ``cost:NAME`` for each cost that came with
        imported trials, ``share`` (the rank of its validation error within its search over the
        number of its trials, in (0, 1]; trials that did not end well come last),
        ``share_from_worst`` (the same from the other end; of a halved search by the errors of its
        first rung) and ``configuration`` (one line of text).
    """
    frames = [_rows(drawn, RANDOM)]
    frames += [_rows(dataset, str(dataset.attrs["method"])) for dataset in searches]
    frame = pd.concat(frames, ignore_index=True)
    best, worst = (frame.pop(end).groupby(frame["search"]) for end in SUBSETS)
    size = best.transform("size")
    frame["share"] = best.rank(method="first") / size
    from_worst = worst.rank(method="first") / size
    frame["share_from_worst"] = (size + 1 - from_worst * size) / size
    return frame


def _rows(dataset: xr.Dataset, search: str) -> pd.DataFrame:
    statuses = dataset["status"].values
    status = ["failed" if "failed" in row else _not_ok(row) for row in statuses.tolist()]
    n = dataset.sizes["trial"]
    # Where every trial failed early, a cost was never counted.
    cost = {
        name: dataset[name].values if name in dataset else np.full(n, np.nan)
        for name in NETWORK_COSTS
    }
    return pd.DataFrame(
        {
            "trial": [str(name)[:_SHORT] for name in dataset["trial"].values],
            "search": search,
            "round": round_numbers(dataset),
            "status": status,
            "validation_error": _mean(dataset, "validation_error"),
            # Infinite where a training did not end well, so that such a trial ranks worst.
            **{end: target_values(dataset, "error", end) for end in SUBSETS},
            "test_error": _mean(dataset, "test_error"),
            **cost,
            "seconds": dataset["train_seconds"].sum("repeat", min_count=1).values,
            **{cost_variable(name): cost_values(dataset, name) for name in _given(dataset)},
            "configuration": [
                ", ".join(f"{name} {text}" for name, text in in_words(configuration).items())
                for configuration in trials_data.configurations(dataset)
            ],
        }
    )


def _given(dataset: xr.Dataset) -> list[str]:
    return [name for name in target_names(dataset)[1:] if name not in MEASURED_COSTS]


def _not_ok(statuses: Sequence[str]) -> str:
    return next((status for status in ("diverged", STOPPED) if status in statuses), "ok")


def _mean(dataset: xr.Dataset, name: str) -> np.ndarray:
    known = dataset["status"].isin(["ok", STOPPED])
    return mean_over_repeats(dataset, dataset[name].where(known)).values


def values_frame(drawn: xr.Dataset, searches: Sequence[xr.Dataset]) -> pd.DataFrame:
    """Put the values of all trials into one table, in the row order of :func:`trials_frame`.

    Returns
    -------
    pandas.DataFrame
        One column per hyperparameter, in the units and spelling of the search space; missing where
        it is not active.
    """
    rows = [
        configuration
        for dataset in (drawn, *searches)
        for configuration in trials_data.configurations(dataset)
    ]
    return pd.DataFrame(rows, columns=trials_data.space(drawn).names)


def positions(drawn: xr.Dataset, searches: Sequence[xr.Dataset]) -> np.ndarray:
    """Return where each value stands on the scale on which the random search is flat.

    Returns
    -------
    numpy.ndarray
        ``(n_trials, n_hyperparameters)`` in [0, 1], rows as in :func:`trials_frame`: the uniform
        variable of a number from a range, the middle of the bin of a discrete value; missing where
        the hyperparameter is not active.
    """
    space = trials_data.space(drawn)
    configurations = [
        configuration
        for dataset in (drawn, *searches)
        for configuration in trials_data.configurations(dataset)
    ]
    return np.array([space.intervals(each).mean(axis=-1) for each in configurations])


def memberships(drawn: xr.Dataset, searches: Sequence[xr.Dataset]) -> dict[str, np.ndarray]:
    """Return which trials each group of hyperparameters exists in, by the group's label.

    Returns
    -------
    dict
        ``(n_trials,)`` of booleans per group, rows as in :func:`trials_frame`.
    """
    groups = trials_data.space(drawn).groups()
    return {
        group.label: np.concatenate([in_group(dataset, group) for dataset in (drawn, *searches)])
        for group in groups
    }
