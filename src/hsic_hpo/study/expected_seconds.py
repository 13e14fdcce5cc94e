"""How long trainings take under another budget, and which of them tell of those to come."""

import math
from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean
from typing import Any

from hsic_hpo.study.finished_trainings import Training
from hsic_hpo.trials.costs import TRAINING_FACTOR


def seconds_under(
    training: Training,
    budget: Mapping[str, Any],
    own_budget: Mapping[str, Any],
    training_samples: float,
) -> float:
    """Return how long a training would take under a budget, unless early stopping ends it.

    Parameters
    ----------
    training
        A finished one, or one that was left at a rung.
    budget, own_budget
        As a study config writes them; ``own_budget`` is that of the training.
    training_samples
        Size of the training split; NaN: limits of operations count for nothing.
    """
    # One that was left shows how long its epochs took, a whole one how early it stops.
    was_left = training.status == "stopped"
    lasted = training.epochs if was_left else _length(training, own_budget, training_samples)
    length = _length(training, budget, training_samples)
    if not lasted or ("steps" in budget) != ("steps" in own_budget):
        return training.seconds
    limit = budget.get("max_seconds") or math.inf
    return float(min(training.seconds * length / lasted, limit))


def _length(training: Training, budget: Mapping[str, Any], training_samples: float) -> float:
    """Return the epochs, or steps, of a training that a budget allows."""
    length = float(budget.get("epochs") or budget.get("steps") or 0.0)
    most, samples = budget.get("max_training_flops"), training_samples
    if most and math.isfinite(samples) and "epochs" in budget and training.flops > 0:
        length = min(length, most / (TRAINING_FACTOR * training.flops * samples))
    return length


def furthest(stages: Iterable[Sequence[Training]]) -> list[Training]:
    """Return each training once, as it was when it had come furthest, the best ones first.

    Parameters
    ----------
    stages
        Trainings of the random search and of its rungs, in their order: those that went on after a
        rung are better than those that did not.
    """
    found: dict[tuple[str, int], tuple[int, Training]] = {}
    for number, stage in enumerate(stages):
        for one in stage:
            found[one.trial, one.repeat] = (number, one)
    ranked = sorted(found.values(), key=lambda known: (-known[0], known[1].error))
    return [one for _, one in ranked if math.isfinite(one.error)]


def best_of(trainings: Sequence[Training], fraction: float) -> Sequence[Training]:
    """Return a fraction of trainings that are in the order of their errors, at least one."""
    return trainings[: max(1, round(fraction * len(trainings)))]


def mean(seconds: Iterable[float]) -> float:
    """Return the mean, 0 of nothing."""
    known = list(seconds)
    return fmean(known) if known else 0.0
