"""The one network that a study recommends, and what it is weighed against.

Among the repeats of a search the one of the lowest validation error of the final trainings is
taken: test errors choose nothing. Without final trainings it is the cheapest network of the front
within the tolerance of the study, or, without a cost, the trial of the lowest validation error.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import xarray as xr

from hsic_hpo.digits import share
from hsic_hpo.reports.configuration_text import as_yaml, in_words
from hsic_hpo.reports.numbers import factor, quantity, with_spread
from hsic_hpo.reports.study_parts import StudyParts
from hsic_hpo.search.choices import Choice
from hsic_hpo.search.known_trials import RANDOM
from hsic_hpo.tables.front import ALL
from hsic_hpo.trials import dataset as trials_data
from hsic_hpo.trials.retrained import each_choice_once
from hsic_hpo.wording import cost_name, counted, number

TOLERANCE = 0.1
_COSTS = ("flops", "n_params", "train_seconds")
_SAME = 0.05


@dataclass(frozen=True)
class Beside:
    """Another network to compare with: who chose it, its error and cost, and both as factors."""

    name: str
    error: str
    cost: str
    in_words: str


@dataclass(frozen=True)
class Recommended:
    """A network that a reader can take.

    Attributes
    ----------
    configuration
        Values of its active hyperparameters by name.
    error, error_kind
        Its error in figures, with its spread where it is known, and which error that is.
    costs
        What it costs, by what the cost is called.
    why
        How it was chosen, in a sentence.
    beside
        What else the study offers.
    cost, validation_error
        Its place in the plane of the front; NaN where unknown.
    """

    configuration: Mapping[str, Any]
    error: str
    error_kind: str
    costs: Mapping[str, str]
    why: str
    beside: Sequence[Beside] = field(default_factory=list)
    cost: float = np.nan
    validation_error: float = np.nan

    @property
    def in_words(self) -> dict[str, str]:
        """The configuration as a reader sees it."""
        return in_words(self.configuration)

    @property
    def yaml(self) -> str:
        """The configuration with all its digits."""
        return as_yaml(self.configuration)


def recommended(parts: StudyParts) -> Recommended | None:
    """Return the network that a study recommends; None where no trial ended well."""
    if parts.comparison is not None and (found := _trained_again(parts.comparison)) is not None:
        return found
    if parts.front is not None and (found := _of_front(parts.front)) is not None:
        return found
    return _lowest(parts.as_measured)


def _error_kind(which: str, attrs: Mapping[Any, Any]) -> str:
    units = str(attrs["error_units"])
    return f"{which} {attrs['error_name']}{'' if units == '1' else f' ({units})'}"


def _trained_again(comparison: xr.Dataset) -> Recommended | None:
    comparison = each_choice_once(comparison)
    # A pipeline of one cost: operations, which every network has.
    best = {
        str(name): one
        for name in comparison["search"].values
        if (one := _best_repeat(comparison.sel(search=name))) is not None
    }
    if not best:
        return None
    reference = str(comparison.attrs["reference"])
    method = reference if reference in best else min(best, key=lambda name: _validation(best[name]))
    chosen = best.pop(method)
    errors = _finite(chosen["test_error"])
    repeats = int(np.isfinite(comparison["flops"].sel(search=method)).sum())
    of_repeats = f" (best of {repeats} repeats by validation error)" if repeats > 1 else ""
    return Recommended(
        configuration=json.loads(str(chosen["configuration"].item())),
        error=with_spread(errors.mean(), errors.std(ddof=1) if errors.size > 1 else np.nan),
        error_kind=_error_kind("test", comparison.attrs),
        costs=_costs(chosen),
        why=(
            f"Chosen by {method}{of_repeats}; mean and standard deviation of "
            f"{counted(errors.size, 'trainings')} with new seeds."
        ),
        beside=[_beside(name, other, chosen) for name, other in best.items()],
        cost=float(chosen["flops"]),
        validation_error=float(chosen["validation_error"]),
    )


def _best_repeat(found: xr.Dataset) -> xr.Dataset | None:
    """Return the repeat of the lowest validation error after the final trainings."""
    known = [
        one
        for i in range(found.sizes["search_repeat"])
        if _finite((one := found.isel(search_repeat=i))["test_error"]).size
    ]
    return min(known, key=_validation) if known else None


def _validation(found: xr.Dataset) -> float:
    final = _finite(found["final_validation_error"])
    return float(final.mean()) if final.size else float(found["validation_error"])


def _finite(values: xr.DataArray) -> np.ndarray:
    array: np.ndarray = values.values
    return array[np.isfinite(array)]


def _costs(found: xr.Dataset) -> dict[str, str]:
    known = {name: float(found[name]) for name in _COSTS[:2] if name in found}
    return {cost_name(name): quantity(v) for name, v in known.items() if np.isfinite(v)}


def _beside(name: str, other: xr.Dataset, chosen: xr.Dataset) -> Beside:
    errors = _finite(other["test_error"])
    cost = _ratio(float(other["flops"]), float(chosen["flops"]))
    error = _ratio(float(errors.mean()), float(_finite(chosen["test_error"]).mean()))
    return Beside(
        f"the best of {quantity(float(other['n_trainings']))} random trainings"
        if name == RANDOM and np.isfinite(other["n_trainings"])
        else f"the choice of {name}",
        with_spread(errors.mean(), errors.std(ddof=1) if errors.size > 1 else np.nan),
        f"{quantity(float(other['flops']))} {cost_name('flops')}",
        _weighed(cost, error),
    )


def _ratio(other: float, chosen: float) -> float:
    """Return one over the other; NaN where that says nothing, as of a metric times minus one."""
    return other / chosen if other > 0 and chosen > 0 else np.nan


def _weighed(cost: float, error: float) -> str:
    """Say what the chosen network saves, and what it errs, beside another.

    Parameters
    ----------
    cost, error
        Of the other over those of the chosen one; what is NaN is left out.
    """
    parts = []
    if np.isfinite(cost):
        if abs(cost - 1) <= _SAME:
            parts.append("at the same cost")
        else:
            more = (cost, "cheaper") if cost > 1 else (1 / cost, "dearer")
            parts.append(f"{factor(more[0])} {more[1]}")
    if np.isfinite(error):
        if abs(error - 1) <= _SAME:
            parts.append("the same error")
        else:
            parts.append(
                f"{share(1 - 1 / error)} less error"
                if error > 1
                else f"{share(1 / error - 1)} more error"
            )
    return " and ".join(parts)


def _of_front(front: xr.Dataset) -> Recommended | None:
    found = front.sel(search=ALL)
    errors = found["error"].values
    known = np.flatnonzero(np.isfinite(errors))
    if not known.size:
        return None
    tolerance = float(front.attrs.get("tolerance", TOLERANCE))
    lowest = errors[known].min()
    place = int(known[np.argmax(errors[known] <= lowest + tolerance * abs(lowest))])
    chosen, dearest = found.isel(place=place), found.isel(place=int(known[-1]))
    beside = []
    if place != known[-1]:
        beside.append(
            Beside(
                "lowest error of all",
                number(float(dearest["error"])),
                f"{quantity(float(dearest['cost']))} {front.attrs['cost_name']}",
                _weighed(
                    _ratio(float(dearest["cost"]), float(chosen["cost"])),
                    _ratio(float(dearest["error"]), float(chosen["error"])),
                ),
            )
        )
    spread = float(chosen["error_std"])
    return Recommended(
        configuration=json.loads(str(chosen["configuration"].item())),
        error=with_spread(float(chosen["error"]), spread),
        error_kind=_error_kind("validation", front.attrs),
        costs={str(front.attrs["cost_name"]): quantity(float(chosen["cost"]))} | _costs(chosen),
        why=(
            f"The {Choice(tolerance=tolerance).words} of "
            f"{counted(int(found['n_ended_well']), 'trials')} that ended well. The lowest of many "
            "errors is also the luckiest: train it again before you rely on it."
        ),
        beside=beside,
        cost=float(chosen["cost"]),
        validation_error=float(chosen["error"]),
    )


def _lowest(trials: xr.Dataset) -> Recommended | None:
    errors = trials_data.error(trials)
    if not np.isfinite(errors).any():
        return None
    place = int(np.argmin(errors))
    return Recommended(
        configuration=trials_data.configurations(trials)[place],
        error=number(float(errors[place])),
        error_kind=_error_kind("validation", trials.attrs),
        costs={},
        why=(
            f"The lowest error of {counted(int(np.isfinite(errors).sum()), 'trials')} that ended "
            "well. The lowest of many errors is also the luckiest: train it again before you rely "
            "on it."
        ),
        validation_error=float(errors[place]),
    )
