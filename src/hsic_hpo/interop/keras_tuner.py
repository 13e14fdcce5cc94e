"""Trials and the search space that Keras Tuner leaves in a folder.

Seen in folders of Keras Tuner 1.4: ``trial_ID/trial.json`` for each trial, with the space, the
values, the score and the observations of each metric.
"""

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from hsic_hpo.errors import InputError
from hsic_hpo.interop.choices import choices
from hsic_hpo.interop.raw_table import RawTable
from hsic_hpo.interop.text_files import read_text

_STATES = {"INVALID": "FAILED"}
_MOST_LEVELS = 1000
# A power that rounding puts just beyond the end is still the end.
_CLOSE = 1 + 1e-9


def keras_tuner_trials(folder: Path) -> list[Path]:
    """Return the files of a folder's trials, in the order of their numbers; empty without any."""
    found = [*folder.glob("trial_*/trial.json"), *folder.glob("*/trial_*/trial.json")]
    return sorted(found, key=lambda path: (len(path.parent.name), path.parent.name))


def read_keras_tuner(paths: Sequence[Path], where: str) -> RawTable:
    """Read the trials of a folder.

    Parameters
    ----------
    paths
        As `keras_tuner_trials` finds them.
    where
        Place named first in messages.

    Raises
    ------
    InputError
        When a file is not one of Keras Tuner.
    """
    trials = [_trial(path) for path in paths]
    error, maximise = _objective(trials)
    rows = [
        {
            **trial["hyperparameters"]["values"],
            error: trial["score"],
            "state": _STATES.get(trial["status"], trial["status"]),
        }
        for trial in trials
    ]
    frame = pd.DataFrame(rows, [f"trial {trial['trial_id']}" for trial in trials], dtype=object)
    space, notes = _space(trials)
    return RawTable(frame, where, error, maximise, space, tuple(notes))


def _trial(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(read_text(path))
        known = content["hyperparameters"]["values"], content["hyperparameters"]["space"]
        if not all(isinstance(one, dict | list) for one in known):
            raise TypeError
        return {"score": None, "status": "COMPLETED", "trial_id": path.parent.name[6:], **content}
    except (ValueError, KeyError, TypeError):
        raise InputError(f"{path}: not a trial of Keras Tuner") from None


def _objective(trials: Sequence[Mapping[str, Any]]) -> tuple[str, bool | None]:
    """Return the metric whose best value is the score, and whether more of it is better."""
    scored = [trial for trial in trials if trial["score"] is not None]
    names = dict.fromkeys(name for trial in scored for name in trial["metrics"]["metrics"])
    for name in names:
        directions = set()
        for trial in scored:
            metric = trial["metrics"]["metrics"].get(name, {})
            means = [
                sum(one["value"]) / len(one["value"]) for one in metric.get("observations", [])
            ]
            best = max if metric.get("direction") == "max" else min
            if not means or not math.isclose(best(means), trial["score"], rel_tol=1e-9):
                break
            directions.add(metric.get("direction"))
        else:
            return name, directions == {"max"}
    return "score", None


def _space(trials: Sequence[Mapping[str, Any]]) -> tuple[dict[str, Any] | None, list[str]]:
    """Return the definitions stored with the trials; None when one name has several."""
    found: dict[str, Any] = {}
    notes: dict[str, None] = {}
    for trial in trials:
        for one in trial["hyperparameters"]["space"]:
            kind, config = one["class_name"], one["config"]
            name = config["name"]
            definition = _definition(kind, config)
            if definition is None:
                notes[f"{name} has a single value and is left out."] = None
                continue
            if config.get("sampling") == "reverse_log":
                notes[f"{name} was sampled on a reversed logarithmic scale: linear here."] = None
            when = {
                condition["config"]["name"]: _one_of(condition["config"]["values"])
                for condition in config.get("conditions", [])
            }
            if when:
                definition["when"] = when
            if found.setdefault(name, definition) != definition:
                return None, [f"{name} has several definitions in the folder."]
    for one in found.values():
        # What has a single value holds always.
        when = {parent: test for parent, test in one.pop("when", {}).items() if parent in found}
        if when:
            one["when"] = when
    return found or None, list(notes)


def _definition(kind: str, config: Mapping[str, Any]) -> dict[str, Any] | None:
    if kind == "Boolean":
        return {"type": "boolean"}
    if kind == "Choice":
        return choices(config["values"], ordered=bool(config.get("ordered")))
    if kind not in ("Int", "Float"):
        return None
    low, high, step = config["min_value"], config["max_value"], config.get("step")
    number = {"type": "integer" if kind == "Int" else "float"}
    log = config.get("sampling") == "log"
    if low == high:
        return None
    if step is None or (kind == "Int" and step == 1 and not log):
        return {**number, "range": [low, high], **({"scale": "log"} if log else {})}
    if log:
        n = min(_MOST_LEVELS, math.floor(math.log(high / low * _CLOSE) / math.log(step)) + 1)
        levels = [low * step**i for i in range(n)]
        if n < 2:  # a step beyond the end
            return None
        return {**number, "levels": [int(x) if kind == "Int" else x for x in levels]}
    n = math.floor((high - low) / step * _CLOSE)
    last = low + n * step if kind == "Int" else float(f"{low + n * step:.12g}")
    return {**number, "range": [low, last], "step": step}


def _one_of(values: Sequence[Any]) -> Any:
    return values[0] if len(values) == 1 else {"in": list(values)}
