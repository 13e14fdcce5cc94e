"""One network chosen from finished trials by what a user can pay, and why it is this one."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import xarray as xr

from hsic_hpo.digits import told_apart
from hsic_hpo.errors import InputError
from hsic_hpo.search.choices import Choice
from hsic_hpo.search.final_choice import FinishedTrial, choose_among
from hsic_hpo.search.front import error_spread
from hsic_hpo.search.known_trials import FOUND_BY
from hsic_hpo.trials.goals import target_names, target_values
from hsic_hpo.trials.history import History
from hsic_hpo.trials.variables import cost_variable
from hsic_hpo.wording import cost_name, costing, counted, number, percent

_OF_A_NETWORK = ("flops", "n_params", "train_seconds")


@dataclass(frozen=True)
class ChosenTrial(FinishedTrial):
    """A finished trial that was chosen among others.

    Attributes
    ----------
    choice
        What was asked for, in words.
    reason
        Why it is this one, a sentence.
    error_std
        Standard deviation of its error over its repeats; None where it has one.
    n_repeats
        Trainings behind its error.
    costs
        All that is known of what it costs, by name.
    found_by
        Method, repeat and round that found it, as far as this is known.
    trial
        Its identifier.
    cheaper, dearer
        Its neighbours on the front of error and cost; None where there is none.
    n_trials, n_ended_well
        How many trials it was chosen from, and how many of them ended well.
    """

    choice: str
    reason: str
    error_std: float | None
    n_repeats: int
    costs: Mapping[str, float]
    found_by: Mapping[str, Any]
    trial: str
    cheaper: FinishedTrial | None
    dearer: FinishedTrial | None
    n_trials: int
    n_ended_well: int


def weighed_cost(trials: xr.Dataset, cost: str | None) -> str | None:
    """Return the cost that a choice weighs: the one asked for, else the first of the trials.

    Raises
    ------
    InputError
        For a cost that the trials lack.
    """
    if cost is not None:
        target_values(trials, cost)
        return cost
    names = [name for name in target_names(trials)[1:] if cost_variable(name) in trials]
    return next((name for name in names if np.isfinite(target_values(trials, name)).any()), None)


def choose_trial(trials: xr.Dataset, choice: Choice, cost: str | None) -> ChosenTrial:
    """Choose among trials, and say why.

    Parameters
    ----------
    trials
        Trials Dataset, of one search or of several, see
        :func:`hsic_hpo.search.known_trials.known_trials`.
    choice
        How to choose.
    cost
        Cost that is weighed, see :func:`weighed_cost`; None where there is none.

    Raises
    ------
    InputError
        When no trial ended well, none is within the limits, or a cost is asked for that the
        trials lack.
    """
    finished = History.of([trials], cost)
    if cost is None and (choice.knee or choice.tolerance):
        raise InputError(f"{choice.words}: the trials have no cost: name a column of theirs as it")
    limits = {name: target_values(trials, name) for name in choice.limits}
    place = choose_among([trials], cost, **choice.settings())
    if place is None:
        raise InputError(_why_none(finished, choice, limits, _Best.of(trials)))
    front = [one for one in finished.front() if np.isfinite(finished.costs[one])]
    cheaper, dearer = _neighbours(finished, front, place)
    spread = float(error_spread(trials)[place])
    known = {
        name: float(target_values(trials, name)[place])
        for name in dict.fromkeys([*_OF_A_NETWORK, *target_names(trials)[1:]])
        if cost_variable(name) in trials
    }
    own_cost = float(finished.costs[place])
    return ChosenTrial(
        configuration=dict(finished.configurations[place]),
        error=float(finished.errors[place]),
        cost=own_cost if np.isfinite(own_cost) else None,
        choice=choice.words,
        reason=_reason(trials, finished, choice, limits, cost),
        error_std=spread if np.isfinite(spread) else None,
        n_repeats=int((trials["status"].isel(trial=place) == "ok").sum()),
        costs={name: value for name, value in known.items() if np.isfinite(value)},
        found_by=_found_by(trials, place),
        trial=str(trials["trial"].values[place]),
        cheaper=cheaper,
        dearer=dearer,
        n_trials=len(finished),
        n_ended_well=int(np.isfinite(finished.errors).sum()),
    )


def _found_by(trials: xr.Dataset, place: int) -> dict[str, str | int]:
    found = {name: trials[name].values[place] for name in FOUND_BY if name in trials}
    return {name: value if isinstance(value, str) else int(value) for name, value in found.items()}


def _neighbours(
    finished: History, front: list[int], place: int
) -> tuple[FinishedTrial | None, FinishedTrial | None]:
    cost = finished.costs[place]
    cheaper = [one for one in front if finished.costs[one] < cost]
    dearer = [one for one in front if finished.costs[one] > cost]
    return (
        _trial(finished, cheaper[-1]) if cheaper else None,
        _trial(finished, dearer[0]) if dearer else None,
    )


def _trial(finished: History, place: int) -> FinishedTrial:
    return FinishedTrial(
        dict(finished.configurations[place]),
        float(finished.errors[place]),
        float(finished.costs[place]),
    )


def _why_none(
    finished: History, choice: Choice, limits: Mapping[str, np.ndarray], best: "_Best"
) -> str:
    ended = np.isfinite(finished.errors)
    least = []
    for name, costs in limits.items():
        known = np.where(ended, costs, np.inf)
        place = int(np.argmin(known))
        if np.isfinite(known[place]):
            least.append(
                f"{_dearer(float(known[place]), choice.limits[name], name)} "
                f"({best.measure} {best.shown(finished.errors[place])})"
            )
    there_is = f"; the cheapest there is: {' and '.join(least)}" if least else ""
    n = counted(int(ended.sum()), "trials")
    return f"none of {n} costs at most {_asked(choice)}{there_is}"


def _asked(choice: Choice) -> str:
    return " and ".join(costing(limit, name) for name, limit in choice.limits.items())


def _dearer(cost: float, limit: float, name: str) -> str:
    """Return a cost above a limit with what it counts, rounded so that it looks above it."""
    units = costing(cost, name).removeprefix(number(cost))
    return f"{told_apart([cost, limit])[0]}{units}"


@dataclass(frozen=True)
class _Best:
    """How the best result is called, and its value as a user knows it."""

    words: str
    sign: int

    @property
    def measure(self) -> str:
        return self.words.split(" ", 1)[1]

    @classmethod
    def of(cls, trials: xr.Dataset) -> "_Best":
        # What is maximised is stored with the other sign.
        if trials.attrs.get("direction") == "maximise":
            return cls(f"highest {trials.attrs['metric']}", -1)
        return cls("lowest error", 1)

    def shown(self, error: float) -> str:
        return number(self.sign * float(error))


def _reason(
    trials: xr.Dataset,
    finished: History,
    choice: Choice,
    limits: Mapping[str, np.ndarray],
    cost: str | None,
) -> str:
    best = _Best.of(trials)
    ended = np.isfinite(finished.errors)
    inside = ended.copy()
    for name, values in limits.items():
        inside &= values <= choice.limits[name]
    of = counted(int(ended.sum()), "trials") + " that ended well"
    if limits:
        of = f"the {int(inside.sum())}, of {of}, that cost at most {_asked(choice)}"
    lowest = float(finished.errors[inside].min())
    if choice.knee:
        within = replace(finished, errors=np.where(inside, finished.errors, np.inf))
        n = len([one for one in within.front() if np.isfinite(finished.costs[one])])
        return (
            f"the knee of the front of error and {cost_name(str(cost))}: of its "
            f"{counted(n, 'networks')} farthest below the straight line between the two ends, in "
            f"logarithms; among {of}"
        )
    if choice.tolerance:
        n = int((inside & (finished.errors <= lowest + choice.tolerance * abs(lowest))).sum())
        near = f"within {percent(round(choice.tolerance, 12))} of the {best.words}"
        cheapest = (
            "the only one" if n == 1 else f"the cheapest by {cost_name(str(cost))} of the {n}"
        )
        return f"{cheapest} {near}, {best.shown(lowest)}; among {of}"
    whole = int(np.argmin(finished.errors))
    said = f"the {best.words} of {of}"
    if limits and finished.errors[whole] < lowest:
        there, dear = "", float(finished.costs[whole])
        if cost in limits and np.isfinite(dear):
            there = f" with {_dearer(dear, choice.limits[str(cost)], str(cost))}"
        said += (
            f"; the {best.words.split()[0]} of all is {best.shown(finished.errors[whole])}{there}"
        )
    return said
