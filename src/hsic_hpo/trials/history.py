"""What a search knows: its finished trials in plain arrays, and its rounds in one Dataset."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from hsic_hpo.errors import InputError
from hsic_hpo.trials import dataset as trials_data
from hsic_hpo.trials.drawn import joined_drawn
from hsic_hpo.trials.goals import target_values

ROUND = "search_round"
# The name in trials of version 0.1.
_PUBLISHED_ROUND = "round"


@dataclass(frozen=True)
class History:
    """Finished trials, in the order in which they were proposed.

    Attributes
    ----------
    configurations
        n of them: values of the active hyperparameters by name.
    errors
        ``(n,)`` validation error, the mean over repeats; infinite where a trial did not end well,
        or was stopped by a halving, so that nothing is chosen from it.
    costs
        ``(n,)`` cost, the second number to be kept low; infinite where unknown.
    spreads
        ``(n, 2)`` standard deviation of a trial's error over its trainings, NaN where fewer than
        two ended well, and how many did; None where nothing is known of it.
    reached
        ``(n,)`` errors, those included that stopped trials had reached; None where none was
        stopped.
    """

    configurations: Sequence[Mapping[str, Any]]
    errors: np.ndarray
    costs: np.ndarray
    spreads: np.ndarray | None = None
    reached: np.ndarray | None = None

    @classmethod
    def of(cls, datasets: Sequence[xr.Dataset], cost: str | None) -> "History":
        """Read them from trials Datasets.

        Parameters
        ----------
        datasets
            Trials Datasets, in the order in which their trials were proposed.
        cost
            Name of the cost; None where there is none.
        """
        errors = np.concatenate([[], *map(trials_data.error, datasets)])
        reached = np.concatenate([[], *(target_values(dataset, "error") for dataset in datasets)])
        costs = np.full(len(errors), np.inf)
        if cost is not None:
            costs = np.concatenate([[], *(target_values(dataset, cost) for dataset in datasets)])
        configurations = [c for dataset in datasets for c in trials_data.configurations(dataset)]
        spreads = np.vstack([np.empty((0, 2)), *map(_spreads, datasets)])
        return cls(configurations, errors, costs, spreads, reached)

    def __len__(self) -> int:
        return len(self.configurations)

    @property
    def told(self) -> np.ndarray:
        """Errors for a model of the error to learn from: a stopped trial tells what it reached."""
        return self.errors if self.reached is None else self.reached

    def best(self, ceiling: float = np.inf) -> int:
        """Return the index of the lowest error among trials that cost at most ``ceiling``.

        Raises
        ------
        InputError
            When no such trial ended well.
        """
        errors = np.where(self.costs <= ceiling, self.errors, np.inf)
        if not np.isfinite(errors).any():
            dearer = "" if np.isinf(ceiling) else f", or cost more than {ceiling:g}"
            raise InputError(f"no trial to choose: all diverged or failed{dearer}")
        return int(np.argmin(errors))

    def front(self) -> list[int]:
        """Return the places of the trials than which no other is preferable in error and cost.

        The cheapest comes first. Of equal trials the first one stands for all; without known costs
        one trial of the lowest error remains.
        """
        places: list[int] = []
        for place in np.lexsort((self.errors, self.costs)).tolist():
            lowest = self.errors[places[-1]] if places else np.inf
            if self.errors[place] < lowest:
                places.append(place)
        return places


def _spreads(trials: xr.Dataset) -> np.ndarray:
    errors = trials["validation_error"].transpose("trial", "repeat").values
    ended = np.isfinite(errors)
    n = ended.sum(axis=1)
    spread = [
        np.std(row[good], ddof=1) if good.sum() > 1 else np.nan
        for row, good in zip(errors, ended, strict=True)
    ]
    return np.column_stack([spread, n])


def initial_part(trials: xr.Dataset, n: int, repeat: int) -> xr.Dataset:
    """Return the trials of the random search that a repeat of a method starts from.

    Parameters
    ----------
    trials
        Trials Dataset of the random search.
    n
        How many; 0 for all.
    repeat
        Each repeat takes the next n; after the last trial the first one follows.
    """
    size = trials.sizes["trial"]
    if n == 0 or n >= size:
        return trials
    return trials.isel(trial=(repeat * n + np.arange(n)) % size)


def join_trials(datasets: Sequence[xr.Dataset]) -> xr.Dataset:
    """Put trials Datasets of one space together; attributes are those of the first.

    How all of them were drawn together is told anew, see
    :func:`hsic_hpo.trials.drawn.joined_drawn`.
    """
    if any("rung" in dataset for dataset in datasets):
        datasets = [_with_rung(dataset) for dataset in datasets]
    joined = xr.concat(
        datasets,
        "trial",
        data_vars="minimal",
        coords="minimal",
        compat="override",
        join="outer",
        combine_attrs="override",
    )
    return joined.assign_attrs(joined_drawn(datasets))


def _with_rung(dataset: xr.Dataset) -> xr.Dataset:
    if "rung" in dataset:
        return dataset
    return dataset.assign(rung=("trial", np.zeros(dataset.sizes["trial"], dtype=int)))


def join_rounds(rounds: Sequence[xr.Dataset], first: int = 1) -> xr.Dataset:
    """Put the trials of a search's rounds together, with the number of the round of each.

    Parameters
    ----------
    rounds
        Trials Datasets of one space.
    first
        Number of the first of them.
    """
    numbered = [
        dataset.assign(
            {
                ROUND: (
                    "trial",
                    np.full(dataset.sizes["trial"], number),
                    {"long_name": "round of the search", "units": "1"},
                )
            }
        )
        for number, dataset in enumerate(rounds, start=first)
    ]
    return join_trials(numbered)


def join_searches(random: xr.Dataset, searches: Sequence[xr.Dataset]) -> xr.Dataset:
    """Put all trials of a study together: those of the random search, then those of each search.

    Parameters
    ----------
    random
        Trials Dataset of the random search.
    searches
        Trials Datasets of the searches' rounds, see :func:`join_rounds`.
    """
    return join_trials([random, *(found.drop_vars(ROUND, errors="ignore") for found in searches)])


def round_numbers(trials: xr.Dataset) -> np.ndarray:
    """Return the round of each trial, 0 for all where rounds were not numbered.

    Parameters
    ----------
    trials
        Trials Dataset.

    Returns
    -------
    numpy.ndarray
        ``(n_trials,)`` of int.
    """
    for name in (ROUND, _PUBLISHED_ROUND):
        if name in trials:
            return trials[name].values
    return np.zeros(trials.sizes["trial"], dtype=int)


def split_rounds(trials: xr.Dataset) -> list[xr.Dataset]:
    """Return the trials of each round, from round 0 to the last, without their numbers.

    Parameters
    ----------
    trials
        Trials Dataset, see :func:`join_rounds`.
    """
    numbers = round_numbers(trials)
    plain = trials.drop_vars(ROUND, errors="ignore")
    return [plain.isel(trial=numbers == number) for number in range(numbers.max(initial=0) + 1)]
