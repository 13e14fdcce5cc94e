"""One round of a search: what is proposed in it, and what was told of it so far."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr

from hsic_hpo.errors import InputError
from hsic_hpo.search.results import Result
from hsic_hpo.trials import dataset as trials_data
from hsic_hpo.trials.goals import target_names
from hsic_hpo.trials.history import join_trials
from hsic_hpo.trials.variables import cost_variable, with_cost


class ToldRound:
    """A round whose trials are told in any order, and are listed as they were proposed.

    Parameters
    ----------
    design
        What is proposed, in order.
    finished
        Trials of the round that are known already, from an earlier search or from elsewhere;
        their configurations are not asked for again.
    size
        Trials of the round, the finished ones counted in.
    """

    def __init__(self, design: xr.Dataset, finished: xr.Dataset, size: int) -> None:
        self._design, self._finished = design, finished
        self._configurations = [json.loads(text) for text in design["configuration"].values]
        self._results: dict[int, Result] = {}
        waiting: dict[Any, list[int]] = defaultdict(list)
        for place, configuration in enumerate(self._configurations):
            waiting[_key(configuration)].append(place)
        for configuration in trials_data.configurations(finished):
            del waiting[_key(configuration)][:1]
        left = sorted(place for places in waiting.values() for place in places)
        n_left = max(0, size - finished.sizes["trial"])
        self._waiting = dict.fromkeys(left[:n_left])

    def waiting(self) -> list[dict[str, Any]]:
        """Return the configurations of which nothing was told, in order."""
        return [dict(self._configurations[place]) for place in self._waiting]

    def places(self, batch: Sequence[Any]) -> list[int]:
        """Return where in the design the configurations of a batch stand.

        Raises
        ------
        InputError
            For a configuration that was not asked for, or was told before.
        """
        by_key: dict[Any, list[int]] = defaultdict(list)
        for place in self._waiting:
            by_key[_key(self._configurations[place])].append(place)
        places = []
        for number, configuration in enumerate(batch):
            where = f"tell: configuration {number} of the batch"
            if not isinstance(configuration, Mapping):
                raise InputError(f"{where}: {configuration!r} is not a dict of values by name")
            same = by_key.get(_key(configuration))
            if not same:
                raise InputError(
                    f"{where}: {dict(configuration)} was not asked for, or was told before"
                )
            places.append(same.pop(0))
        return places

    def tell(self, place: int, result: Result) -> None:
        """Note a result."""
        del self._waiting[place]
        self._results[place] = result

    def trials(self, cost: str | None) -> xr.Dataset:
        """Return all trials that are known, in the order in which they were proposed.

        Parameters
        ----------
        cost
            Name of the cost that is told; None where none is.
        """
        places = sorted(self._results)
        rows = self._design.isel(trial=places)
        results = [self._results[place] for place in places]
        names = rows["trial"].values.tolist()
        told = trials_data.gather_records(
            rows,
            [result.record(name) for result, name in zip(results, names, strict=True)],
            {},
            n_repeats=1,
            error_name=self._finished.attrs["error_name"],
            error_units=self._finished.attrs["error_units"],
        )
        finished = self._finished
        if cost is not None:
            costs = [np.nan if result.cost is None else result.cost for result in results]
            told = with_cost(told, cost, np.array(costs))
            finished = _listing(finished, cost)
        joined = join_trials([finished, told])
        rank = {name: place for place, name in enumerate(self._design["trial"].values.tolist())}
        # Those from elsewhere come first.
        ranks = [rank.get(name, -1) for name in joined["trial"].values.tolist()]
        return joined.isel(trial=np.argsort(ranks, kind="stable"))


def _listing(finished: xr.Dataset, cost: str) -> xr.Dataset:
    """Return trials that list a cost among theirs, missing where they had none."""
    names = target_names(finished)[1:]
    if cost not in names:
        finished = finished.assign_attrs(costs=json.dumps([*names, cost]))
    if cost_variable(cost) in finished:
        return finished
    return with_cost(finished, cost, np.full(finished.sizes["trial"], np.nan))


def _key(configuration: Mapping[str, Any]) -> Any:
    try:
        return frozenset(configuration.items())
    except TypeError:
        # A value that is no scalar is none of any space.
        return None
