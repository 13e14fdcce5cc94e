"""How sure a halving is: the chance that trials it stopped would have been among the best.

Nobody knows how a stopped training would have gone on, but those that went on show how far errors
still move. From the rung where it was stopped, each trial is moved on to the next rung, and from
there to the end, by a move (the ratio of two errors) of a trial that did go on, drawn with
replacement; it is counted where it ends below the threshold of the goal. Trials nearest to the cut
are the most alike, but few: the draws take the moves of the worst seventh, quarter and half of
those that went on, and of all of them, in equal parts, each bootstrapped, so that the interval
holds this choice too. Where none of N moved as far, one may nonetheless: with a chance drawn from
Beta(1, N), what is expected for an event that N trials did not show, a trial ends anywhere.

Not in the paper. ``docs/halving.md`` tells how these estimates compare with the truth on stored
learning curves.
"""

import json
from collections.abc import Callable

import numpy as np
import xarray as xr

from hsic_hpo.errors import InputError
from hsic_hpo.trials import dataset as trials_data
from hsic_hpo.trials.goals import number_selected
from hsic_hpo.trials.halved import lowest_by
from hsic_hpo.trials.rungs import Rung, auto_rungs

_NEAREST = (0.15, 0.25, 0.5, 1.0)
_DRAWS_EACH = 250
_CONFIDENCE = 0.95
# Expected number of the best that were stopped, as a share of the best, and in trials: up to here
# the explanation rests on the same trials as without a halving.
_NEGLIGIBLE, _NEGLIGIBLE_TRIALS = 0.03, 0.5
# What rungs that are proposed may lose.
_AIM = 0.01


def rungs_of(trials: xr.Dataset) -> tuple[Rung, ...]:
    """Return the rungs of a halved search, none where it was not halved."""
    return tuple(Rung(**rung) for rung in json.loads(trials.attrs.get("rungs", "[]")))


def missed_by_halving(trials: xr.Dataset, goal_fraction: float, *, seed: int = 0) -> xr.Dataset:
    """Estimate how many of the best trials a halving stopped.

    Parameters
    ----------
    trials
        Trials Dataset of a halved search.
    goal_fraction
        Fraction of the trials that counts as the best, in (0, 1).
    seed
        Of the draws, a non-negative integer.

    Returns
    -------
    xarray.Dataset
        Over ``rung``, counted from 1: its ``epochs``, how many trials were ``compared`` there,
        ``stopped`` there, and how many of the best these are expected to be (``missed``); and
        ``keep_enough``, the fraction of all trials to keep there for hardly any to be missed.
        ``chance(trial)`` of a stopped trial to be among the best, NaN for others; ``expected``,
        the sum, with the ends ``low`` and ``high`` of its 95 % prediction interval; and ``best``,
        how many there are.

    Raises
    ------
    InputError
        When the search was not halved.
    """
    rungs = rungs_of(trials)
    if not rungs:
        raise InputError("rungs: no trial of this search was stopped by a halving")
    n, stopped_after = trials.sizes["trial"], trials["rung"].values
    final = trials_data.error(trials)
    n_best = number_selected(goal_fraction, n)
    reached = np.array([lowest_by(trials, rung.epochs) for rung in rungs])
    going_on = np.array([_went_on(trials, number, rung) for number, rung in enumerate(rungs, 1)])
    scale = _scale(np.append(reached, final))
    at_rungs, at_end = scale(reached), scale(final)
    threshold = np.sort(at_end)[n_best - 1]
    rng = np.random.default_rng(seed)
    moved, hits = _chances(at_rungs, at_end, going_on, stopped_after, threshold, n_best / n, rng)
    low, high = np.quantile(hits.sum(1), [(1 - _CONFIDENCE) / 2, (1 + _CONFIDENCE) / 2])
    chance = np.where(stopped_after > 0, hits.mean(0), np.nan)
    numbers = np.arange(1, len(rungs) + 1)
    here = [stopped_after == number for number in numbers]
    compared = [
        int((np.isfinite(errors) & ((stopped_after == 0) | (stopped_after >= number))).sum())
        for number, errors in zip(numbers, at_rungs, strict=True)
    ]
    enough = [
        _keep_enough(moved[where], at_rungs[k][where], rung.keep, n, _AIM * n_best / len(rungs))
        for k, (rung, where) in enumerate(zip(rungs, here, strict=True))
    ]
    return xr.Dataset(
        {
            "epochs": ("rung", [rung.epochs for rung in rungs], _says("epochs of the rung")),
            "compared": ("rung", compared, _says("trials that reached the rung")),
            "stopped": ("rung", [int(where.sum()) for where in here], _says("trials stopped")),
            "missed": (
                "rung",
                [float(chance[where].sum()) for where in here],
                _says("expected number of the best among those stopped"),
            ),
            "keep_enough": (
                "rung",
                enough,
                _says("fraction of all trials to keep for hardly any of the best to be missed"),
            ),
            "chance": ("trial", chance, _says("chance of being among the best, of a stopped one")),
            "expected": ((), float(hits.sum(1).mean()), _says("of the best, expected as stopped")),
            "low": ((), float(low), _says("lower end of the prediction interval")),
            "high": ((), float(high), _says("upper end of the prediction interval")),
            "best": ((), n_best, _says("trials that reach the goal")),
        },
        coords={
            "rung": ("rung", numbers, _says("rung")),
            "trial": trials["trial"],
        },
        attrs={
            "goal_fraction": goal_fraction,
            "epochs": trials.sizes["epoch"],
            "confidence": _CONFIDENCE,
            "seed": seed,
        },
    )


def is_negligible(found: xr.Dataset) -> bool:
    """Tell whether so few of the best were stopped that it does not change what is explained.

    Parameters
    ----------
    found
        Dataset of :func:`missed_by_halving`.
    """
    return float(found["expected"]) <= max(_NEGLIGIBLE_TRIALS, _NEGLIGIBLE * int(found["best"]))


def proposed_rungs(found: xr.Dataset) -> tuple[Rung, ...]:
    """Return rungs that would hardly miss any of the best.

    They are those of :func:`hsic_hpo.trials.rungs.auto_rungs`, which keep more at the epochs of
    rungs of this search where its trials ask for more.

    Parameters
    ----------
    found
        Dataset of :func:`missed_by_halving`.
    """
    enough = dict(zip(found["epochs"].values.tolist(), found["keep_enough"].values, strict=True))
    usual = auto_rungs(
        found.sizes["trial"], int(found.attrs["epochs"]), float(found.attrs["goal_fraction"])
    )
    proposed: list[Rung] = []
    for rung in usual:
        keep = max(rung.keep, float(enough.get(rung.epochs, 0.0)))
        # What an early rung stops, no later one takes up again.
        while proposed and proposed[-1].keep <= keep:
            proposed.pop()
        if keep < 1:
            proposed.append(Rung(rung.epochs, keep))
    return tuple(proposed)


def _went_on(trials: xr.Dataset, number: int, rung: Rung) -> np.ndarray:
    """Tell which trials trained beyond a rung."""
    passed = (trials["rung"] == 0) | (trials["rung"] > number)
    return (passed & (trials["epochs"] > rung.epochs).any("repeat")).values


def _scale(errors: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """Return the scale on which moves add up: the logarithm where all errors are positive."""
    known = errors[np.isfinite(errors)]
    if known.size and (known > 0).all():
        return lambda values: np.log(np.where(np.isnan(values), np.inf, values))
    return lambda values: np.where(np.isnan(values), np.inf, values)


def _chances(
    at_rungs: np.ndarray,
    at_end: np.ndarray,
    going_on: np.ndarray,
    stopped_after: np.ndarray,
    threshold: float,
    share: float,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the chance of each trial by moves alone, and ``(draw, trial)`` of hits in all."""
    n_rungs, n = at_rungs.shape
    moves = []
    for k in range(n_rungs):
        trained_on = np.flatnonzero(going_on[k] & np.isfinite(at_rungs[k]))
        from_best = trained_on[np.argsort(at_rungs[k][trained_on], kind="stable")]
        later = at_rungs[k + 1] if k + 1 < n_rungs else at_end
        moves.append(later[from_best] - at_rungs[k][from_best])
    by_moves = np.zeros((len(_NEAREST), _DRAWS_EACH, n), dtype=bool)
    anywhere = np.zeros_like(by_moves)
    for number, nearest in enumerate(_NEAREST):
        resampled = [_resampled(each, nearest, rng) for each in moves]
        for k in range(n_rungs):
            here = np.flatnonzero(stopped_after == k + 1)
            place = np.tile(at_rungs[k][here], (_DRAWS_EACH, 1))
            for each in resampled[k:]:
                picked = rng.integers(each.shape[1], size=place.shape)
                place = place + np.take_along_axis(each, picked, axis=1)
            by_moves[number][:, here] = place <= threshold
            unseen = rng.beta(1, max(1, len(moves[k])), size=(_DRAWS_EACH, 1))
            anywhere[number][:, here] = rng.random(place.shape) < unseen * share
    shape = (len(_NEAREST) * _DRAWS_EACH, n)
    by_moves = by_moves.reshape(shape)
    return by_moves.mean(0), by_moves | anywhere.reshape(shape)


def _resampled(moves: np.ndarray, nearest: float, rng: np.random.Generator) -> np.ndarray:
    """Return bootstrap samples, ``(draw, move)``, of the moves of those nearest to the cut."""
    if not moves.size:
        return np.zeros((_DRAWS_EACH, 1))
    pool = moves[int(len(moves) * (1 - nearest)) :]
    return pool[rng.integers(len(pool), size=(_DRAWS_EACH, len(pool)))]


def _keep_enough(
    chance: np.ndarray, error: np.ndarray, keep: float, n: int, allowed: float
) -> float:
    """Return the fraction of n trials to keep for at most so many of the best to be missed."""
    from_best = chance[np.argsort(error, kind="stable")]
    missed_beyond = from_best[::-1].cumsum()[::-1]
    more = int((missed_beyond > allowed).sum())
    return min(1.0, keep + np.ceil(100 * more / n) / 100)


def _says(long_name: str) -> dict[str, str]:
    return {"long_name": long_name, "units": "1"}
