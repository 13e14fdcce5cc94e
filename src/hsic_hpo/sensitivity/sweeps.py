"""Range sweeps: from which value on a hyperparameter no longer matters.

For a hyperparameter X in [a, b] that drives accuracy and cost, the index of X restricted to
[a + c, b], against c, shows the cheapest range in which its choice makes no difference any more
(slides of [1]_, Figure 9). Restricted values of u are mapped back to [0, 1]. Not in the paper:
sweeps from the upper end too, and a noise floor for every range.

References
----------
.. [1] P. Novello, G. Poëtte, D. Lugato, P. M. Congedo, "Goal-oriented sensitivity analysis of
   hyperparameters in deep learning", Journal of Scientific Computing 94, 45 (2023).
"""

from collections.abc import Mapping

import numpy as np
import xarray as xr

from hsic_hpo.indices.bandwidths import Bandwidth
from hsic_hpo.indices.features import Features, Points
from hsic_hpo.indices.gaussian_kernel import MEDIAN_BANDWIDTH
from hsic_hpo.indices.inference import uniform_law_test
from hsic_hpo.spaces.hyperparameter import Hyperparameter
from hsic_hpo.spaces.space import Space
from hsic_hpo.trials.groups import bounds

ENDS = ("lower", "upper")
_DIMS = ("sweep", "end", "point")
_VARIABLES = {
    "sweep_u": ("u of the end of the range that moves", "1"),
    "sweep_value": ("value of the hyperparameter at the end of the range that moves", ""),
    "sweep_hsic": ("HSIC with reaching the goal within the range", "1"),
    "sweep_noise_floor": ("noise floor of sweep_hsic", "1"),
    "sweep_p_value": ("asymptotic p-value of sweep_hsic", "1"),
    "sweep_n": ("trials in the range", "1"),
    "sweep_m": ("trials in the range that reach the goal", "1"),
}


def range_sweeps(
    trials: xr.Dataset,
    space: Space,
    reached: np.ndarray,
    *,
    n_points: int,
    bandwidth: Bandwidth,
    significance: float,
    min_successes: int,
) -> xr.Dataset:
    """Sweep the range of every ordered hyperparameter that always exists, from both ends.

    Parameters
    ----------
    trials
        Trials Dataset.
    space
        Their search space.
    reached
        ``(n_trials,)`` of bool: which trials reach the goal.
    n_points
        Ranges per hyperparameter and end.
    bandwidth
        One for all ranges: a number is used as it is, every rule stands for the median under the
        uniform law.
    significance
        In (0, 1).
    min_successes
        Trials that reach the goal which a range needs for an index.

    Returns
    -------
    xarray.Dataset
        Over ``(sweep, end, point)``: for end ``"lower"`` the range is [value, b], for ``"upper"``
        [a, value]; the first point is the full range. NaN where fewer than ``min_successes``
        trials of the range reach the goal, or all do. ``sweep_choice(sweep, end)`` is the value
        of the widest range from which on no index is significant, at the significance divided by
        the number of ranges (Bonferroni); NaN when there is none.
    """
    swept = _swept(space)
    shape = (len(swept), len(ENDS), n_points)
    found = {name: np.full(shape, np.nan) for name in _VARIABLES}
    width = MEDIAN_BANDWIDTH if isinstance(bandwidth, str) else float(bandwidth)
    for i, parameter in enumerate(swept):
        # Without a recorded u, the middle of an integer's bin orders trials as well.
        u = np.mean(bounds(trials, parameter), axis=0)
        cuts, values = _cuts(parameter, n_points)
        found["sweep_u"][i], found["sweep_value"][i] = cuts, values
        for e in range(len(ENDS)):
            within = _restricted(u, cuts[e], lower=e == 0)
            n, m, index = _indices(within, reached, width)
            found["sweep_n"][i, e], found["sweep_m"][i, e] = n, m
            defined = (m >= max(1, min_successes)) & (m < n)
            test = uniform_law_test(
                index[defined],
                n[defined],
                m[defined],
                bandwidth=width,
                level=significance,
            )
            found["sweep_hsic"][i, e, defined] = test.statistic
            found["sweep_noise_floor"][i, e, defined] = test.noise_floor
            found["sweep_p_value"][i, e, defined] = test.p_value
    choices = _choices(found, significance)
    return _label([parameter.name for parameter in swept], found, choices)


def drawn_sweeps(
    points: xr.Dataset,
    space: Space,
    goals: np.ndarray,
    *,
    n_points: int,
    bandwidth: Bandwidth,
    min_successes: int,
) -> xr.Dataset:
    """Sweep the ranges for many goals over the same points, see :func:`range_sweeps`.

    Parameters
    ----------
    points
        Dataset of points of the space, with u recorded.
    space, n_points, bandwidth, min_successes
        As for :func:`range_sweeps`.
    goals
        ``(K, n)`` of bool: which points reach the goal in each of K draws.

    Returns
    -------
    xarray.Dataset
        Means over the draws; without a test, noise floors, p-values and choices are NaN.
    """
    swept = _swept(space)
    found = {name: np.full((len(swept), len(ENDS), n_points), np.nan) for name in _VARIABLES}
    width = MEDIAN_BANDWIDTH if isinstance(bandwidth, str) else float(bandwidth)
    for i, parameter in enumerate(swept):
        u = np.mean(bounds(points, parameter), axis=0)
        cuts, values = _cuts(parameter, n_points)
        found["sweep_u"][i], found["sweep_value"][i] = cuts, values
        for e in range(len(ENDS)):
            for p, within in enumerate(_restricted(u, cuts[e], lower=e == 0)):
                inside = ~np.isnan(within)
                n, m = int(inside.sum()), goals[:, inside].sum(axis=1)
                found["sweep_n"][i, e, p], found["sweep_m"][i, e, p] = n, m.mean()
                defined = (m >= max(1, min_successes)) & (m < n)
                if not defined.all():
                    continue
                column = Points(np.clip(within[inside], 0.0, 1.0))
                phi = Features([column], [width]).block(slice(0, n))
                contrast = (goals[:, inside] - m[:, None] / n) @ phi.T / n
                found["sweep_hsic"][i, e, p] = (contrast**2).sum(axis=1).mean()
    choices = np.full((len(swept), len(ENDS)), np.nan)
    return _label([parameter.name for parameter in swept], found, choices)


def _swept(space: Space) -> list[Hyperparameter]:
    return [
        parameter
        for parameter in space.hyperparameters
        if parameter.type in ("float", "integer") and not parameter.conditions
    ]


def _cuts(parameter: Hyperparameter, n_points: int) -> tuple[np.ndarray, np.ndarray]:
    """Return where the ranges end, in u and in values, (2, n_points) each: lower, upper."""
    u = np.arange(n_points) / n_points
    if not parameter.is_discrete:
        ends = np.stack([u, 1 - u])
        return ends, parameter.values(ends.ravel()).reshape(ends.shape)
    # Ranges of discrete numbers end at the edges of their bins.
    values = np.stack([parameter.values(u), parameter.values(np.nextafter(1 - u, 0))])
    edges = [[parameter.interval(value)[end] for value in row] for end, row in enumerate(values)]
    return np.array(edges), values


def _restricted(u: np.ndarray, cuts: np.ndarray, *, lower: bool) -> np.ndarray:
    """Return u mapped to [0, 1] within each range, NaN outside: (n_points, n)."""
    cuts = cuts[:, None]
    if lower:
        return np.where(u >= cuts, (u - cuts) / (1 - cuts), np.nan)
    return np.where(u <= cuts, u / cuts, np.nan)


def _indices(
    within: np.ndarray, reached: np.ndarray, bandwidth: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return n, m and the V-statistic of each range, (n_points,) each."""
    inside = ~np.isnan(within)
    point, trial = np.nonzero(inside)
    z = reached[trial]
    n = inside.sum(axis=1)
    m = np.bincount(point[z], minlength=len(within))
    column = Points(np.clip(within[inside], 0.0, 1.0))
    features = Features([column], [bandwidth]).block(slice(0, len(column)))
    starts = np.concatenate([[0], np.cumsum(n)[:-1]])
    filled = n > 0
    total = np.zeros((len(features), len(within)))
    chosen = total.copy()
    total[:, filled] = np.add.reduceat(features, starts[filled], axis=1)
    chosen[:, filled] = np.add.reduceat(features * z, starts[filled], axis=1)
    size = np.maximum(n, 1)
    return n, m, (((chosen - m / size * total) / size) ** 2).sum(axis=0)


def _label(names: list[str], found: Mapping[str, np.ndarray], choices: np.ndarray) -> xr.Dataset:
    variables = {
        name: xr.Variable(_DIMS, found[name], {"long_name": long_name, "units": units})
        for name, (long_name, units) in _VARIABLES.items()
    }
    variables["sweep_choice"] = xr.Variable(
        _DIMS[:2],
        choices,
        {"long_name": "end of the widest range in which the index is noise", "units": ""},
    )
    coords = {
        "sweep": ("sweep", np.array(names, dtype=object), {"long_name": "hyperparameter"}),
        "end": ("end", np.array(ENDS, dtype=object), {"long_name": "end of the range that moves"}),
    }
    return xr.Dataset(variables, coords)


def _choices(found: Mapping[str, np.ndarray], significance: float) -> np.ndarray:
    p_value = found["sweep_p_value"]
    matters = p_value <= significance / p_value.shape[-1]
    # A range qualifies when neither it nor any narrower one matters.
    quiet = ~np.flip(np.logical_or.accumulate(np.flip(matters, -1), axis=-1), -1)
    quiet &= np.isfinite(p_value)
    first = np.argmax(quiet, axis=-1)
    value = np.take_along_axis(found["sweep_value"], first[..., None], axis=-1)[..., 0]
    return np.where(quiet.any(axis=-1), value, np.nan)
