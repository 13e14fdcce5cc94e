"""What a reader takes from a study in five lines: what matters and which values, and how sure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from hsic_hpo.digits import share
from hsic_hpo.reports.parts import Parts
from hsic_hpo.reports.study_parts import StudyParts
from hsic_hpo.sensitivity.rare_levels import rare_levels
from hsic_hpo.sensitivity.values_of_best import with_values
from hsic_hpo.tables.summary import summary
from hsic_hpo.trials.goals import cost_names, is_found, is_tested
from hsic_hpo.trials.values_of_pairs import how_they_interact, interacting_pairs
from hsic_hpo.wording import MAIN_GROUP, cost_name, counted, goal, listed, percent

_MOST = 5
_PAIRS = 3
_MOST_AVOIDED = 3
# A ranking that half of the trials already gave, and the same hyperparameters named.
_SETTLED_RANKS, _SETTLED_NAMES = 0.8, 0.99


@dataclass(frozen=True)
class Matters:
    """A hyperparameter that matters, with the values to choose.

    Attributes
    ----------
    name
        The hyperparameter.
    where
        In which conditional group it matters; empty for all trials.
    values
        What stands out among the best; empty where nothing does.
    at_goal, of_all
        Share of the best, and of all, that have these values; in [0, 1].
    never
        What the best hardly ever have, in words; empty where there is none.
    """

    name: str
    where: str
    values: str
    at_goal: float
    of_all: float
    never: str

    @property
    def shares(self) -> tuple[str, str]:
        """Both shares as percentages, of the best and of all."""
        return share(self.at_goal), share(self.of_all)


@dataclass(frozen=True)
class InShort:
    """The first screen's findings.

    Attributes
    ----------
    aim
        What they explain, such as ``"the best 10 %"``.
    matters
        What matters most, at most five; None where that could not be told.
    more
        Names of what else matters.
    sentences
        By heading: what to avoid, what only costs, what interacts, how sure.
    """

    aim: str
    matters: Sequence[Matters] | None
    more: Sequence[str]
    sentences: dict[str, str]


def in_short(study: StudyParts, parts: Parts) -> InShort:
    """Say in five lines what a study found.

    Parameters
    ----------
    study
        What it has found; the values that the best have are counted where its sensitivity Dataset
        lacks them.
    parts
        Notes which of the lines could not be told; the others stand.
    """
    sensitivity, trials = study.sensitivity, study.trials
    made: dict[str, Callable[[], str]] = {
        "Avoid": lambda: _avoid(with_values(sensitivity, trials)),
        "Costs": lambda: _costs(study, [name for name, _ in _mattering(sensitivity, "best")]),
        "Interacts": lambda: _interacts(sensitivity, trials),
        "How sure": lambda: _how_sure(study),
    }
    rows = parts.make("finding “What matters”", lambda: _rows(sensitivity, trials), None)
    told = {name: parts.make(f"finding “{name}”", make, "") for name, make in made.items()}
    return InShort(
        f"the {goal(sensitivity)}",
        None if rows is None else rows[:_MOST],
        [] if rows is None else [row.name for row in rows[_MOST:]],
        {heading: text for heading, text in told.items() if text},
    )


def _rows(sensitivity: xr.Dataset, trials: xr.Dataset) -> list[Matters]:
    described = with_values(sensitivity, trials)
    found = _mattering(described, "best")
    return [_row(described, trials, name, group) for name, group in found]


def _mattering(sensitivity: xr.Dataset, subset: str) -> list[tuple[str, str]]:
    """Return what matters, each in the largest group in which it does: all trials come first."""
    error = sensitivity.sel(target="error", subset=subset)
    found, index = is_found(error), error["hsic_unbiased"]
    places = {}
    for name in error["hyperparameter"].values.tolist():
        flags = found.sel(hyperparameter=name).values
        if flags.any():
            sizes = error["n"].values
            sizes = np.broadcast_to(sizes, flags.shape) if sizes.ndim == 1 else sizes[:, 0]
            group = str(error["group"].values[int(np.argmax(np.where(flags, sizes, -1)))])
            places[name] = group
    return sorted(
        places.items(),
        key=lambda place: (
            place[1] != MAIN_GROUP,
            -float(index.sel(hyperparameter=place[0], group=place[1])),
        ),
    )


def _row(sensitivity: xr.Dataset, trials: xr.Dataset, name: str, group: str) -> Matters:
    one = sensitivity.sel(group=group, subset="best", hyperparameter=name)
    rare = []
    # Where trials were not drawn at random, how often they have a level says nothing.
    if is_tested(sensitivity):
        rare = rare_levels(trials, name, float(sensitivity.attrs["goal_fraction"]))
    never = [level.level for level in rare if level.at_goal == 0]
    hardly = [f"{level.level} ({share(level.at_goal)})" for level in rare if level.at_goal > 0]
    words = [f"never {listed(never, 'or')}"] if never else []
    words += [f"hardly ever {listed(hardly, 'or')}"] if hardly else []
    return Matters(
        name,
        "" if group == MAIN_GROUP else group,
        str(one["values_at_goal"].item()),
        float(one["share_at_goal"]),
        float(one["share_of_all"]),
        "; ".join(words),
    )


def shares(at_goal: float, of_all: float, best: str = "the best") -> str:
    """Say how much more frequent something is among the best."""
    return f"{share(at_goal)} of {best}, {share(of_all)} of all"


def _avoid(sensitivity: xr.Dataset) -> str:
    worst = goal(sensitivity, subset="worst")
    parts = []
    for name, group in _mattering(sensitivity, "worst"):
        one = sensitivity.sel(group=group, subset="worst", hyperparameter=name)
        if values := str(one["values_at_goal"].item()):
            where = "" if group == MAIN_GROUP else f" where {group}"
            counts = shares(float(one["share_at_goal"]), float(one["share_of_all"]), f"the {worst}")
            parts.append(f"{name} {values}{where} ({counts})")
    if not parts:
        return "Nothing is found to decide which trials are among the worst."
    return f"{'; '.join(parts[:_MOST_AVOIDED])}."


def _costs(study: StudyParts, mattering: Sequence[str]) -> str:
    sensitivity = study.sensitivity
    told = summary(study.trials, sensitivity)[2]
    told = told.replace("What only costs: ", "Without being found to matter for the error: ")
    for cost in cost_names(sensitivity)[:1]:
        driven = is_found(sensitivity.sel(target=cost, subset="best")).any("group")
        if both := [name for name in mattering if bool(driven.sel(hyperparameter=name))]:
            verb = "drives" if len(both) == 1 else "drive"
            told += f" {listed(both)} {verb} {cost_name(cost)}, and the error too."
    return told


def _interacts(sensitivity: xr.Dataset, trials: xr.Dataset) -> str:
    pairs = interacting_pairs(sensitivity)
    if not pairs:
        return f"No pair is found to matter together for the {goal(sensitivity)}."
    named = pairs[:_PAIRS]
    described = ""
    if is_tested(sensitivity):
        told = {pair: how_they_interact(sensitivity, trials, *pair) for pair in named}
        # Of the first pair whose values tell something, how; of the others that they interact.
        first = next((pair for pair in named if told[pair]), None)
        if first is not None:
            described, named = told[first], [pair for pair in named if pair != first]
    if described and not named:
        return described
    more = f" and {len(pairs) - _PAIRS} more" if len(pairs) > _PAIRS else ""
    others = f"{'; '.join(' with '.join(pair) for pair in named)}{more}."
    return f"{described} Also: {others}" if described else others


def _how_sure(study: StudyParts) -> str:
    sensitivity, converged = study.sensitivity, study.convergence
    n = counted(int(sensitivity["n_trials"]), "trials")
    told = f"Found through a surrogate of {n}: no test, so take it as a lead."
    if is_tested(sensitivity):
        level = percent(float(sensitivity.attrs["significance"]))
        told = (
            f"Tested exactly, on {n}: where nothing matters, such tests name anything in {level} "
            "of studies."
        )
    return f"{told} {_would_more_change(converged)}".rstrip() if converged is not None else told


def _would_more_change(converged: xr.Dataset) -> str:
    sizes = converged["size"].values.tolist()
    if len(sizes) < 2 or converged["note"].values[-1]:
        return "Whether more trainings would change it cannot be told from so few."
    half, ranks = sizes[-2], float(converged["rank_correlation"].values[-2])
    overlap = float(converged["significant_overlap"].values[-2])
    named = (converged["significant"].values[-2:] == 1).any()
    if not np.isfinite(ranks):
        return "Whether more trainings would change it cannot be told from so few."
    if named and np.isfinite(overlap) and overlap >= _SETTLED_NAMES and ranks >= _SETTLED_RANKS:
        return (
            f"{half} of the trials name the same hyperparameters: more trainings are unlikely to "
            "change that."
        )
    known = f", and {share(overlap)} of the names" if named and np.isfinite(overlap) else ""
    return (
        f"{half} of them gave a ranking of correlation {ranks:.2g}{known}: "
        "more trainings may still change it."
    )
