"""The front of error and cost of finished trials, for a notebook: as a Dataset and as a figure."""

from typing import Any

import numpy as np
import xarray as xr

from hsic_hpo.figures.figure import Figure
from hsic_hpo.figures.front import front as draw_front
from hsic_hpo.search.front import ALL, make_front
from hsic_hpo.search.known_trials import FOUND_BY, known_trials
from hsic_hpo.sensitivity.goals import cost_of
from hsic_hpo.trials.dataset import check_trials
from hsic_hpo.trials.drawn import ADAPTIVE, how_drawn
from hsic_hpo.trials.history import round_numbers
from hsic_hpo.trials.kinds import FRONT, check_kind

_SEARCH = "search"


def front(trials: xr.Dataset, cost: str | None = None) -> xr.Dataset:
    """Find the trials to which no other is preferable in both error and cost.

    Parameters
    ----------
    trials
        Trials Dataset. Trials that diverged or failed are never on the front.
    cost
        Which cost of the trials; by default their first.

    Returns
    -------
    xarray.Dataset
        Front Dataset, the cheapest first: ``error``, its standard deviation over repeats,
        ``cost``, ``configuration`` and how far the neighbours are, see
        :func:`hsic_hpo.search.front.make_front`; what a study writes as ``front.nc``.

    Raises
    ------
    InputError
        For a Dataset that does not hold trials, or a cost that they do not have.

    Examples
    --------
    >>> import hsic_hpo as hh
    >>> found = hh.front(hh.example_trials()).sel(search="all")
    >>> bool((found["error"].diff("place") < 0).all() and (found["cost"].diff("place") > 0).all())
    True
    """
    check_trials(trials, "trials")
    return make_front({ALL: _labelled(trials)}, cost_of(trials, cost))


def plot_front(found: xr.Dataset, trials: xr.Dataset | None = None) -> Figure:
    """Draw the front of error and cost.

    Parameters
    ----------
    found
        Front Dataset: of `front`, or ``front.nc`` of a study.
    trials
        Trials Dataset to show behind it as points; None: the front alone.

    Returns
    -------
    matplotlib.figure.Figure
        One panel at page width: the staircase, the lowest validation error for every cost, with a
        mark at the network of each of its steps, and what the study's choices take.

    Raises
    ------
    InputError
        For a Dataset that holds no front, or trials without its cost.

    Examples
    --------
    >>> import hsic_hpo as hh
    >>> trials = hh.example_trials()
    >>> figure = hh.plot.front(hh.front(trials), trials)
    """
    check_kind("found", found, FRONT)
    if trials is None:
        return draw_front(None, [], found)
    check_trials(trials, "trials")
    cost_of(trials, str(found.attrs["cost"]))
    known = _labelled(trials)
    methods = known["method"].values.astype(str)
    parts: dict[str, Any] = {
        name: known.isel(trial=methods == name).assign_attrs(method=name)
        for name in dict.fromkeys(methods.tolist())
    }
    return draw_front(parts.pop("random", None), list(parts.values()), found)


def _labelled(trials: xr.Dataset) -> xr.Dataset:
    """Say of each trial whether random search or a search found it, where that is not known."""
    if set(FOUND_BY) <= set(trials):
        return trials
    numbers = np.asarray(round_numbers(trials))
    is_random = (numbers == 0) & (numbers.any() | (how_drawn(trials) != ADAPTIVE))
    searched = trials.isel(trial=~is_random).assign_attrs(method=_SEARCH, search_repeat=0)
    random = trials.isel(trial=is_random)
    return known_trials(
        random if is_random.any() else None, [searched] if not is_random.all() else []
    )
