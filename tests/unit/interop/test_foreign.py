"""The kind of a source is known by what is in it."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest

from hsic_hpo.errors import InputError
from hsic_hpo.interop.foreign import is_optuna, read_source


def test_storages_of_optuna_are_told_from_tables(tmp_path: Path) -> None:
    database, nni = tmp_path / "study.db", tmp_path / "nni.sqlite"
    for path, table in ((database, "studies"), (nni, "TrialJobEvent")):
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute(f"CREATE TABLE {table} (x integer)")
    journal, lines, table = (tmp_path / name for name in ("journal.log", "t.jsonl", "t.csv"))
    journal.write_text('{"op_code": 0, "worker_id": "w", "study_name": "s"}\n')
    lines.write_text('{"lr": 1, "loss": 2}\n')
    table.write_text("lr,loss\n1,2\n")
    assert is_optuna("sqlite:///study.db")
    assert is_optuna("postgresql://user@host/db")
    assert is_optuna(database)
    assert is_optuna(str(journal))
    for other in (nni, lines, table, tmp_path, tmp_path / "absent.db", pd.DataFrame(), {}, []):
        assert not is_optuna(other)


def test_a_list_of_records_is_a_table() -> None:
    assert read_source([{"lr": 1, "loss": 2}]).frame.to_dict("records") == [{"lr": 1, "loss": 2}]


def test_what_is_no_source_is_one_line() -> None:
    assert not is_optuna(3)
    with pytest.raises(InputError, match=r"^trials: int; allowed: a path, a URL, a study of "):
        read_source(3)


@pytest.mark.parametrize(
    ("name", "line"),
    [("absent.csv", "no such file"), ("absent.db", "no such file"), ("x.pkl", "a pickle, which")],
)
def test_what_is_not_there_is_named_and_not_made(tmp_path: Path, name: str, line: str) -> None:
    with pytest.raises(InputError) as error:
        read_source(tmp_path / name)
    assert str(error.value).startswith(f"{tmp_path / name}: {line}")
    assert not list(tmp_path.iterdir())
