"""Trials of one configuration are one trial: seeds, folds, and what was simply tried again."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from hsic_hpo.interop.imported import ImportedTrial
from hsic_hpo.wording import counted

# Cells of a table of trials and repeats: where few configurations have most of the rows, a table
# with a column for each of them would not fit into memory.
_MOST_CELLS = 10**7


@dataclass(frozen=True)
class Merged:
    """Trials by configuration.

    Attributes
    ----------
    trials
        The runs of each configuration, in the order in which configurations first stand.
    notes
        What was merged, a sentence each.
    """

    trials: Sequence[Sequence[ImportedTrial]]
    notes: Sequence[str]

    @cached_property
    def n_repeats(self) -> int:
        """How many runs the configuration with the most of them has."""
        return max(map(len, self.trials), default=1)


def merged(finished: Sequence[ImportedTrial]) -> Merged:
    """Put the trials of each configuration together, as its repeats.

    Counted as independent, repeats make a hyperparameter look significant that does nothing: what
    all of them share is the luck of their configuration.

    A trial that was pruned or failed is dropped where another one of its configuration has an
    error: it was tried again. A repeat whose error is no number stays, and its configuration ranks
    worst, as in a study of this package. Where every configuration has the same error each time,
    one repeat stands for all.

    Parameters
    ----------
    finished
        Trials whose configurations are points of one space, values in their own types.
    """
    by_configuration: dict[str, list[ImportedTrial]] = {}
    for trial in finished:
        key = json.dumps(trial.configuration, sort_keys=True)
        by_configuration.setdefault(key, []).append(trial)
    every = list(by_configuration.values())
    if len(every) == len(finished):
        return Merged(every, ())
    runs = [_without_early_ends(repeats) for repeats in every]
    n_dropped = len(finished) - sum(map(len, runs))
    notes = []
    if n_dropped:
        verb = "is" if n_dropped == 1 else "are"
        notes.append(
            f"Left out: {counted(n_dropped, 'trials')} without an error whose configuration "
            f"{verb} there with one."
        )
    n_repeated = sum(len(repeats) > 1 for repeats in runs)
    if not n_repeated:
        return Merged(runs, notes)
    n_runs = sum(map(len, runs))
    counts = f"{counted(n_runs, 'trials')} are of {counted(len(runs), 'configurations')}"
    if all(len({trial.error for trial in repeats}) == 1 for repeats in runs):
        notes.append(f"{counts}: those of one have the same error and are merged.")
        return Merged([[_mean(repeats)] for repeats in runs], notes)
    if len(runs) * max(map(len, runs)) > _MOST_CELLS:
        notes.append(f"{counts}: each is one trial with their mean error; its spread is not kept.")
        return Merged([[_mean(repeats)] for repeats in runs], notes)
    notes.append(f"{counts}: each is one trial with the mean error of its repeats.")
    return Merged(runs, notes)


def _without_early_ends(repeats: list[ImportedTrial]) -> list[ImportedTrial]:
    if all(trial.error is None for trial in repeats):
        return repeats
    return [trial for trial in repeats if not trial.ended_early]


def _mean(repeats: Sequence[ImportedTrial]) -> ImportedTrial:
    """Return one trial for several: mean error and costs, or the first that has no error."""
    if len(repeats) == 1:
        return repeats[0]
    costs = {
        name: float(np.mean([trial.costs.get(name, np.nan) for trial in repeats]))
        for name in dict.fromkeys(name for trial in repeats for name in trial.costs)
    }
    lost = [trial for trial in repeats if trial.error is None]
    if lost:
        return replace(lost[0], costs=costs)
    errors = [trial.error for trial in repeats if trial.error is not None]
    same = len(set(errors)) == 1
    return replace(repeats[0], error=errors[0] if same else float(np.mean(errors)), costs=costs)
