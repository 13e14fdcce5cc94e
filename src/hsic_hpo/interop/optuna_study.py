"""Trials from an Optuna study."""

import math
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import xarray as xr

from hsic_hpo.errors import InputError, did_you_mean, needs_extra
from hsic_hpo.interop.conversion import ImportedTrial, tally, to_dataset
from hsic_hpo.spaces.space import Space

_MANY_LEVELS = 1000


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
    spec, presences = _spec(distributions, [t for t in ended if t.state.name == "COMPLETE"])
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


def _spec(
    distributions: Mapping[str, Any], complete: Sequence[Any]
) -> tuple[dict[str, Any], list[str]]:
    """Return the definitions, parents first, and the parameters whose presence is a parameter."""
    present = {
        name: frozenset(i for i, trial in enumerate(complete) if name in trial.params)
        for name in distributions
    }
    # A parent is present in more trials than its children, or precedes them in the same trials.
    order = sorted(distributions, key=lambda name: -len(present[name]))
    spec: dict[str, Any] = {}
    presences = []
    for position, name in enumerate(order):
        definition = _definition(distributions[name])
        if len(present[name]) < len(complete):
            when = _condition(name, order[:position], distributions, present, complete)
            if when is None:
                presences.append(name)
                share = len(present[name]) / len(complete)
                spec[_presence(name)] = {"type": "boolean", "probability": share}
                when = {_presence(name): True}
            definition["when"] = when
        spec[name] = definition
    return spec, presences


def _presence(name: str) -> str:
    return f"presence of {name}"


def _condition(
    child: str,
    before: Sequence[str],
    distributions: Mapping[str, Any],
    present: Mapping[str, frozenset[int]],
    complete: Sequence[Any],
) -> dict[str, Any] | None:
    for parent in before:
        if not present[child] < present[parent]:
            continue
        value = _converter(distributions[parent])
        held = {value(complete[i].params[parent]) for i in present[child]}
        missed = {value(complete[i].params[parent]) for i in present[parent] - present[child]}
        test = _test(type(distributions[parent]).__name__, held, missed)
        if test is not None:
            return {parent: test}
    return None


def _test(kind: str, held: set[Any], missed: set[Any]) -> Any:
    """Return the condition that separates values with the child from others, None without one."""
    if not held or held & missed:
        return None
    if kind == "CategoricalDistribution":
        values = sorted(held, key=str)
        return values[0] if len(values) == 1 else {"in": values}
    # Samples of many numbers are often disjoint by chance, but rarely separated by a threshold.
    if kind == "IntDistribution" and min(held) > max(missed):
        return {">=": min(held)}
    if kind == "IntDistribution" and max(held) < min(missed):
        return {"<=": max(held)}
    return None


def _definition(distribution: Any) -> dict[str, Any]:
    kind = type(distribution).__name__
    if kind == "CategoricalDistribution":
        if set(map(type, distribution.choices)) == {bool}:
            return {"type": "boolean"}
        convert = _converter(distribution)
        return {"type": "categorical", "levels": [convert(c) for c in distribution.choices]}
    scale = "log" if distribution.log else "linear"
    ends = [distribution.low, distribution.high]
    step = distribution.step
    if kind == "IntDistribution" and step == 1:
        return {"type": "integer", "range": ends, "scale": scale}
    if step is None or (ends[1] - ends[0]) / step >= _MANY_LEVELS:
        return {"type": "float", "range": [float(end) for end in ends], "scale": scale}
    n_levels = round((ends[1] - ends[0]) / step) + 1
    return {"type": "categorical", "levels": [ends[0] + i * step for i in range(n_levels)]}


def _converter(distribution: Any) -> Any:
    """Return the function that turns a parameter's value into one of its definition."""
    choices = getattr(distribution, "choices", None)
    if choices is None:
        low, step = distribution.low, distribution.step
        if (type(distribution).__name__ == "IntDistribution" and step == 1) or step is None:
            return lambda value: value
        if (distribution.high - low) / step >= _MANY_LEVELS:
            return float
        return lambda value: low + round((value - low) / step) * step
    kinds = set(map(type, choices))
    if kinds == {bool} or kinds <= {int, float} or kinds == {str}:
        return lambda value: value
    return str


def _finished(
    trial: Any,
    distributions: Mapping[str, Any],
    presences: Sequence[str],
    objective: int,
    sign: float,
) -> ImportedTrial:
    configuration = {
        name: _converter(distributions[name])(value)
        for name, value in trial.params.items()
        if name in distributions
    }
    configuration |= {_presence(name): name in trial.params for name in presences}
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
