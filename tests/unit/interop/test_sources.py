"""One entry for trials from anywhere: the same trials whatever the form; one line for bad ones."""

import gzip
import json
import warnings
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import hsic_hpo as hh
from hsic_hpo.errors import InputError
from hsic_hpo.interop.sources import trials_from
from hsic_hpo.trials import dataset as trials_data
from hsic_hpo.trials.variables import cost_values, hyperparameter_values
from hsic_hpo.yaml_files import parse_yaml

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    optuna = pytest.importorskip("optuna", reason="the extra 'optuna' is not installed")

N = 120
SPACE = {
    "lr": {"type": "float", "range": [1e-5, 0.1], "scale": "log"},
    "opt": {"type": "categorical", "levels": ["adam", "sgd"]},
    "sched": {"type": "boolean"},
    "gamma": {"type": "float", "range": [0.1, 1.0], "when": {"opt": "sgd", "sched": True}},
}


def table() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"lr": 10 ** rng.uniform(-5, -1, N)})
    frame["opt"] = rng.choice(["adam", "sgd"], N)
    frame["sched"] = rng.random(N) < 0.5
    exists = (frame["opt"] == "sgd") & frame["sched"]
    frame["gamma"] = np.where(exists, rng.uniform(0.1, 1, N), np.nan)
    frame["loss"] = (np.log10(frame["lr"]) + 3) ** 2 + 0.1 * (frame["opt"] == "sgd")
    return frame


def semicolons(frame: pd.DataFrame) -> str:
    return frame.to_csv(index=False, sep=";", decimal=",", na_rep="-")


def percents(frame: pd.DataFrame) -> str:
    shown = frame.assign(gamma=[f"{100 * x:.17g} %" for x in frame["gamma"]])
    return shown.replace("nan %", "").to_csv(index=False)


def dicts(frame: pd.DataFrame) -> str:
    rows = frame.drop(columns="loss").to_dict("records")
    known = [{k: v for k, v in row.items() if v == v} for row in rows]
    return pd.DataFrame({"params": map(repr, known), "loss": frame["loss"]}).to_csv(index=False)


def mlflow(frame: pd.DataFrame) -> str:
    runs = pd.DataFrame({"run_id": [f"{i:032x}" for i in range(N)], "status": "FINISHED"})
    runs["start_time"] = pd.date_range("2026-01-01", periods=N, freq="min", tz="UTC")
    runs["metrics.loss"] = frame["loss"]
    for name in SPACE:
        runs[f"params.{name}"] = frame[name]
    return runs[::-1].to_csv(index=False)


def wandb(frame: pd.DataFrame) -> str:
    # The table of a project as its page exports it: name, state, settings and summary in a row.
    runs = pd.DataFrame({"Name": [f"run-{i}" for i in range(N)], "State": "finished"})
    runs["Created"], runs["Runtime"], runs["Notes"] = "2026-01-01T00:00:00Z", range(7, 7 + N), "-"
    return pd.concat([runs, frame], axis="columns").to_csv(index=False)


FORMS: dict[str, Callable[[pd.DataFrame], str]] = {
    "commas": lambda frame: frame.to_csv(index=False),
    "tabs": lambda frame: frame.to_csv(index=False, sep="\t", na_rep="NaN"),
    "bars": lambda frame: frame.to_csv(index=False, sep="|", na_rep="None"),
    "semicolons": semicolons,
    "percents": percents,
    "dicts": dicts,
    "with an index": lambda frame: frame.to_csv(),
    "Optuna's prefix": lambda frame: (
        frame.rename(columns=lambda name: name if name == "loss" else f"params_{name}")
        .assign(number=range(N), state="COMPLETE", datetime_start="2026-01-01 10:00:00")
        .to_csv(index=False)
    ),
    "Ray's prefix": lambda frame: (
        frame.rename(columns=lambda name: name if name == "loss" else f"config/{name}")
        .assign(trial_id=[f"t{i}" for i in range(N)], done=True)
        .to_csv(index=False)
    ),
    "MLflow": mlflow,
    "W&B": wandb,
    "records": lambda frame: frame.to_json(orient="records", double_precision=15),
    "lines": lambda frame: frame.to_json(orient="records", lines=True, double_precision=15),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_a_table_gives_the_same_trials_and_space(form: str, tmp_path: Path) -> None:
    path = tmp_path / "trials.txt"
    path.write_text(FORMS[form](table()), encoding="utf-8")
    trials = trials_from(path)
    expected = table()
    assert trials.attrs["space_origin"] == "inferred"
    assert trials.attrs["error_name"] == "loss"
    np.testing.assert_allclose(trials_data.error(trials), expected["loss"])
    for name in ("lr", "gamma"):
        np.testing.assert_allclose(hyperparameter_values(trials, name), expected[name])
    space = trials_data.space(trials)
    assert sorted(space.names) == sorted(SPACE)
    spec = space.to_dict()
    assert {name: spec[name].get("when") for name in SPACE} == {
        name: definition.get("when") for name, definition in SPACE.items()
    }
    assert spec["lr"] == SPACE["lr"]
    assert spec["gamma"]["range"] == pytest.approx([0.1, 1.0], abs=0.1)


def test_the_space_may_be_given_in_any_form(tmp_path: Path) -> None:
    path = tmp_path / "space.yaml"
    path.write_text(json.dumps({"space": SPACE}))
    whole = trials_from(table(), space=SPACE)
    assert whole.attrs["space_origin"] == "given"
    assert trials_data.space(whole).to_dict() == SPACE
    for given in (hh.Space(SPACE), path, str(path)):
        assert trials_from(table(), space=given).identical(whole)


def test_what_was_inferred_reads_back_as_the_space() -> None:
    trials = trials_from(table())
    spec = parse_yaml(trials.attrs["space_yaml"], "here")
    assert spec == trials_data.space(trials).to_dict()
    again = trials_from(table(), space=spec)
    np.testing.assert_array_equal(again["u"], trials["u"])


@pytest.mark.parametrize(
    "made",
    [
        pd.date_range("2026-01-01", periods=40),
        pd.date_range("2026-01-01", periods=40, tz="UTC").to_series(index=range(40)),
        pd.to_timedelta(np.arange(40) ** 2, unit="s"),
        pd.period_range("2026-01-01", periods=40, freq="D"),
        [None, *pd.date_range("2026-01-01", periods=39).date],
    ],
    ids=["date", "zone", "duration", "period", "day"],
)
def test_times_are_no_hyperparameters(made: Any) -> None:
    frame = pd.DataFrame({"x": np.linspace(0, 1, 40), "loss": np.linspace(1, 2, 40), "made": made})
    taken = hh.trials_from(frame, error="loss")
    assert taken["hyperparameter"].values.tolist() == ["x"]


def test_values_of_any_type_are_numbers_or_names() -> None:
    records = [
        {"x": Decimal(i) / 40, "act": [np.tanh, np.sin][i % 2], "loss": i} for i in range(40)
    ]
    space = trials_data.space(hh.trials_from(records, error="loss"))
    assert (space["x"].type, space["act"].levels) == ("float", ("sin", "tanh"))


def test_compressed_text_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    path = tmp_path / "trials.csv.gz"
    path.write_bytes(gzip.compress(table().to_csv(index=False).encode("utf-8-sig")))
    assert trials_from(path).sizes["trial"] == N


def test_cost_direction_rows_and_notes() -> None:
    frame = table().assign(seconds=range(N), accuracy=lambda one: -one["loss"])
    trials = trials_from(
        frame.drop(columns="loss"), error="accuracy", cost="seconds", maximise=True, rows="10:110"
    )
    assert trials.sizes["trial"] == 100
    np.testing.assert_allclose(trials_data.error(trials), table()["loss"][10:110])
    np.testing.assert_array_equal(cost_values(trials, "seconds"), range(10, 110))
    assert "The search space was inferred" in trials.attrs["notes"]


def optimised(name: str = "s", **settings: Any) -> Any:
    def objective(trial: Any) -> float:
        lr = trial.suggest_float("lr", 1e-5, 0.1, log=True)
        opt = trial.suggest_categorical("opt", ["adam", "sgd"])
        sched = trial.suggest_categorical("sched", [True, False])
        if opt == "sgd" and sched:
            trial.suggest_float("gamma", 0.1, 1)
        if trial.number % 10 == 7:
            raise optuna.TrialPruned
        return abs(np.log10(lr) + 3)

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    sampler = optuna.samplers.RandomSampler(seed=0)
    study = optuna.create_study(study_name=name, sampler=sampler, **settings)
    study.optimize(objective, n_trials=80)
    return study


def test_a_study_its_storage_and_its_export_give_the_same_trials(tmp_path: Path) -> None:
    path = tmp_path / "journal.log"
    backend = optuna.storages.journal.JournalFileBackend(str(path))
    study = optimised(storage=optuna.storages.JournalStorage(backend))
    whole = trials_from(study)
    assert whole.attrs["space_origin"] == "storage"
    spec = trials_data.space(whole).to_dict()
    assert spec["gamma"]["when"] == {"opt": "sgd", "sched": True}
    for source in (path, str(path)):
        assert trials_from(source).identical(whole)
    study.trials_dataframe().to_csv(tmp_path / "study.csv", index=False)
    for table in (study.trials_dataframe(), tmp_path / "study.csv"):
        exported = trials_from(table)
        np.testing.assert_allclose(trials_data.error(exported), trials_data.error(whole))
        assert set(exported["reason"].values.ravel()) == set(whole["reason"].values.ravel())
        found = trials_data.space(exported).to_dict()
        assert found["gamma"]["when"] == spec["gamma"]["when"]
        assert found["lr"]["scale"] == "log"


def test_what_optuna_has_itself_is_not_to_be_given() -> None:
    study = optimised()
    for name in ("space", "error", "cost", "budget"):
        with pytest.raises(InputError, match=rf"^{name}: 'x'; an Optuna study has its own$"):
            trials_from(study, **{name: "x"})
    with pytest.raises(InputError, match=r"^study: 's'; only an Optuna storage has that$"):
        trials_from(table(), study="s")


BAD: dict[str, tuple[str, dict[str, Any], str]] = {
    "no error": ("lr,a\n", {}, "which column is the error? name it (--error); candidates: lr, a"),
    "two errors": ("lr,loss,val_loss\n", {}, "which column is the error? name it (--error); "),
    "wrong error": ("lr,loss\n", {"error": "los"}, "column 'los' is missing; columns: lr, loss"),
    "few rows": ("lr,loss\n0.1,1\n0.2,2\n", {}, "2 trials"),
    "no rows": ("lr,loss\n", {}, "no hyperparameter varies in 0 rows"),
    "constant": ("lr,loss\n0.1,1\n0.1,2\n", {}, "no hyperparameter varies in 2 rows"),
    "no hyperparameter": ("number,loss\n0,1\n1,2\n", {}, "no column is a hyperparameter"),
    "names twice": ("lr,lr,loss\n1,2,3\n", {}, "column 'lr' stands twice"),
    "thousands": ("n,loss\n'1,024',1\n", {}, "column 'n': '1,024': does the comma mark"),
    "accuracy": (
        "lr,accuracy\n1,2\n2,3\n",
        {"error": "accuracy"},
        "column 'accuracy': is more better?",
    ),
    "infinite": ("lr,loss\ninf,1\n1,2\n", {}, "column lr: inf is not a finite number"),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_table_is_one_line(kind: str, tmp_path: Path) -> None:
    text, settings, line = BAD[kind]
    path = tmp_path / "trials.csv"
    path.write_text(text.replace("'", '"'))
    with pytest.raises(InputError) as error:
        trials_from(path, **settings)
    assert str(error.value).startswith(f"{path}: {line}")
    assert "\n" not in str(error.value)
