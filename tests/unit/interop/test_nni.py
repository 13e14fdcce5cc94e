"""Databases in the form that a run of NNI 3.0 left: its tables, and JSON in their cells."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hsic_hpo.errors import InputError
from hsic_hpo.interop.nni import nni_definitions
from hsic_hpo.interop.sources import trials_from
from hsic_hpo.interop.space_files import read_space
from hsic_hpo.spaces.space import Space
from hsic_hpo.trials import dataset as trials_data
from hsic_hpo.trials.drawn import drawn_by, how_drawn

N = 40
SPACE = {
    "lr": {"_type": "loguniform", "_value": [1e-5, 0.1]},
    "opt": {"_type": "choice", "_value": ["sgd", "adam"]},
}
TABLES = [
    "CREATE TABLE TrialJobEvent (timestamp integer, trialJobId text, event text, data text, "
    "logPath text, sequenceId integer, message text, environmentId text)",
    "CREATE TABLE MetricData (timestamp integer, trialJobId text, parameterId text, type text, "
    "sequence integer, data text)",
    "CREATE TABLE ExperimentProfile (params text, id text, execDuration integer, "
    "startTime integer, endTime integer, logDir text, nextSequenceId integer, revision integer)",
]


def write(folder: Path, tuner: dict[str, Any]) -> np.ndarray:
    """Write an experiment of which one trial failed and one still runs."""
    rates = 10 ** np.random.default_rng(0).uniform(-5, -1, N)
    profile = {"searchSpace": SPACE, "tuner": tuner}
    path = folder / "experiment" / "db" / "nni.sqlite"
    path.parent.mkdir(parents=True)
    with closing(sqlite3.connect(path)) as connection, connection:
        for table in TABLES:
            connection.execute(table)
        connection.execute(
            "INSERT INTO ExperimentProfile (params, revision) VALUES (?, 1)", [json.dumps(profile)]
        )
        for i, lr in enumerate(rates):
            parameters = {"lr": lr, "opt": ["sgd", "adam"][i % 2]}
            data = json.dumps({"parameter_id": i, "parameters": parameters})
            event = (
                "INSERT INTO TrialJobEvent (timestamp, trialJobId, event, data) VALUES (?,?,?,?)"
            )
            connection.execute(event, [2 * i, f"t{i}", "RUNNING", data])
            if i == 1:
                continue
            ended = "FAILED" if i == 0 else "SUCCEEDED"
            connection.execute(event, [2 * i + 1, f"t{i}", ended, None])
            told = json.dumps(json.dumps({"default": lr, "other": 1} if i % 3 else lr))
            metric = "INSERT INTO MetricData (trialJobId, type, data) VALUES (?, ?, ?)"
            connection.execute(metric, [f"t{i}", "PERIODICAL", '"9"'])
            if ended == "SUCCEEDED":
                connection.execute(metric, [f"t{i}", "FINAL", told])
    (folder / "_latest").symlink_to(folder / "experiment")
    return rates


def test_trials_their_space_and_how_they_were_drawn_are_read(tmp_path: Path) -> None:
    rates = write(tmp_path, {"name": "Random", "classArgs": {}})
    trials = trials_from(tmp_path)
    assert (how_drawn(trials), drawn_by(trials)) == ("random", "NNI's Random")
    assert trials.attrs["space_origin"] == "storage"
    assert trials_data.space(trials).to_dict() == {
        "lr": {"type": "float", "range": [1e-5, 0.1], "scale": "log"},
        "opt": {"type": "categorical", "levels": ["sgd", "adam"]},
    }
    # The trial that still runs is left out.
    error = trials_data.error(trials)
    assert np.isinf(error[0])
    np.testing.assert_allclose(error[1:], rates[2:])


@pytest.mark.parametrize("place", ["experiment", "experiment/db", "experiment/db/nni.sqlite"])
def test_the_folder_or_the_database_may_be_given_and_is_not_changed(
    tmp_path: Path, place: str
) -> None:
    rates = write(tmp_path, {"name": "TPE", "classArgs": {"optimize_mode": "maximize"}})
    database = tmp_path / "experiment/db/nni.sqlite"
    before = database.read_bytes()
    trials = trials_from(tmp_path / place)
    assert how_drawn(trials) == "adaptive"
    np.testing.assert_allclose(trials_data.error(trials)[1:], -rates[2:])
    assert database.read_bytes() == before


def test_several_experiments_are_asked_about(tmp_path: Path) -> None:
    for name in "ab":
        write(tmp_path / name, {"name": "Random"})
        (tmp_path / name / "experiment").rename(tmp_path / f"run {name}")
        (tmp_path / name / "_latest").unlink()
    with pytest.raises(InputError, match=r"which experiment of NNI\? .*: run a, run b$"):
        trials_from(tmp_path)


def test_a_space_of_nni_is_read_from_json(tmp_path: Path) -> None:
    branches = [{"_name": "conv", "k": {"_type": "choice", "_value": [3, 5]}}, {"_name": "dense"}]
    content = {
        "layer": {"_type": "choice", "_value": branches},
        "units": {"_type": "randint", "_value": [1, 9]},
        "drop": {"_type": "quniform", "_value": [0, 0.5, 0.1]},
        "z": {"_type": "normal", "_value": [0, 2]},
    }
    path = tmp_path / "space.json"
    path.write_text(json.dumps(content))
    assert read_space(path).to_dict() == {
        "layer/_name": {"type": "categorical", "levels": ["conv", "dense"]},
        "layer/k": {"type": "integer", "levels": [3, 5], "when": {"layer/_name": "conv"}},
        "units": {"type": "integer", "range": [1, 8]},
        "drop": {"type": "float", "range": [0.0, 0.5], "step": 0.1},
        "z": {"type": "float", "distribution": {"name": "norm", "loc": 0, "scale": 2}},
    }
    with pytest.raises(InputError, match=r"^here: x: type 'mutation' is not supported$"):
        nni_definitions({"x": {"_type": "mutation", "_value": []}}, "here")


def choice(*values: Any) -> dict[str, Any]:
    return {"_type": "choice", "_value": list(values)}


def test_branches_may_share_a_name_and_have_branches_of_their_own() -> None:
    pooled = {"size": choice(2, 3)}
    optimiser = choice({"_name": "sgd", "mom": choice(0.8, 0.9)}, {"_name": "adam"})
    content = {
        "layer": choice(
            {"_name": "max", **pooled, "opt": optimiser},
            {"_name": "mean", **pooled},
            {"_name": "none"},
        )
    }
    found = nni_definitions(content, "here")
    assert found == {
        "layer/_name": {"type": "categorical", "levels": ["max", "mean", "none"]},
        "layer/size": {
            "type": "integer",
            "levels": [2, 3],
            "when": {"layer/_name": {"in": ["max", "mean"]}},
        },
        "layer/opt/_name": {
            "type": "categorical",
            "levels": ["sgd", "adam"],
            "when": {"layer/_name": "max"},
        },
        "layer/opt/mom": {
            "type": "float",
            "levels": [0.8, 0.9],
            "when": {"layer/_name": "max", "layer/opt/_name": "sgd"},
        },
    }
    assert Space(found).names == [*found]


def test_what_is_in_every_branch_always_exists_and_one_name_for_two_is_refused() -> None:
    branches = [{"_name": name, "size": choice(2, 3)} for name in "ab"]
    assert "when" not in nni_definitions({"x": choice(*branches)}, "here")["x/size"]
    branches[1]["size"] = choice(4, 5)
    with pytest.raises(InputError) as error:
        nni_definitions({"x": choice(*branches)}, "here")
    assert str(error.value) == (
        "here: x: 'size' is another one in 'b' than in 'a'; needed: a space of your own, with a "
        "name for each"
    )
