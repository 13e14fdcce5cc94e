"""Thresholds that trials of a search must reach at rungs: the rule, and the file that holds them.

All that a training needs to know of rungs: where they come from it does not import.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hsic_hpo.files import write_text

_WITH_ERROR = ("ok", "stopped")


@dataclass(frozen=True)
class Threshold:
    """What a trial of a search must have reached by a rung to go on after it.

    Attributes
    ----------
    epochs
        Of training before it is looked at.
    keep
        Fraction of the random trials that went on after this rung.
    error
        The largest that its lowest validation error until then may be; infinite: all go on.
    """

    epochs: int
    keep: float
    error: float


def goes_on(errors: Sequence[float], threshold: Threshold) -> bool:
    """Tell whether a trial goes on after a rung.

    Parameters
    ----------
    errors
        Of its repeats, the lowest validation error up to the rung's last epoch; NaN where one
        failed or diverged.
    threshold
        Of the rung.
    """
    return float(np.mean(errors)) <= threshold.error


def lowest_error(record: Mapping[str, Any]) -> float:
    """Return the lowest validation error of a training, NaN where it failed or diverged."""
    if record["status"] not in _WITH_ERROR:
        return np.nan
    return min((error for error in record["learning_curve"] if error is not None), default=np.nan)


def write_thresholds(found: Sequence[Threshold], path: Path | str) -> None:
    """Write thresholds as JSON; an infinite one as null."""
    entries = [asdict(one) for one in found]
    for entry in entries:
        entry["error"] = entry["error"] if np.isfinite(entry["error"]) else None
    write_text(json.dumps(entries) + "\n", path)


def read_thresholds(path: Path | str) -> list[Threshold]:
    """Read what :func:`write_thresholds` wrote."""
    return [
        Threshold(**{**entry, "error": np.inf if entry["error"] is None else entry["error"]})
        for entry in json.loads(Path(path).read_text(encoding="utf-8"))
    ]
