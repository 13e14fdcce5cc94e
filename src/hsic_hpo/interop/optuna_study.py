"""Trials from an Optuna study."""

import math
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import xarray as xr

from hsic_hpo.errors import InputError, did_you_mean, needs_extra
from hsic_hpo.interop.conditions import presence
from hsic_hpo.interop.conversion import ImportedTrial, tally, to_dataset
from hsic_hpo.interop.optuna_space import converter, definitions
from hsic_hpo.spaces.space import Space


def trials_from_optuna(study: Any, name: str | None = None, *, objective: int = 0) -> xr.Dataset:
    """Read the trials of an Optuna study.

    A parameter that only some trials have is conditional: on the first categorical parameter whose
    values decide whether it is present, else on the first integer one with a threshold that decides
    it, else on a parameter of its own that says whether it is present. Failed and pruned trials
    count as failed: they rank worst. The value of a maximised objective is negated.

    Parameters
    ----------
    study
        A study of Optuna; or the URL of a storage, or a storage object, that holds it.
    name
        Name of the study in the storage; not needed where it holds a single one.
    objective
        Which value of a multi-objective study is the error.

    Returns
    -------
    xarray.Dataset
        Trials Dataset; ``train_seconds`` is the duration of each trial, its cost. The attribute
        ``notes`` says, a sentence per line, what a reader must know of how they were taken.

    Raises
    ------
    InputError
        When Optuna is not installed, the storage or study does not exist, a parameter has
        different distributions in different trials, or the trials cannot be analysed.

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
    study = _load(study, name)
    where = f"Optuna study {study.study_name}"
    if not 0 <= objective < len(study.directions):
        raise InputError(
            f"{where}: objective {objective} does not exist; it has {len(study.directions)}, "
            "counted from 0"
        )
    ended = [trial for trial in study.get_trials(deepcopy=False) if trial.state.is_finished()]
    notes = ["Indices assume that configurations were drawn at random, as RandomSampler does."]
    distributions = _distributions(ended, where)
    for parameter in [key for key, value in distributions.items() if value.single()]:
        notes.append(f"{parameter} has a single value and is left out.")
        del distributions[parameter]
    if not distributions:
        raise InputError(f"{where}: no parameter that varies in {len(ended)} finished trials")
    spec, presences = definitions(distributions, [t for t in ended if t.state.name == "COMPLETE"])
    notes += [
        f"No parameter tells when {parameter} is there: its presence counts as a parameter."
        for parameter in presences
    ]
    space = Space.from_dict(spec, where)
    sign = -1.0 if study.directions[objective].name == "MAXIMIZE" else 1.0
    finished, incomplete = [], []
    for trial in ended:
        taken = _finished(trial, distributions, presences, objective, sign)
        if all(
            parameter.is_active(taken.configuration) == (parameter.name in taken.configuration)
            for parameter in space.hyperparameters
        ):
            finished.append(taken)
        else:
            incomplete.append(trial.state.name.lower())
    if incomplete:
        notes.append(f"Left out, as they lack parameters: {tally(incomplete)}.")
    reasons = [trial.reason for trial in finished if trial.error is None]
    if reasons:
        notes.append(f"Without an error, ranked worst: {tally(reasons)}.")
    error_name = "value" if len(study.directions) == 1 else f"value {objective}"
    if sign < 0:
        error_name = f"minus {error_name}"
    dataset = to_dataset(finished, space, where, error_name=error_name)
    return dataset.assign_attrs(notes="\n".join(notes))


def _load(given: Any, name: str | None) -> Any:
    with needs_extra("trials of an Optuna study", "optuna"):
        import optuna
    if isinstance(given, optuna.Study):
        if name not in (None, given.study_name):
            raise InputError(f"name: {name!r}; the study given is {given.study_name!r}")
        return given
    verbosity = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            names = optuna.get_all_study_names(given)
            if name is None and len(names) == 1:
                name = names[0]
            if name not in names:
                wanted = "which study? name one" if name is None else f"no study {name!r}"
                raise InputError(
                    f"{given}: {wanted}; studies: {', '.join(names) or 'none'}"
                    f"{did_you_mean(name, names)}"
                )
            return optuna.load_study(study_name=name, storage=given)
    except InputError:
        raise
    except Exception as error:
        reason = " ".join(str(error).split())[:200]
        raise InputError(f"{given}: not a readable Optuna storage ({reason})") from error
    finally:
        optuna.logging.set_verbosity(verbosity)


def _distributions(ended: Sequence[Any], where: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for trial in ended:
        for parameter, distribution in trial.distributions.items():
            if found.setdefault(parameter, distribution) != distribution:
                raise InputError(
                    f"{where}: {parameter} has different distributions in different trials: "
                    f"{found[parameter]} and {distribution}"
                )
    return found


def _finished(
    trial: Any,
    distributions: Mapping[str, Any],
    presences: Sequence[str],
    objective: int,
    sign: float,
) -> ImportedTrial:
    configuration = {
        name: converter(distributions[name])(value)
        for name, value in trial.params.items()
        if name in distributions
    }
    configuration |= {presence(name): name in trial.params for name in presences}
    duration = trial.duration.total_seconds() if trial.duration is not None else math.nan
    place, costs = f"trial {trial.number}", {"train_seconds": duration}
    if trial.state.name != "COMPLETE":
        reason = "pruned" if trial.state.name == "PRUNED" else "failed"
        return ImportedTrial(place, configuration, None, reason, costs)
    value = sign * trial.values[objective]
    if not math.isfinite(value):
        return ImportedTrial(
            place, configuration, None, f"value is {trial.values[objective]}", costs
        )
    return ImportedTrial(place, configuration, value, costs=costs)
