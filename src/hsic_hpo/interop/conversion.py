"""Finished trials from elsewhere as a trials Dataset."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr

from hsic_hpo.errors import InputError
from hsic_hpo.interop.imported import ImportedTrial, LeftOut
from hsic_hpo.interop.repeats import Merged, merged
from hsic_hpo.spaces.hyperparameter import Hyperparameter, Levels
from hsic_hpo.spaces.parsing import check_name
from hsic_hpo.spaces.space import Space
from hsic_hpo.trials import dataset as trials
from hsic_hpo.trials import design
from hsic_hpo.trials.costs import MEASURED_COSTS
from hsic_hpo.trials.variables import ABSENT, with_cost
from hsic_hpo.wording import counted

MIN_TRIALS = 30
# Of a level's distance to the next: what rounding in a text may have taken.
_ROUNDING = 1e-6
_NAMED = 2


def to_dataset(
    finished: Sequence[ImportedTrial],
    space: Space,
    where: str,
    *,
    error_name: str,
    maximise: bool = False,
    left_out: Sequence[LeftOut] = (),
    notes: Sequence[str] = (),
    attrs: Mapping[str, str] | None = None,
) -> xr.Dataset:
    """Check finished trials and label them as a trials Dataset.

    Missing is what was not recorded: u of discrete hyperparameters, the test error and, unless
    given as a cost, parameters, FLOPs and times. A trial without an error counts as failed. One
    that is no point of the space is left out; trials of one configuration become one, see
    :func:`hsic_hpo.interop.repeats.merged`.

    Parameters
    ----------
    finished
        Trials of at least 30 configurations, of which some have different errors.
    space
        Their search space.
    where
        Place named first in messages.
    error_name
        What was measured, under its own name.
    maximise
        More of it is better: the error of the Dataset is minus it.
    left_out
        Trials that were left out before.
    notes
        Sentences that a reader must know of how the trials were taken.
    attrs
        More attributes of the Dataset.

    Returns
    -------
    xarray.Dataset
        Trials Dataset. Its attribute ``notes`` has a sentence per line; ``metric`` and
        ``direction`` (``"minimise"`` or ``"maximise"``) say what the error is in the user's words.

    Raises
    ------
    InputError
        For too few configurations, no error, equal errors, more than half of the trials left out,
        or a cost whose name is ``error`` or no name.
    """
    fitting, misfits = fit_to_space(finished, space)
    left_out = [*left_out, *misfits]
    _check_left_out(left_out, len(fitting), where)
    together = merged(fitting)
    _check(together.trials, len(fitting), left_out, where)
    sign = -1.0 if maximise else 1.0
    configurations = [runs[0].configuration for runs in together.trials]
    u = space.points(configurations)
    labelled = design.label_design(space, u, configurations, {})
    costs = sorted({name for trial in finished for name in trial.costs})
    dataset = trials.gather_records(
        labelled,
        _records(labelled["trial"].values.tolist(), together, sign),
        {"study": where, "costs": json.dumps(costs)},
        n_repeats=together.n_repeats,
        error_name=f"minus {error_name}" if maximise else error_name,
        error_units="1",
    )
    for cost in costs:
        if cost not in MEASURED_COSTS:
            dataset = with_cost(dataset, cost, _means(together, cost))
    said = [*notes, *together.notes, *_left_out_note(left_out), *_failed_note(together.trials)]
    return dataset.assign_attrs(
        metric=error_name,
        direction="maximise" if maximise else "minimise",
        notes="\n".join(said),
        **(attrs or {}),
    )


def fit_to_space(
    finished: Sequence[ImportedTrial], space: Space
) -> tuple[list[ImportedTrial], list[LeftOut]]:
    """Return the trials that are points of the space, values in their own types, and the others."""
    fitting, misfits = [], []
    for trial in finished:
        configuration = {
            parameter.name: _settled(parameter, trial.configuration[parameter.name])
            for parameter in space.hyperparameters
            if parameter.name in trial.configuration
        }
        unknown = {
            name: value for name, value in trial.configuration.items() if name not in configuration
        }
        try:
            space.check_configuration({**configuration, **unknown}, trial.place)
        except InputError as error:
            misfits.append(LeftOut(str(error)))
        else:
            fitting.append(trial.with_configuration(configuration))
    return fitting, misfits


def _settled(parameter: Hyperparameter, value: Any) -> Any:
    """Return a value in its own type, of ordered levels the level that it was rounded from."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return value
    if parameter.type in ("float", "integer") and isinstance(parameter.law, Levels):
        levels = np.array(parameter.levels, dtype=float)
        nearest = int(np.argmin(np.abs(levels - value)))
        if abs(levels[nearest] - value) <= _ROUNDING * np.diff(levels).min():
            return parameter.levels[nearest]
    if parameter.type == "integer" and value == int(value):
        return int(value)
    return float(value) if parameter.type == "float" else value


def _check_left_out(left_out: Sequence[LeftOut], n_fitting: int, where: str) -> None:
    faults = [trial for trial in left_out if not trial.is_expected]
    n = n_fitting + len(faults)
    if len(faults) <= n / 2:
        return
    others = f" ({len(faults) - 1} more of {n} trials do not fit either)" if len(faults) > 1 else ""
    raise InputError(f"{where}: {faults[0].reason}{others}")


def _check(
    runs: Sequence[Sequence[ImportedTrial]],
    n_trials: int,
    left_out: Sequence[LeftOut],
    where: str,
) -> None:
    if len(runs) < MIN_TRIALS:
        of = f" of {counted(len(runs), 'configurations')}" if len(runs) < n_trials else ""
        besides = f", {len(left_out)} left out" if left_out else ""
        different = "configurations" if of else "trials"
        raise InputError(
            f"{where}: {counted(n_trials, 'trials')}{of}{besides}; at least {MIN_TRIALS} "
            f"{'' if different == 'trials' else 'configurations '}are needed for an analysis"
        )
    every = [trial for repeats in runs for trial in repeats]
    for cost in sorted({name for trial in every for name in trial.costs}):
        check_name(cost, f"{where}: cost")
        if cost == "error":
            raise InputError(f"{where}: cost 'error': the error has this name; choose another one")
    errors = {trial.error for trial in every if trial.error is not None}
    if not errors:
        raise InputError(f"{where}: no trial has a finite error")
    if len(errors) == 1:
        raise InputError(f"{where}: all errors are {errors.pop():g}; they must differ")


def _records(names: Sequence[str], together: Merged, sign: float) -> list[dict[str, Any]]:
    n_repeats = together.n_repeats
    return [
        _record(str(name), repeat, runs[repeat] if repeat < len(runs) else None, sign)
        for name, runs in zip(names, together.trials, strict=True)
        for repeat in range(n_repeats)
    ]


def _record(name: str, repeat: int, run: ImportedTrial | None, sign: float) -> dict[str, Any]:
    found: dict[str, Any] = {"status": ABSENT, "reason": "", "validation_error": None}
    costs: Mapping[str, float] = {}
    if run is not None:
        found = {"status": "failed", "reason": run.reason, "validation_error": None}
        costs = run.costs
        if run.error is not None:
            found = {"status": "ok", "reason": "", "validation_error": sign * run.error}
    return {
        "trial": name,
        "repeat": repeat,
        **found,
        "test_error": None,
        **{cost: costs.get(cost) for cost in MEASURED_COSTS},
        "learning_curve": [],
    }


def _means(together: Merged, cost: str) -> np.ndarray:
    return np.array(
        [np.mean([run.costs.get(cost, np.nan) for run in runs]) for runs in together.trials]
    )


def _left_out_note(left_out: Sequence[LeftOut]) -> list[str]:
    expected = [trial.reason for trial in left_out if trial.is_expected]
    faults = [trial.reason for trial in left_out if not trial.is_expected]
    notes = [f"Left out: {tally(expected)}."] if expected else []
    if faults:
        more = f"; and {len(faults) - _NAMED} more" if len(faults) > _NAMED else ""
        named = "; ".join(faults[:_NAMED])
        verb = "does" if len(faults) == 1 else "do"
        notes.append(
            f"Left out: {counted(len(faults), 'trials')} that {verb} not fit the space: "
            f"{named}{more}."
        )
    return notes


def _failed_note(runs: Sequence[Sequence[ImportedTrial]]) -> list[str]:
    reasons = [run.reason for repeats in runs for run in repeats if run.error is None]
    return [f"Without an error, ranked worst: {tally(reasons)}."] if reasons else []


def tally(reasons: Sequence[str]) -> str:
    """Count equal reasons: ``"3 pruned, 1 failed"``."""
    return ", ".join(f"{count} {reason}" for reason, count in Counter(reasons).most_common())
