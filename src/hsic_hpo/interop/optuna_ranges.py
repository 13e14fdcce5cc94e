"""Parameters of an Optuna study: their distributions where these changed between trials."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hsic_hpo.errors import InputError
from hsic_hpo.interop.conversion import tally


@dataclass(frozen=True)
class Parameters:
    """The parameters of a study that can be analysed.

    Attributes
    ----------
    distributions
        By name: one that covers those of all trials.
    notes
        What was left out and what was joined, a sentence each.
    changed
        Whether a range was not the same in all trials.
    """

    distributions: Mapping[str, Any]
    notes: Sequence[str]
    changed: bool


def parameters(trials: Sequence[Any], where: str) -> Parameters:
    """Join the distributions of a study's trials.

    Parameters
    ----------
    trials
        Trials of Optuna that ended.
    where
        Place named first in messages.

    Raises
    ------
    InputError
        When a parameter has distributions of different kinds, or none varies.
    """
    found: dict[str, dict[Any, None]] = {}
    for trial in trials:
        for name, distribution in trial.distributions.items():
            found.setdefault(name, {})[distribution] = None
    complete = [trial for trial in trials if trial.state.name == "COMPLETE"]
    reached = {name for trial in complete for name in trial.params}
    distributions, notes, changed = {}, [], False
    for name, different in found.items():
        known = list(different)
        if name not in reached and complete:
            notes.append(f"{name} is left out: only trials without an error have it.")
            continue
        joined = _joined(name, known, where)
        if joined.single():
            notes.append(f"{name} has a single value and is left out.")
            continue
        if len(known) > 1:
            changed = True
            ends = [f"{one.low:g} to {one.high:g}" for one in known]
            shown = ", ".join(ends[:3]) + (", ..." if len(ends) > 3 else "")
            notes.append(
                f"The range of {name} changed between trials ({shown}): all of it counts, "
                f"{joined.low:g} to {joined.high:g}."
            )
        distributions[name] = joined
    if not distributions:
        states = tally([trial.state.name.lower() for trial in trials])
        raise InputError(
            f"{where}: no parameter that varies in {len(trials)} finished trials"
            + (f" ({states})" if len(complete) < len(trials) else "")
        )
    return Parameters(distributions, notes, changed)


def _joined(name: str, known: Sequence[Any], where: str) -> Any:
    first = known[0]
    if len(known) == 1:
        return first
    kinds = {(type(one), getattr(one, "log", None)) for one in known}
    if len(kinds) > 1 or not hasattr(first, "low"):
        raise InputError(
            f"{where}: {name} has different distributions in different trials: "
            f"{first} and {known[1]}; --rows A:B takes a part of the trials"
        )
    low, high = min(one.low for one in known), max(one.high for one in known)
    steps = {one.step for one in known}
    step = steps.pop() if len(steps) == 1 else None
    if step is not None and any((one.low - low) % step for one in known):
        step = None
    if step is None and isinstance(low, int):
        step = 1
    return type(first)(low, high, log=first.log, step=step)
