"""How much of the front of error and cost each search holds, against what its trainings took.

The front is that of all networks of the study, and a search holds what it and the random search
found of it, measured by the hypervolume. The worst point that counts lies a tenth of the front's
range beyond both of its ends, so that these count as well ([1]_, who choose it by the number of
networks). Errors and costs of networks spread over decades, so both are measured on logarithmic
scales where all are positive.

References
----------
.. [1] H. Ishibuchi, R. Imada, Y. Setoguchi, Y. Nojima, "How to specify a reference point in
   hypervolume calculation for fair performance comparison", Evolutionary Computation 26 (2018)
   411-440.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from hsic_hpo.search.final_choice import training_operations
from hsic_hpo.search.hypervolume import Staircase
from hsic_hpo.trials.history import History
from hsic_hpo.wording import cost_name

_BEYOND = 0.1
_OPERATIONS = "floating-point operations of the search's trainings"


def front_held(random: xr.Dataset, searches: Sequence[xr.Dataset], cost: str) -> xr.Dataset:
    """Follow which part of the front each repeat of each search holds, training by training.

    Parameters
    ----------
    random
        Trials Dataset of the random search, which counts for every search from the start.
    searches
        Trials Datasets of searches, with the attributes ``method`` and ``search_repeat``, their
        trials in the order in which they were proposed.
    cost
        Name of the cost.

    Returns
    -------
    xarray.Dataset
        Over ``search`` (the methods), ``search_repeat`` and ``evaluation`` (how many trials of the
        search have ended, from 0): ``front_held``, from 0 to 1, the hypervolume of what is held
        over that of the front of all; and ``training_flops``, the floating-point operations of the
        search's trainings so far, per training sample where the number of these is not known.
        Missing beyond a search's last trial, where the operations are not known, and where the
        front is a single network.

    Raises
    ------
    InputError
        For a cost that the trials lack.
    """
    # Without the number of training samples the operations are comparable all the same.
    if not np.isfinite(float(random.attrs["training_samples"])):
        random = random.assign_attrs(training_samples=1)
        searches = [one.assign_attrs(training_samples=1) for one in searches]
        counted = f"{_OPERATIONS} per training sample"
    else:
        counted = _OPERATIONS
    histories = [History.of([one], cost) for one in (random, *searches)]
    scale = _Scale.of(histories)
    start = _networks(histories[0])
    methods = list(dict.fromkeys(str(one.attrs["method"]) for one in searches))
    repeats = sorted({int(one.attrs["search_repeat"]) for one in searches})
    most = max((one.sizes["trial"] for one in searches), default=0)
    held = np.full((len(methods), len(repeats), most + 1), np.nan)
    operations = held.copy()
    for one, history in zip(searches, histories[1:], strict=True):
        row = (
            methods.index(str(one.attrs["method"])),
            repeats.index(int(one.attrs["search_repeat"])),
            slice(len(history) + 1),
        )
        held[row] = scale.held_along(start, history)
        spent = training_operations(one)
        if spent.notnull().any():
            operations[row] = np.concatenate([[0.0], np.cumsum(spent.sum("repeat").values)])
    dims = ("search", "search_repeat", "evaluation")
    variables = {
        "front_held": (held, "part of the hypervolume of the front of all trials"),
        "training_flops": (operations, counted),
    }
    coords = {
        "search": (np.array(methods, dtype=object), "search method"),
        "search_repeat": (np.array(repeats, dtype=int), "repeat of the search"),
        "evaluation": (np.arange(most + 1), "trials of the search that have ended"),
    }
    kept = ("study", "problem", "error_name", "error_units")
    attrs = {key: random.attrs[key] for key in kept if key in random.attrs}
    return xr.Dataset(
        {
            name: (dims, values, {"long_name": long_name, "units": "1"})
            for name, (values, long_name) in variables.items()
        },
        {
            name: (name, values, {"long_name": long_name})
            for name, (values, long_name) in coords.items()
        },
        attrs | {"cost": cost, "cost_name": cost_name(cost)},
    )


def _networks(history: History) -> np.ndarray:
    """Return ``(n, 2)`` costs and errors of the front of what has both, the cheapest first."""
    places = [place for place in history.front() if np.isfinite(history.costs[place])]
    return np.column_stack([history.costs[places], history.errors[places]])


@dataclass(frozen=True)
class _Scale:
    """Where the front of all lies: whether by logarithms, its ends, and its hypervolume."""

    logarithmic: tuple[bool, bool]
    low: float
    high: float
    top: float
    whole: float

    @classmethod
    def of(cls, histories: Sequence[History]) -> "_Scale":
        fronts = np.vstack([_networks(history) for history in histories])
        known = np.vstack([np.column_stack([one.costs, one.errors]) for one in histories])
        known = known[np.isfinite(known).all(axis=1)]
        logarithmic = (bool((known[:, 0] > 0).all()), bool((known[:, 1] > 0).all()))
        scaled = _scaled(fronts, logarithmic)
        if not len(scaled):
            return cls(logarithmic, 0.0, 0.0, 0.0, 0.0)
        # By cost: the cheapest network's error is the highest of the front, the lowest error is
        # that of its dearest network.
        order = np.lexsort((scaled[:, 1], scaled[:, 0]))
        low, highest = scaled[order[0]]
        lowest = scaled[:, 1].min()
        dearest = scaled[scaled[:, 1] == lowest, 0].min()
        high = dearest + _BEYOND * (dearest - low)
        top = highest + _BEYOND * (highest - lowest)
        found = Staircase.of(scaled[:, 0], scaled[:, 1], low=low, high=high, top=top)
        return cls(logarithmic, float(low), float(high), float(top), found.hypervolume)

    def held_along(self, start: np.ndarray, history: History) -> np.ndarray:
        """Return the part that is held at the start and after each trial of a search."""
        points = np.column_stack([history.costs, history.errors])
        held = [self._hypervolume(np.vstack([start, points[:n]])) for n in range(len(history) + 1)]
        return np.array(held) / (self.whole or np.nan)

    def _hypervolume(self, points: np.ndarray) -> float:
        costs, errors = _scaled(points[np.isfinite(points).all(axis=1)], self.logarithmic).T
        stairs = Staircase.of(costs, errors, low=self.low, high=self.high, top=self.top)
        return stairs.hypervolume


def _scaled(points: np.ndarray, logarithmic: tuple[bool, bool]) -> np.ndarray:
    columns = [
        np.log(column) if by_logarithm else column
        for column, by_logarithm in zip(points.T, logarithmic, strict=True)
    ]
    return np.column_stack(columns)
