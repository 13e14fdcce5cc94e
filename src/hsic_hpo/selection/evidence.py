"""The indices on which decisions rest: those of a hyperparameter's largest group with an index."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from hsic_hpo.spaces.space import Group, Space
from hsic_hpo.trials.goals import is_found


@dataclass(frozen=True)
class Evidence:
    """Indices of one hyperparameter for reaching the best, and the cheapest, fraction.

    Attributes
    ----------
    name
        The hyperparameter.
    group
        Label of the largest conditional group in which it has an index; empty when it has none.
    note
        Why it has no index, empty when it has.
    index, noise_floor, p_adjusted
        Of reaching the best fraction by error, by the values alone, dimensionless; NaN without an
        index.
    cost_index, cost_p_adjusted
        The same for the cheapest fraction.
    matters, costs
        Whether the indices are significant or, through a surrogate, found.
    """

    name: str
    group: str
    note: str
    index: float
    noise_floor: float
    p_adjusted: float
    cost_index: float
    cost_p_adjusted: float
    matters: bool
    costs: bool


def collect_evidence(sensitivity: xr.Dataset, cost: str) -> list[Evidence]:
    """Collect the indices of every hyperparameter that decisions use.

    Parameters
    ----------
    sensitivity
        Sensitivity Dataset.
    cost
        Target that counts as the cost; one that is not there has no index.
    """
    best = sensitivity.sel(subset="best", drop=True)
    names = [str(name) for name in sensitivity["hyperparameter"].values]
    groups = Space.from_json(sensitivity.attrs["space"]).groups()
    return [_evidence(best.sel(hyperparameter=name), name, cost, groups) for name in names]


def _evidence(best: xr.Dataset, name: str, cost: str, groups: Sequence[Group]) -> Evidence:
    error = best.sel(target="error")
    has_index = error["hsic"].notnull()
    if not has_index.any():
        own = [group.label for group in groups if name in group.members]
        note = _note(error["note"].sel(group=own).values.tolist())
        return Evidence(name, "", note, np.nan, np.nan, np.nan, np.nan, np.nan, False, False)
    label = str(error["group"].values[int(np.argmax(np.where(has_index, error["n"], -1)))])
    found = error.sel(group=label)
    by_cost = best.sel(group=label).reindex(target=[cost]).squeeze("target")
    return Evidence(
        name,
        label,
        "",
        float(found["hsic"]),
        float(found["noise_floor"]),
        float(found["p_value_adjusted"]),
        float(by_cost["hsic"]),
        float(by_cost["p_value_adjusted"]),
        bool(is_found(found)),
        bool(is_found(by_cost)),
    )


def _note(notes: Sequence[str]) -> str:
    # The main group comes first and is the largest.
    return next(filter(None, notes), "it takes a single value in every group")


def interaction_p_values(sensitivity: xr.Dataset, evidence: Evidence) -> dict[str, float]:
    """Return adjusted p-values of the pure interactions with all others that have an index."""
    if not evidence.group:
        return {}
    pure = sensitivity["pure_p_value_adjusted"].sel(
        target="error", subset="best", group=evidence.group, hyperparameter=evidence.name
    )
    partners = [str(name) for name in pure["partner"].values]
    pairs = zip(partners, pure.values.tolist(), strict=True)
    return {name: value for name, value in pairs if np.isfinite(value)}
