"""The front as a picture in the page, of which a reader picks a network by a limit."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.ticker import LogLocator, MaxNLocator

from hsic_hpo.figures.scales import spans_a_decade
from hsic_hpo.reports.configuration_text import as_yaml, in_words
from hsic_hpo.reports.numbers import factor, quantity
from hsic_hpo.reports.recommended import Recommended
from hsic_hpo.reports.study_parts import StudyParts
from hsic_hpo.tables.front import ALL
from hsic_hpo.trials.goals import target_values
from hsic_hpo.trials.stopped import is_stopped
from hsic_hpo.wording import cost_name, number

_LEFT, _RIGHT, _TOP, _BOTTOM = 54, 16, 10, 40
_FREE = 0.04
_TICK = 70
_OTHER_COSTS = ("flops", "n_params", "train_seconds")


@dataclass(frozen=True)
class Tick:
    """A mark on an axis: its pixel and its text."""

    at: float
    text: str


@dataclass(frozen=True)
class FrontChart:
    """What the page draws, in pixels from the upper left corner.

    Attributes
    ----------
    width, height, left, bottom
        Of the picture, and where its axes stand.
    x_title, y_title
        What the axes measure.
    x_ticks, y_ticks
        Their marks.
    trials, steps
        Paths of all trials, as dots, and of the staircase of the front.
    places
        The networks of the front, the cheapest first.
    recommended
        Where the recommended network stands; None where that is unknown.
    picked
        Which place of the front a reader meets first.
    """

    width: int
    height: int
    left: int
    bottom: int
    x_title: str
    y_title: str
    x_ticks: Sequence[Tick]
    y_ticks: Sequence[Tick]
    trials: str
    steps: str
    places: Sequence[tuple[float, float]]
    recommended: tuple[float, float] | None
    picked: int


class _Axis:
    """Places values along a side of the picture, by their logarithms where they span a decade."""

    def __init__(self, values: np.ndarray, start: float, end: float) -> None:
        self._logs = spans_a_decade(values)
        low, high = (self._scaled(v) for v in (values.min(), values.max()))
        free = _FREE * (high - low) or 0.5
        self._low, self._high = low - free, high + free
        self._start, self._end = start, end

    def _scaled(self, value: Any) -> Any:
        return np.log10(value) if self._logs else value

    def __call__(self, values: Any) -> Any:
        part = (self._scaled(values) - self._low) / (self._high - self._low)
        return np.round(self._start + part * (self._end - self._start), 1)

    def ticks(self) -> list[Tick]:
        low, high = (10**v if self._logs else v for v in (self._low, self._high))
        most = max(2, int(abs(self._end - self._start) / _TICK))
        few = self._logs and self._high - self._low < 2
        locator = LogLocator(subs=(1, 2, 5) if few else (1,)) if self._logs else MaxNLocator(most)
        values = [v for v in locator.tick_values(low, high) if low <= v <= high]
        return [Tick(float(self(v)), _short(v)) for v in values[:: -(-len(values) // most) or 1]]


def _short(value: float) -> str:
    """Return a number that fits beside an axis: ``"20k"``, ``"3M"``."""
    for unit, letter in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= unit:
            return f"{value / unit:.3g}{letter}"
    return number(value)


def front_chart(
    parts: StudyParts, found: Recommended | None, width: int, height: int
) -> FrontChart | None:
    """Place the front, all trials and the recommended network in a picture.

    Parameters
    ----------
    parts
        What the study has found.
    found
        The recommended network.
    width, height
        In pixels.

    Returns
    -------
    FrontChart or None
        None where there is no front, or nothing on it.
    """
    front = _networks(parts)
    if front is None:
        return None
    cost = str(front.attrs["cost"])
    costs, errors = _all_trials(parts, cost)
    place = (found.cost, found.validation_error) if found else (np.nan, np.nan)
    known = bool(np.isfinite(place).all())
    own = [(front["cost"].values, front["error"].values)] + ([place] if known else [])
    all_costs, all_errors = (
        np.concatenate([one, *(np.atleast_1d(each[i]) for each in own)])
        for i, one in enumerate((costs, errors))
    )
    bottom = height - _BOTTOM
    x, y = _Axis(all_costs, _LEFT, width - _RIGHT), _Axis(all_errors, bottom, _TOP)
    places = list(
        zip(x(front["cost"].values).tolist(), y(front["error"].values).tolist(), strict=True)
    )
    steps = f"M{places[0][0]},{places[0][1]}" + "".join(f"H{a}V{b}" for a, b in places[1:])
    affordable = front["cost"].values <= place[0] * (1 + 1e-9)
    return FrontChart(
        width=width,
        height=height,
        left=_LEFT,
        bottom=bottom,
        x_title=str(front.attrs["cost_name"]),
        y_title="validation error",
        x_ticks=x.ticks(),
        y_ticks=y.ticks(),
        trials="".join(
            f"M{a:g},{b:g}h0"
            for a, b in dict.fromkeys(zip(x(costs).tolist(), y(errors).tolist(), strict=True))
        ),
        steps=f"{steps}H{width - _RIGHT}",
        places=places,
        recommended=(float(x(place[0])), float(y(place[1]))) if known else None,
        picked=max(int(affordable.sum()) - 1, 0) if known else len(places) - 1,
    )


def _networks(parts: StudyParts) -> xr.Dataset | None:
    if parts.front is None:
        return None
    found = parts.front.sel(search=ALL)
    found = found.isel(place=np.flatnonzero(np.isfinite(found["error"].values)))
    return found if found.sizes["place"] else None


def _all_trials(parts: StudyParts, cost: str) -> tuple[np.ndarray, np.ndarray]:
    datasets = [parts.as_measured, *parts.searches]
    costs = np.concatenate([target_values(one, cost) for one in datasets])
    errors = np.concatenate([target_values(one, "error") for one in datasets])
    # One that was stopped has no final network, of which the chart could show error and cost.
    ended = ~np.concatenate([is_stopped(one) for one in datasets])
    known = ended & np.isfinite(costs) & np.isfinite(errors)
    return costs[known], errors[known]


def front_choices(parts: StudyParts) -> list[dict[str, Any]]:
    """Return what the page says of each network of the front, the cheapest first.

    Returns
    -------
    list of dict
        ``cost``, ``error``, ``facts`` (pairs of names and figures), ``configuration`` (pairs of
        names and values) and the configuration as ``yaml``.
    """
    front = _networks(parts)
    if front is None:
        return []
    rows = []
    for i in range(front.sizes["place"]):
        one = front.isel(place=i)
        configuration = json.loads(str(one["configuration"].item()))
        rows.append(
            {
                "cost": float(one["cost"]),
                "error": float(one["error"]),
                "facts": list(_facts(one).items()),
                "configuration": list(in_words(configuration).items()),
                "yaml": as_yaml(configuration),
            }
        )
    return rows


def _facts(one: xr.Dataset) -> dict[str, str]:
    units = str(one.attrs["error_units"])
    unit = "" if units == "1" else f" {units}"
    facts = {"validation error": f"{number(float(one['error']))}{unit}"}
    if np.isfinite(one["test_error"]):
        facts["test error of that training"] = f"{number(float(one['test_error']))}{unit}"
    facts[str(one.attrs["cost_name"])] = quantity(float(one["cost"]))
    for name in _OTHER_COSTS:
        if name != one.attrs["cost"] and name in one and np.isfinite(one[name]):
            seconds = " s" if name == "train_seconds" else ""
            facts[cost_name(name)] = f"{quantity(float(one[name]))}{seconds}"
    repeat = int(one["search_repeat"])
    where = f", repeat {repeat}, round {int(one['search_round'])}" if repeat >= 0 else ""
    facts["found by"] = f"{one['method'].item()}{where}"
    if chosen := str(one["chosen_by"].item()):
        facts["it is the"] = chosen
    dearer = one.sel(neighbour="dearer")
    if np.isfinite(dearer["cost_ratio"]):
        facts["next dearer network"] = (
            f"{factor(float(dearer['cost_ratio']))} the cost, "
            f"{factor(float(dearer['error_ratio']))} the error"
        )
    return facts
