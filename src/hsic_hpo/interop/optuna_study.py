"""Trials from an Optuna study."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import xarray as xr

from hsic_hpo.errors import InputError
from hsic_hpo.interop.conditions import presence
from hsic_hpo.interop.conversion import to_dataset
from hsic_hpo.interop.direction import suggests_more_is_better
from hsic_hpo.interop.imported import ImportedTrial, LeftOut, lacks_values
from hsic_hpo.interop.optuna_ranges import Parameters, parameters
from hsic_hpo.interop.optuna_sampler import ENQUEUED, sampler_of
from hsic_hpo.interop.optuna_space import converter, definitions
from hsic_hpo.interop.optuna_storage import load_study
from hsic_hpo.interop.row_range import row_slice
from hsic_hpo.interop.states import FAILED, PRUNED
from hsic_hpo.spaces.space import Space
from hsic_hpo.trials.drawn import ADAPTIVE, drawn_attributes
from hsic_hpo.wording import counted

_ENDED_EARLY = {"PRUNED": PRUNED, "FAIL": FAILED}


def trials_from_optuna(
    study: Any,
    name: str | None = None,
    *,
    objective: int = 0,
    maximise: bool | None = None,
    rows: str | None = None,
) -> xr.Dataset:
    """Read the trials of an Optuna study.

    A parameter that only some trials have is conditional: on up to three others whose values decide
    whether it is present, else on a parameter of its own that says whether it is. Failed and
    pruned trials count as failed: they rank worst. Trials that still run or wait, and those outside
    of their own range (enqueued ones may be), are left out and counted. Trials of one configuration
    are one trial, ranked by their mean error. The value of a maximised objective is negated.

    Nothing is written: a database that does not exist is an error.

    Parameters
    ----------
    study
        A study of Optuna; or the URL of a storage, the path of a database file or a journal, or a
        storage object, that holds it.
    name
        Name of the study in the storage; not needed where it holds a single one.
    objective
        Which value of a multi-objective study is the error.
    maximise
        Whether more of it is better, where that is not what the study says.
    rows
        Part of the trials, by number: ``"A:B"`` from trial A up to, without, trial B.

    Returns
    -------
    xarray.Dataset
        Trials Dataset; ``train_seconds`` is the duration of each trial, its cost. The attribute
        ``notes`` says, a sentence per line, what a reader must know of how they were taken.

    Raises
    ------
    InputError
        When Optuna is not installed, the storage or study does not exist, a parameter has
        distributions of different kinds in different trials, or the trials cannot be analysed.

    Examples
    --------
    >>> import hsic_hpo as hh
    >>> import optuna
    >>> optuna.logging.set_verbosity(optuna.logging.WARNING)
    >>> study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
    >>> study.optimize(lambda trial: trial.suggest_float("x", -1, 1) ** 2, n_trials=30)
    >>> trials = hh.trials_from_optuna(study)
    >>> trials.sizes["trial"], trials.attrs["error_name"]
    (30, 'value')
    """
    found = load_study(study, name)
    where = f"Optuna study {found.study_name}"
    if not 0 <= objective < len(found.directions):
        raise InputError(
            f"{where}: objective {objective} does not exist; it has {len(found.directions)}, "
            "counted from 0"
        )
    part = row_slice(rows)
    all_trials = [
        trial
        for trial in found.get_trials(deepcopy=False)
        if trial.number >= (part.start or 0) and (part.stop is None or trial.number < part.stop)
    ]
    ended = [trial for trial in all_trials if trial.state.is_finished()]
    unfinished = [
        LeftOut(trial.state.name.lower(), is_expected=True)
        for trial in all_trials
        if not trial.state.is_finished()
    ]
    known = parameters(ended, where)
    complete = [trial for trial in ended if trial.state.name == "COMPLETE"]
    spec, presences = definitions(known.distributions, complete)
    space = Space.from_dict(spec, where)
    taken = [as_imported(trial, known, presences, objective, space) for trial in ended]
    is_maximised, error_name, notes = _metric(found, objective, maximise)
    n_enqueued = sum(ENQUEUED in trial.system_attrs for trial in ended)
    notes += known.notes
    notes += [
        f"No parameter tells when {parameter} is there: its presence counts as a parameter."
        for parameter in presences
    ]
    if n_enqueued:
        verb = "was enqueued and counts" if n_enqueued == 1 else "were enqueued and count"
        notes.append(f"{counted(n_enqueued, 'trials')} {verb} as the others, where in range.")
    way, sampler = sampler_of(found, ended, is_given=found is study)
    if known.changed and way != ADAPTIVE:
        way, sampler = ADAPTIVE, "ranges that changed between trials"
    return to_dataset(
        [one for one in taken if isinstance(one, ImportedTrial)],
        space,
        where,
        error_name=error_name,
        maximise=is_maximised,
        left_out=[*unfinished, *(one for one in taken if isinstance(one, LeftOut))],
        notes=notes,
        attrs={"space_origin": "storage", **drawn_attributes(way, sampler)},
    )


def _metric(study: Any, objective: int, maximise: bool | None) -> tuple[bool, str, list[str]]:
    """Return whether more is better, the name of what was measured, and notes."""
    if maximise not in (None, True, False):
        raise InputError(f"maximise: {maximise!r} is neither True nor False")
    says_more = study.directions[objective].name == "MAXIMIZE"
    several = len(study.directions) > 1
    name = f"value {objective}" if several else "value"
    if study.metric_names is not None:
        name = study.metric_names[objective]
    if maximise is not None and maximise != says_more:
        says, taken = ("more", "less") if says_more else ("less", "more")
        return maximise, name, [f"The study says that {says} {name} is better; taken: {taken}."]
    if not says_more and maximise is None and suggests_more_is_better(name):
        return False, name, [f"The study says that less {name} is better."]
    return says_more, name, []


def as_imported(
    trial: Any, known: Parameters, presences: Sequence[str], objective: int, space: Space
) -> ImportedTrial | LeftOut:
    """Return a trial of Optuna that ended, before it is checked against a space."""
    place = f"trial {trial.number}"
    configuration = configuration_of(trial.params, known, presences)
    duration = trial.duration.total_seconds() if trial.duration is not None else math.nan
    costs = {"train_seconds": duration}
    early = _ENDED_EARLY.get(trial.state.name)
    if early is None:
        value = trial.values[objective]
        if math.isfinite(value):
            return ImportedTrial(place, configuration, value, costs=costs)
        return ImportedTrial(place, configuration, None, f"value is {value}", costs)
    if lacks_values(configuration, space):
        return LeftOut(f"{early} before all hyperparameters had values", is_expected=True)
    return ImportedTrial(place, configuration, None, early, costs, ended_early=True)


def configuration_of(
    params: Mapping[str, Any], known: Parameters, presences: Sequence[str]
) -> dict[str, Any]:
    """Return the values of Optuna's parameters as those of the space's hyperparameters."""
    configuration = {
        name: _value(known.distributions[name], value)
        for name, value in params.items()
        if name in known.distributions
    }
    return configuration | {presence(name): name in params for name in presences}


def _value(distribution: Any, value: Any) -> Any:
    """Return a value as one of the definition; one that an enqueued trial put outside as it is."""
    converted = converter(distribution)(value)
    if isinstance(value, str | bool) or not isinstance(converted, int | float):
        return converted
    return converted if math.isclose(converted, value, rel_tol=1e-9, abs_tol=1e-12) else value
