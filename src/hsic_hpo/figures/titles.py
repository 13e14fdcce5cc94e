"""What figures are titled with: what was found, in a line or two."""

from collections.abc import Sequence

import numpy as np
import xarray as xr

from hsic_hpo.figures.best_values import BestValues
from hsic_hpo.trials.found_along import holds_from, leaders
from hsic_hpo.trials.goals import is_found, is_tested
from hsic_hpo.trials.sweep_ends import where_it_stops_to_matter
from hsic_hpo.wording import MAIN_GROUP, cost_name, counted, goal, listed, number, target_name

_MOST_NAMED, _MOST_OTHERS = 4, 3
# A ranking that is nearly the same, and names that are the same.
_ALIKE, _SAME_NAMES = 0.8, 0.99


def mattering(chosen: xr.Dataset) -> list[tuple[str, str]]:
    """Return what is found to matter, each with the largest group in which it is.

    Parameters
    ----------
    chosen
        Sensitivity Dataset of one target and one subset.

    Returns
    -------
    list of (str, str)
        Names and labels of groups: those of the main group first, the highest indices first.
    """
    found, index = is_found(chosen), chosen["hsic_unbiased"]
    order = np.argsort(-chosen["n"].values, kind="stable")
    places: dict[str, str] = {}
    for label in chosen["group"].values[order]:
        inside = found.sel(group=label)
        for name in inside["hyperparameter"].values[inside.values]:
            places.setdefault(str(name), str(label))
    return sorted(
        places.items(),
        key=lambda place: (
            place[1] != MAIN_GROUP,
            -float(index.sel(hyperparameter=place[0], group=place[1])),
        ),
    )


def impact_title(sensitivity: xr.Dataset, target: str = "error", subset: str = "best") -> str:
    """Say which hyperparameters decide who reaches a goal, and which do not stand out.

    Parameters
    ----------
    sensitivity
        Sensitivity Dataset.
    target
        One of its targets.
    subset
        ``"best"`` or ``"worst"``.
    """
    chosen = sensitivity.sel(target=target, subset=subset)
    aim = f"the {goal(sensitivity, target, subset)} by {target_name(sensitivity, target)}"
    has_index = chosen["hsic"].notnull().any("group").values
    names = chosen["hyperparameter"].values[has_index].tolist()
    if not names:
        return f"Nothing can be said about {aim}"
    found = mattering(chosen)
    how = "" if is_tested(sensitivity) else ", through a surrogate"
    if not found:
        return f"Nothing stands out for {aim}{how}"
    verb = "decides" if len(found) == 1 else "decide"
    return f"{_named(found)} {verb} which trials are {aim}{how}{_others(names, found)}"


def _named(found: Sequence[tuple[str, str]]) -> str:
    shown = [
        name if label == MAIN_GROUP else f"{name} (where {label})"
        for name, label in found[:_MOST_NAMED]
    ]
    more = len(found) - len(shown)
    return listed([*shown, f"{more} more"] if more else shown)


def _others(names: Sequence[str], found: Sequence[tuple[str, str]]) -> str:
    known = dict(found)
    others = [name for name in names if name not in known]
    if not others:
        return ""
    verb = "does" if len(others) == 1 else "do"
    said = listed(others) if len(others) <= _MOST_OTHERS else f"the other {len(others)}"
    return f"; {said} {verb} not stand out"


def values_title(sensitivity: xr.Dataset, values: BestValues) -> str:
    """Say which values those have that are among the best.

    Parameters
    ----------
    sensitivity
        Sensitivity Dataset.
    values
        Of its trials.
    """
    found = mattering(sensitivity.sel(target="error", subset="best"))
    texts = [
        f"{name} {text}{'' if label == MAIN_GROUP else f' (where {label})'}"
        for name, label in found
        if (text := values.text(label, name))
    ][:_MOST_NAMED]
    aim = goal(sensitivity)
    if not texts:
        return f"No values stand out among the {aim}"
    return f"The {aim} more often have {listed(texts)}"


def worst_title(sensitivity: xr.Dataset) -> str:
    """Say what decides who is among the worst, beside what does among the best."""
    title = impact_title(sensitivity, subset="worst").split(";")[0]
    best = mattering(sensitivity.sel(target="error", subset="best"))
    aim = goal(sensitivity)
    if not best:
        return f"{title}; nothing stands out for the {aim}"
    return f"{title}; for the {aim} {_named(best)} {'does' if len(best) == 1 else 'do'}"


def quadrant_title(main: xr.Dataset, cost: str) -> str:
    """Say what matters for the error, for the cost, and for both.

    Parameters
    ----------
    main
        Sensitivity Dataset of one subset and one group.
    cost
        One of its targets.
    """
    error, costs = (is_found(main.sel(target=name)).values for name in ("error", cost))
    names, told = main["hyperparameter"].values, target_name(main, cost)
    parts = [
        f"{_few(names[here].tolist())} {_matters(here)} for {what}"
        for here, what in (
            (error & ~costs, "the error alone"),
            (error & costs, f"both error and {told}"),
            (costs & ~error, f"{told} alone"),
        )
        if here.any()
    ]
    return "; ".join(parts) or f"Nothing is found to matter for the error or {told}"


def _few(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMED
    return listed([*names[:_MOST_NAMED], f"{more} more"] if more > 0 else names)


def _matters(here: np.ndarray) -> str:
    return "matters" if here.sum() == 1 else "matter"


def pairs_title(sensitivity: xr.Dataset, pairs: Sequence[tuple[str, str]]) -> str:
    """Say which pairs matter together beyond what each does by itself."""
    aim = f"the {goal(sensitivity)}"
    how = "" if is_tested(sensitivity) else ", through a surrogate"
    if not pairs:
        return f"No pair is found to matter for {aim} beyond what each of the two does alone{how}"
    named = [" with ".join(pair) for pair in pairs[:_MOST_OTHERS]]
    more = len(pairs) - len(named)
    said = "; ".join([*named, counted(more, "more pairs")] if more else named)
    return f"What matters together for {aim}{how}: {said}"


def sweeps_title(sensitivity: xr.Dataset) -> str:
    """Say from which value on what matters for the best does so no more."""
    aim = f"the {goal(sensitivity)}"
    if not is_tested(sensitivity):
        return f"Impact on {aim} within a part of the range"
    matters = {name for name, _ in mattering(sensitivity.sel(target="error", subset="best"))}
    parts = where_it_stops_to_matter(sensitivity, matters)
    if not parts:
        return f"No part of a range is found where larger values stop to matter for {aim}"
    return f"Larger values make no difference to {aim} any more: {_few(parts)}"


def convergence_title(converged: xr.Dataset) -> str:
    """Say whether half of the trials gave the same ranking."""
    sizes = converged["size"].values.tolist()
    last = f"{sizes[-1]} trials"
    ranks = float(converged["rank_correlation"].values[-2]) if len(sizes) > 1 else np.nan
    if not np.isfinite(ranks):
        return f"Whether more than {last} would change the ranking cannot be told"
    significant, overlap = converged["significant"].values[-2:] == 1, "significant_overlap"
    same_names = not significant.any() or float(converged[overlap].values[-2]) >= _SAME_NAMES
    verdict = "nearly the same" if ranks >= _ALIKE else "another"
    change = "would hardly change it" if ranks >= _ALIKE and same_names else "may change it"
    return (
        f"{sizes[-2]} of the {last} give {verdict} ranking (correlation {ranks:.2g}): more {change}"
    )


def budget_title(found: xr.Dataset) -> str:
    """Say what matters most up to which budget.

    Parameters
    ----------
    found
        Dataset of :func:`hsic_hpo.sensitivity.by_budget.indices_by_budget`, of the budgets that
        have an index.
    """
    cost = cost_name(found.attrs["cost"])
    runs: list[tuple[str, float, float]] = []
    for name, limit in zip(leaders(found), found["budget"].values.tolist(), strict=True):
        first = runs.pop()[1] if runs and runs[-1][0] == name else limit
        runs.append((name, first, limit))
    if not any(name for name, *_ in runs):
        return f"Nothing stands out at any budget of {cost}"
    if len(runs) == 1:
        return f"{runs[0][0]} matters most at every budget of {cost}"
    parts = [
        f"{name or 'nothing'} {_span(first, last, place, len(runs))}"
        for place, (name, first, last) in enumerate(runs)
    ]
    return f"What matters most at a budget c ({cost}): {_few(parts)}"


def _span(first: float, last: float, place: int, n: int) -> str:
    if place == 0:
        return f"up to {number(last)}"
    if place == n - 1:
        return f"from {number(first)} on"
    return f"at {number(first)}" if first == last else f"from {number(first)} to {number(last)}"


def epoch_title(found: xr.Dataset) -> str:
    """Say from which epoch on the same hyperparameters stand out as at the end."""
    last, first = int(found["epoch"].values[-1]), holds_from(found)
    if first is None:
        return "No hyperparameter stands out at the end of the trainings"
    names = found["hyperparameter"].values[found["significant"].values[-1] == 1].tolist()
    if first == last:
        verb = "stands" if len(names) == 1 else "stand"
        return f"Only after all {counted(last, 'epochs')} {_few(names)} {verb} out"
    same = counted(len(names), "hyperparameters")
    return f"From epoch {first} of {last} on the same {same} matter as at the end: {_few(names)}"
