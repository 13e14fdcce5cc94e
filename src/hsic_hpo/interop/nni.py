"""Trials and the search space that NNI leaves in the database of an experiment.

Seen in databases of NNI 3: tables of the events of trials, of their metrics and of the experiment.
"""

import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pandas as pd

from hsic_hpo.errors import InputError
from hsic_hpo.interop.choices import choices
from hsic_hpo.interop.quantised import numbers
from hsic_hpo.interop.raw_table import RawTable
from hsic_hpo.interop.typed_columns import flat
from hsic_hpo.trials.drawn import ADAPTIVE, RANDOM, UNKNOWN, drawn_attributes

_METRIC = "final_metric"
_STATES = {"SYS_CANCELED": "FAILED", "USER_CANCELED": "FAILED", "EARLY_STOPPED": "PRUNED"}
_DRAWN = {"Random": RANDOM, "GridSearch": UNKNOWN, "": UNKNOWN}


def nni_database(folder: Path) -> Path | None:
    """Return the database of a folder with one experiment of NNI, None without any."""
    patterns = ("nni.sqlite", "db/nni.sqlite", "*/db/nni.sqlite")
    # NNI links the latest experiment beside the others.
    found = sorted({path.resolve() for pattern in patterns for path in folder.glob(pattern)})
    if len(found) > 1:
        names = ", ".join(path.parents[1].name for path in found)
        raise InputError(f"{folder}: which experiment of NNI? give one of its folders: {names}")
    return found[0] if found else None


def is_nni_database(path: Path) -> bool:
    """Tell whether an SQLite database is one of NNI."""
    try:
        with closing(_connection(path)) as connection:
            return bool(
                connection.execute(
                    "SELECT 1 FROM sqlite_master WHERE name = 'TrialJobEvent'"
                ).fetchall()
            )
    except sqlite3.Error:
        return False


def read_nni(path: Path, where: str) -> RawTable:
    """Read the trials of an experiment.

    Parameters
    ----------
    path
        Its database.
    where
        Place named first in messages.

    Raises
    ------
    InputError
        When it cannot be read.
    """
    try:
        with closing(_connection(path)) as connection:
            events = connection.execute(
                "SELECT trialJobId, event, data FROM TrialJobEvent ORDER BY timestamp"
            ).fetchall()
            metrics = connection.execute(
                "SELECT trialJobId, data FROM MetricData WHERE type = 'FINAL' ORDER BY timestamp"
            ).fetchall()
            profiles = connection.execute(
                "SELECT params FROM ExperimentProfile ORDER BY revision DESC LIMIT 1"
            ).fetchall()
    except sqlite3.Error as error:
        raise InputError(f"{where}: not a readable database of NNI ({error})") from None
    rows: dict[str, dict[str, Any]] = {}
    for trial, event, data in events:
        row = rows.setdefault(trial, {})
        row["state"] = _STATES.get(event, event)
        if data:
            row |= flat(json.loads(data).get("parameters") or {})
    for trial, data in metrics:
        if trial in rows:
            rows[trial][_METRIC] = _metric(data)
    profile = json.loads(profiles[0][0]) if profiles else {}
    tuner = profile.get("tuner") or {}
    name = str(tuner.get("name") or "")
    mode = (tuner.get("classArgs") or {}).get("optimize_mode")
    space = profile.get("searchSpace")
    frame = pd.DataFrame(list(rows.values()), [f"trial {name}" for name in rows], dtype=object)
    return RawTable(
        frame.assign(**({} if _METRIC in frame else {_METRIC: None})),
        where,
        error=_METRIC,
        maximise=None if mode is None else mode == "maximize",
        space=nni_definitions(space, where) if isinstance(space, Mapping) and space else None,
        attrs=drawn_attributes(_DRAWN.get(name, ADAPTIVE), f"NNI's {name}" if name else ""),
    )


def _connection(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)


def _metric(data: str) -> Any:
    found = json.loads(data)
    found = json.loads(found) if isinstance(found, str) else found
    return found.get("default") if isinstance(found, dict) else found


def is_nni_space(content: Mapping[str, Any]) -> bool:
    """Tell whether a file's content is a search space of NNI."""
    return bool(content) and all(
        isinstance(one, Mapping) and "_type" in one and "_value" in one for one in content.values()
    )


def nni_definitions(content: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Return the definitions of a search space of NNI.

    Raises
    ------
    InputError
        For a type that is not supported, or a name that stands for several hyperparameters.
    """
    found: dict[str, Any] = {}
    for name, given in content.items():
        kind, value = given.get("_type"), given.get("_value")
        place = f"{where}: {name}"
        if kind == "choice" and all(isinstance(one, Mapping) and "_name" in one for one in value):
            found |= _nested(name, value, place)
            continue
        definition = _definition(str(kind), value, place)
        if definition is not None:
            found[name] = definition
    return found


def _nested(name: str, branches: Any, where: str) -> dict[str, Any]:
    parent = f"{name}/_name"
    found: dict[str, Any] = {}
    chosen = choices([branch["_name"] for branch in branches])
    if chosen is not None:
        found[parent] = chosen
    taken: dict[str, tuple[dict[str, Any], list[Any]]] = {}
    for branch in branches:
        inner = {key: one for key, one in branch.items() if key != "_name"}
        for key, definition in nni_definitions(inner, where).items():
            if "when" in definition:
                within = {f"{name}/{one}": test for one, test in definition["when"].items()}
                definition = {**definition, "when": within}
            known, names = taken.setdefault(key, (definition, []))
            if known != definition:
                raise InputError(
                    f"{where}: {key!r} is another one in {branch['_name']!r} than in {names[0]!r}; "
                    "needed: a space of your own, with a name for each"
                )
            names.append(branch["_name"])
    for key, (definition, names) in taken.items():
        if chosen is not None and len(names) < len(branches):
            test = names[0] if len(names) == 1 else {"in": names}
            definition = {**definition, "when": {parent: test, **definition.get("when", {})}}
        found[f"{name}/{key}"] = definition
    return found


def _definition(kind: str, value: Any, where: str) -> dict[str, Any] | None:
    if kind == "choice":
        return choices(value)
    if kind == "randint":
        return (
            None
            if value[1] - value[0] <= 1
            else {
                "type": "integer",
                "range": [value[0], value[1] - 1],
            }
        )
    step = value[2] if kind.startswith("q") else None
    if kind in ("uniform", "quniform", "loguniform", "qloguniform"):
        return numbers(value[0], value[1], step, log="log" in kind, where=where)
    if kind == "normal":
        law = {"name": "norm", "loc": value[0], "scale": value[1]}
        return {"type": "float", "distribution": law}
    raise InputError(f"{where}: type {kind!r} is not supported")
