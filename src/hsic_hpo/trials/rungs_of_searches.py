"""Rungs for the trials of searches: what the best random trials had reached there.

The trials of a random search are compared among each other at each rung. A round of a search is
too small for that, and good networks would be stopped for being proposed together. Its trials are
compared with the random ones instead, by thresholds that are known before the round begins, so that
each of them stands for itself (not in the paper): a trial is stopped where it is worse than any of
the best twentieth of the random ones was at that epoch, or than all that went on.
"""

import json
from collections.abc import Sequence

import numpy as np
import xarray as xr

from hsic_hpo.trials import dataset as trials_data
from hsic_hpo.trials.halved import lowest_by
from hsic_hpo.trials.rungs import Rung, n_kept
from hsic_hpo.trials.stopped import is_stopped, ranked_errors
from hsic_hpo.trials.thresholds import Threshold

# Searches look for better trials than a random search has many of.
_BEST, _FEWEST_BEST = 0.05, 3
# Trials that trained to their end, of which fewer tell little of how errors go on.
_FEWEST = 10


def thresholds(trials: xr.Dataset) -> list[Threshold]:
    """Return what the best random trials had reached at each rung.

    Parameters
    ----------
    trials
        Trials Dataset of a halved random search.

    Returns
    -------
    list of Threshold
        For each rung, the largest of the lowest errors up to its epoch: of the best twentieth of
        the trials, at least three, by their error at the end, or of all that went on where that is
        lower. Infinite where no trial ended well.
    """
    ends = trials_data.error(trials)
    n_best = max(_FEWEST_BEST, round(_BEST * len(ends)))
    best = [place for place in np.argsort(ends, kind="stable")[:n_best] if np.isfinite(ends[place])]
    found = []
    for number, entry in enumerate(json.loads(trials.attrs["rungs"]), start=1):
        rung = Rung(int(entry["epochs"]), float(entry["keep"]))
        went_on = (trials["rung"].values == 0) | (trials["rung"].values > number)
        reached = lowest_by(trials, rung.epochs)
        of_those = reached[went_on & np.isfinite(reached)]
        is_full = len(of_those) >= n_kept(rung, trials.sizes["trial"])
        error = min(
            float(np.max(reached[best], initial=-np.inf)) if best else np.inf,
            float(of_those.max()) if is_full else np.inf,
        )
        found.append(Threshold(rung.epochs, rung.keep, error))
    return found


def expected_ends(datasets: Sequence[xr.Dataset]) -> np.ndarray:
    """Return the error of each trial, of a stopped one that which it is expected to end with.

    The logarithm of the error at the end is a straight line in that of the lowest error at the
    rung, by least squares over the trials that went on from there to their end. They were chosen by
    their error at the rung, and not by the one at the end, so that those with luck do not bias it.
    The line never falls, and no stopped trial is expected to end above what it has reached.

    Parameters
    ----------
    datasets
        Trials Datasets of one study.

    Returns
    -------
    numpy.ndarray
        ``(n_trials,)``, infinite where a trial failed or diverged. Stopped trials have the error
        that they rank by where errors are not all positive, or too few trials went on.
    """
    ends = np.concatenate([[], *map(trials_data.error, datasets)])
    ranked = np.concatenate([[], *map(ranked_errors, datasets)])
    stopped = np.concatenate([np.array([], dtype=bool), *map(is_stopped, datasets)])
    lengths = np.concatenate([[], *(one["epochs"].max("repeat").values for one in datasets)])
    found = np.where(stopped, ranked, ends)
    for epoch in np.unique(lengths[stopped]).astype(int):
        reached = np.concatenate([[], *(lowest_by(one, epoch) for one in datasets)])
        here = stopped & (lengths == epoch) & np.isfinite(reached)
        known = np.isfinite(ends) & np.isfinite(reached) & (lengths > epoch)
        if known.sum() < _FEWEST or min(reached[known | here].min(), ends[known].min()) <= 0:
            continue
        x, y = np.log(reached[known]), np.log(ends[known])
        spread = x - x.mean()
        slope = max(0.0, float(spread @ y) / float(spread @ spread)) if spread.any() else 0.0
        line = y.mean() + slope * (np.log(reached[here]) - x.mean())
        found[here] = np.exp(np.minimum(line, np.log(reached[here])))
    return found
