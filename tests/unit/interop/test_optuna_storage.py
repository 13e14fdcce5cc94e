"""Storages of Optuna are read, never written, and what cannot be read is one line."""

import hashlib
import os
import sqlite3
import warnings
from pathlib import Path
from typing import Any

import pytest

from hsic_hpo.errors import InputError
from hsic_hpo.interop.optuna_storage import load_study
from hsic_hpo.interop.optuna_study import trials_from_optuna

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    optuna = pytest.importorskip("optuna", reason="the extra 'optuna' is not installed")


def optimise(storage: Any, name: str = "s", n_trials: int = 40) -> None:
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    sampler = optuna.samplers.RandomSampler(seed=0)
    study = optuna.create_study(storage=storage, study_name=name, sampler=sampler)
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1) ** 2, n_trials=n_trials)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("storage") / "study.db"
    optimise(f"sqlite:///{path}")
    return path


@pytest.fixture
def database(made: Path, tmp_path: Path) -> Path:
    path = tmp_path / "my study.db"
    path.write_bytes(made.read_bytes())
    return path


def content(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def refusal(given: Any, name: str | None = None) -> str:
    with pytest.raises(InputError) as caught:
        load_study(given, name)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("form", ["{}", "sqlite:///{}", "sqlite+pysqlite:///{}"])
def test_a_database_is_read_by_path_or_url_and_left_as_it_is(database: Path, form: str) -> None:
    before = content(database.parent)
    database.chmod(0o444)
    database.parent.chmod(0o555)
    try:
        assert trials_from_optuna(form.format(database)).sizes["trial"] == 40
        assert trials_from_optuna(form.format(database), "s").sizes["trial"] == 40
    finally:
        database.parent.chmod(0o755)
    assert content(database.parent) == before


def test_a_path_object_will_do(database: Path) -> None:
    assert load_study(database).study_name == "s"


def test_a_database_with_a_write_ahead_log_is_read(database: Path) -> None:
    with sqlite3.connect(database) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
    connection.close()
    assert len(load_study(database).trials) == 40


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write into any folder")
def test_a_write_ahead_log_in_a_folder_without_write_access(database: Path) -> None:
    with sqlite3.connect(database) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
    connection.close()
    database.parent.chmod(0o555)
    try:
        assert len(load_study(database).trials) == 40
    finally:
        database.parent.chmod(0o755)


@pytest.mark.parametrize("form", ["{}", "sqlite:///{}"])
def test_a_missing_database_is_an_error_and_is_not_created(tmp_path: Path, form: str) -> None:
    given = form.format(tmp_path / "missing.db")
    assert refusal(given, "s") == f"{given}: no such file"
    assert list(tmp_path.iterdir()) == []


def test_a_database_of_something_else_gets_no_tables(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE experiments (name TEXT)")
    connection.close()
    before = content(tmp_path)
    assert refusal(path).startswith(f"{path}: not a readable Optuna storage (")
    assert content(tmp_path) == before


def test_a_database_of_an_older_optuna_says_how_to_upgrade(database: Path) -> None:
    with sqlite3.connect(database) as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'v2.6.0.a'")
    connection.close()
    before = content(database.parent)
    line = refusal(database)
    assert "no longer compatible with the table schema" in line
    assert "optuna storage upgrade" in line
    assert content(database.parent) == before


def test_a_journal_is_read_by_its_path(tmp_path: Path) -> None:
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    path = tmp_path / "journal.log"
    storage = JournalStorage(JournalFileBackend(str(path)))
    optimise(storage)
    before = content(tmp_path)
    by_path = trials_from_optuna(path)
    assert by_path.sizes["trial"] == 40
    assert content(tmp_path) == before
    assert trials_from_optuna(storage, "s").identical(by_path)


def test_several_studies_are_listed(database: Path) -> None:
    optimise(f"sqlite:///{database}", "other", 1)
    assert refusal(database) == f"{database}: which study? name one; studies: s, other"
    assert refusal(database, "othr") == (
        f"{database}: no study 'othr'; studies: s, other; did you mean 'other'?"
    )
    assert len(load_study(database, "other").trials) == 1


def test_files_that_are_no_storage(tmp_path: Path) -> None:
    path = tmp_path / "study.db"
    path.write_text("not a database")
    assert refusal(f"sqlite:///{path}") == (
        f"sqlite:///{path}: not a readable Optuna storage (no SQLite database, no journal)"
    )
    path.write_bytes(b"SQLite format 3\x00" + b"broken" * 100)
    assert refusal(path).startswith(f"{path}: not a readable Optuna storage (")
    path.write_text("{broken")
    assert refusal(path) == f"{path}: no study in this storage"
    assert refusal(tmp_path) == f"{tmp_path}: a folder, not an Optuna storage"
    assert refusal("sqlite://") == (
        "sqlite://: a database in memory is empty; give the study itself"
    )


def test_a_server_that_is_not_there_is_one_line_without_its_password() -> None:
    line = refusal("postgresql://me:secret@localhost:1/x")
    assert line.startswith("postgresql://me@localhost:1/x: not a readable Optuna storage (")
    assert "secret" not in line
