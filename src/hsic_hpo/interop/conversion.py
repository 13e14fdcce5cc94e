"""Finished trials from elsewhere as a trials Dataset."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import xarray as xr

from hsic_hpo.errors import InputError
from hsic_hpo.spaces.parsing import check_name
from hsic_hpo.spaces.space import Space
from hsic_hpo.trials import dataset as trials
from hsic_hpo.trials import design
from hsic_hpo.trials.costs import MEASURED_COSTS
from hsic_hpo.trials.variables import with_cost
from hsic_hpo.wording import counted

MIN_TRIALS = 30


@dataclass(frozen=True)
class ImportedTrial:
    """A trial that was trained elsewhere.

    Attributes
    ----------
    place
        Its place in the source, for messages: ``"line 7"``.
    configuration
        Values of its active hyperparameters.
    error
        Lower is better; None when it has none.
    reason
        Why it has no error.
    costs
        Costs by name.
    """

    place: str
    configuration: Mapping[str, Any]
    error: float | None
    reason: str = ""
    costs: Mapping[str, float] = field(default_factory=dict)


def to_dataset(
    finished: Sequence[ImportedTrial], space: Space, where: str, *, error_name: str
) -> xr.Dataset:
    """Check finished trials and label them as a trials Dataset.

    Missing is what was not recorded: u of discrete hyperparameters, the test error and, unless
    given as a cost, parameters, FLOPs and times. A trial without an error counts as failed.

    Parameters
    ----------
    finished
        At least 30 trials, of which some have different errors.
    space
        Their search space.
    where
        Place named first in messages.
    error_name
        What the error measures.

    Raises
    ------
    InputError
        For too few trials, no error, equal errors, a trial that stands twice, a configuration
        that is not a point of the space, or a cost whose name is ``error`` or no name.
    """
    _check(finished, space, where)
    u = np.array([space.point(trial.configuration) for trial in finished])
    labelled = design.label_design(space, u, [trial.configuration for trial in finished], {})
    costs = sorted({name for trial in finished for name in trial.costs})
    records = [
        _record(name, trial) for name, trial in zip(labelled["trial"].values, finished, strict=True)
    ]
    dataset = trials.gather_records(
        labelled,
        records,
        {"study": where, "costs": json.dumps(costs)},
        n_repeats=1,
        error_name=error_name,
        error_units="1",
    )
    for cost in costs:
        values = np.array([trial.costs.get(cost, np.nan) for trial in finished], dtype=float)
        dataset = with_cost(dataset, cost, values)
    return dataset


def _check(finished: Sequence[ImportedTrial], space: Space, where: str) -> None:
    for trial in finished:
        space.check_configuration(trial.configuration, f"{where}: {trial.place}")
    if len(finished) < MIN_TRIALS:
        raise InputError(
            f"{where}: {counted(len(finished), 'trials')}; at least {MIN_TRIALS} are needed for an "
            "analysis"
        )
    for cost in sorted({name for trial in finished for name in trial.costs}):
        check_name(cost, f"{where}: cost")
        if cost == "error":
            raise InputError(f"{where}: cost 'error': the error has this name; choose another one")
    errors = {trial.error for trial in finished if trial.error is not None}
    if not errors:
        raise InputError(f"{where}: no trial has a finite error")
    if len(errors) == 1:
        raise InputError(f"{where}: all errors are {errors.pop():g}; they must differ")
    seen: dict[str, str] = {}
    for trial in finished:
        content = json.dumps([trial.configuration, trial.error], sort_keys=True)
        if trial.error is not None and content in seen:
            raise InputError(
                f"{where}: {trial.place} repeats {seen[content]}: same configuration, same error"
            )
        seen[content] = trial.place


def _record(name: str, trial: ImportedTrial) -> dict[str, Any]:
    return {
        "trial": name,
        "repeat": 0,
        "status": "ok" if trial.error is not None else "failed",
        "reason": trial.reason,
        "validation_error": trial.error,
        **dict.fromkeys(("test_error", *MEASURED_COSTS)),
        "learning_curve": [],
    }


def tally(reasons: Sequence[str]) -> str:
    """Count equal reasons: ``"3 pruned, 1 failed"``."""
    return ", ".join(f"{count} {reason}" for reason, count in Counter(reasons).most_common())
