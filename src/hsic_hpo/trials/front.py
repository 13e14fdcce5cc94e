"""How near each trial lies to the front of error and cost: its place, which a goal can ask for."""

from bisect import bisect_right

import numpy as np
import xarray as xr

from hsic_hpo.trials import dataset as trials_data
from hsic_hpo.trials.goals import target_values
from hsic_hpo.wording import cost_name


def front_places(errors: np.ndarray, costs: np.ndarray) -> np.ndarray:
    """Order trials by how near they lie to the front of error and cost.

    The trials to which no other is preferable in both come first, then those to which none of the
    rest is, and so on (non-dominated sorting, [1]_); within each such front those that add most to
    its hypervolume come first, on logarithmic scales where all values are positive, as errors and
    costs of networks spread over decades.

    Parameters
    ----------
    errors, costs
        ``(n,)``, lower is better; infinite where unknown.

    Returns
    -------
    numpy.ndarray
        ``(n,)`` places from 1, infinite where the error or the cost is; equal trials share one.

    References
    ----------
    .. [1] K. Deb, A. Pratap, S. Agarwal, T. Meyarivan, "A fast and elitist multiobjective genetic
       algorithm: NSGA-II", IEEE Transactions on Evolutionary Computation 6 (2002) 182-197.

    Examples
    --------
    >>> import numpy as np
    >>> front_places(np.array([3.0, 1.0, 2.0, 4.0]), np.array([1.0, 4.0, 2.0, 4.0])).tolist()
    [1.0, 3.0, 2.0, 4.0]
    """
    known = np.isfinite(errors) & np.isfinite(costs)
    places = np.full(len(errors), np.inf)
    if not known.any():
        return places
    points, which, counts = np.unique(
        np.column_stack([costs, errors])[known], axis=0, return_inverse=True, return_counts=True
    )
    rank = _ranks(points[:, 1])
    order = np.lexsort((-_contributions(points, rank), rank))
    # A point's place counts the trials before it.
    before = np.empty(len(points))
    before[order] = np.concatenate([[0], np.cumsum(counts[order])[:-1]])
    places[known] = 1 + before[which.ravel()]
    return places


def _ranks(errors: np.ndarray) -> np.ndarray:
    """Return the front of each of distinct points that are sorted by cost, then error."""
    lowest: list[float] = []
    ranks = np.empty(len(errors), dtype=int)
    for i, error in enumerate(errors.tolist()):
        # Dominated by every front that has reached this error at a lower cost.
        ranks[i] = bisect_right(lowest, error)
        lowest[ranks[i] : ranks[i] + 1] = [error]
    return ranks


def _contributions(points: np.ndarray, ranks: np.ndarray) -> np.ndarray:
    """Return what each point alone adds to the hypervolume of its front."""
    scaled = np.column_stack(
        [np.log(column) if (column > 0).all() else column for column in points.T]
    )
    worst = scaled.max(axis=0)
    added = np.zeros(len(points))
    for rank in range(ranks.max() + 1):
        # By cost, so that errors fall.
        front = np.flatnonzero(ranks == rank)
        costs, errors = scaled[front].T
        width = np.append(costs[1:], worst[0]) - costs
        height = np.insert(errors[:-1], 0, worst[1]) - errors
        added[front] = width * height
    return added


def with_front_places(trials: xr.Dataset, cost: str) -> xr.Dataset:
    """Return trials whose error is replaced by their place towards the front of error and cost.

    Whatever explains the best fraction by error then explains the fraction nearest to the front.

    Parameters
    ----------
    trials
        Trials Dataset.
    cost
        Name of the cost.
    """
    places = front_places(target_values(trials, "error"), target_values(trials, cost))
    known = xr.DataArray(np.isfinite(places), dims="trial")
    name = f"place towards the front of {trials.attrs['error_name']} and {cost_name(cost)}"
    error = trials["validation_error"]
    replaced = error.copy(data=np.broadcast_to(places[:, None], error.shape).copy())
    replaced.attrs |= {"long_name": name, "units": "1"}
    # A stopped trial has its place by the error that it had reached.
    statuses = trials["status"].where(trials["status"] != trials_data.STOPPED, "ok")
    statuses = statuses.where(known | (statuses != "ok"), "failed")
    dropped = ("direction", "metric", "rungs")
    attrs = {k: v for k, v in trials.attrs.items() if k not in dropped}
    return trials.assign(
        validation_error=replaced.where(known),
        status=statuses.astype(object).assign_attrs(trials["status"].attrs),
    ).assign_attrs(attrs | {"error_name": name, "error_units": "1"})


def without_dearer(trials: xr.Dataset, cost: str, most: float) -> xr.Dataset:
    """Return the trials that cost at most ``most``."""
    return trials.isel(trial=np.flatnonzero(target_values(trials, cost) <= most))
