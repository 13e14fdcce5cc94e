"""Words that tables, figures and messages share: goals, axis labels, numbers and values."""

from collections.abc import Sequence
from typing import Any

import xarray as xr

from hsic_hpo.errors import printable

MAIN_GROUP = "all"
"""Label of the group of hyperparameters that always exist: it holds all trials."""

_COSTS = {
    "n_params": "parameters",
    "flops": "FLOPs per sample",
    "train_seconds": "training time",
}
_MILLION = 999_500
_ENDS = {
    ("error", "best"): "best",
    ("error", "worst"): "worst",
    ("cost", "best"): "cheapest",
    ("cost", "worst"): "most expensive",
}


def with_units(name: str, units: str) -> str:
    """Return an axis label: ``name`` and its units in parentheses, "1" being dimensionless."""
    return f"{name} ({'dimensionless' if units in ('', '1') else units})"


def percent(fraction: float) -> str:
    """Return a fraction in [0, 1] as a percentage, ``"10 %"``."""
    return f"{100 * fraction:g} %"


def number(value: float) -> str:
    """Return ``value`` to three significant digits, with an exponent from a million on."""
    text = f"{value:.3g}"
    return f"{float(text):.0f}" if "e+0" in text and abs(value) < _MILLION else text


def p_value(value: float) -> str:
    """Return a p-value to two significant digits."""
    return f"{value:.2g}"


def adjusted_p(value: float, sign: str = " = ") -> str:
    """Return an adjusted p-value in words, where there is none what stands in its place."""
    return f"adjusted p{sign}{p_value(value)}" if value == value else "found through the surrogate"


def target_name(sensitivity: xr.Dataset, target: str) -> str:
    """Return what a target measures: the study's error, or a cost.

    Parameters
    ----------
    sensitivity
        Sensitivity Dataset; its attribute ``error_name`` is used, or, where more of what was
        measured is better, the name ``metric`` of that.
    target
        ``"error"``, ``"flops"``, ``"train_seconds"``, or a column of an imported table, which
        keeps the name that it has there.
    """
    if target == "error" and sensitivity.attrs.get("direction") == "maximise":
        return printable(f"{sensitivity.attrs['metric']}, more is better")
    if target == "error":
        return printable(str(sensitivity.attrs["error_name"]))
    return cost_name(target)


def cost_name(cost: str) -> str:
    """Return what a cost measures; one of imported trials keeps the name that it has there."""
    return _COSTS.get(cost, cost)


def costing(value: float, cost: str) -> str:
    """Return a cost with what it counts: ``"9300 FLOPs per sample"``, ``"12 s of training"``."""
    return f"{number(value)} {'s of training' if cost == 'train_seconds' else cost_name(cost)}"


def goal(sensitivity: xr.Dataset, target: str = "error", subset: str = "best") -> str:
    """Return the set that an index is about, such as ``"best 10 %"`` or ``"cheapest 10 %"``.

    Where more trials reach the goal than the fraction selects, because their values tie, or
    fewer, because no others have a value, the set is counted: ``"best 17 of 60"``.

    Parameters
    ----------
    sensitivity
        Sensitivity Dataset; its attribute ``goal_fraction`` is used.
    target
        ``"error"``, or a cost such as ``"flops"``.
    subset
        ``"best"`` or ``"worst"``.
    """
    end = _ENDS["error" if target == "error" else "cost", subset]
    counts = _other_count(sensitivity, target, subset)
    if counts is not None:
        return "{} {} of {}".format(end, *counts)
    return f"{end} {percent(float(sensitivity.attrs['goal_fraction']))}"


def _other_count(sensitivity: xr.Dataset, target: str, subset: str) -> tuple[int, int] | None:
    """Return how many of how many trials reach a goal, where not as many as it asks for."""
    if "n_reached" not in sensitivity:
        return None
    # A part of the Dataset may hold one target, or one subset, alone.
    reached = sensitivity["n_reached"]
    wanted = {"target": target, "subset": subset}
    found = reached.sel({name: value for name, value in wanted.items() if name in reached.dims})
    is_as_asked = int(found) == int(sensitivity["n_asked"])
    return None if is_as_asked else (int(found), int(sensitivity["n_trials"]))


def reached_in_words(sensitivity: xr.Dataset) -> str:
    """Say how many trials reach the goal by error, where not as many as it asks for; else empty."""
    counts = _other_count(sensitivity, "error", "best")
    if counts is None or counts[0] == 0:
        return ""
    reached, n = counts
    asked = percent(float(sensitivity.attrs["goal_fraction"]))
    why = "their errors tie" if reached > int(sensitivity["n_asked"]) else "no others have an error"
    return f"{reached} of {n} trials reach the goal, not {asked}: {why}."


def group_name(label: str) -> str:
    """Return a group's label for a reader: the main group holds all trials."""
    return "all trials" if label == MAIN_GROUP else label


def pruned(trials: xr.Dataset) -> int:
    """Return how many trials from elsewhere were pruned: without an error, but not at fault."""
    return int((trials["reason"] == "pruned").any("repeat").sum()) if "reason" in trials else 0


def counted(n: int, plural: str) -> str:
    """Return a number of things: ``"1 trial"``, ``"2 trials"``."""
    return f"{n} {plural if n != 1 else plural.removesuffix('s')}"


def listed(names: Sequence[str], last: str = "and") -> str:
    """Return names in a sentence: ``"a, b and c"``."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {last} {names[-1]}"


def readable(choice: Any) -> str:
    """Say what a decision chose: a value, or the definition of what is searched."""
    if choice is None:
        return ""
    if isinstance(choice, bool):
        return str(choice).lower()
    if not isinstance(choice, dict):
        return number(choice) if isinstance(choice, float) else printable(str(choice))
    if "range" in choice:
        low, high = (f"{end:.6g}" for end in choice["range"])
        step = f", step {number(float(choice['step']))}" if "step" in choice else ""
        return f"{low} to {high}{', log' if choice.get('scale') == 'log' else ''}{step}"
    if "levels" in choice:
        return ", ".join(map(readable, choice["levels"]))
    if "distribution" in choice:
        return str(choice["distribution"]["name"])
    return "true or false"
