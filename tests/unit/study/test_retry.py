"""What failed is marked and forgotten, and nothing else."""

from pathlib import Path
from typing import Any

import pytest

from hsic_hpo.cli import main
from hsic_hpo.study.locks import clear_stale_locks
from hsic_hpo.study.retry import COMMAND_FILE, mark, marked, note_command
from hsic_hpo.training.records import find, store, write_records
from hsic_hpo.training.rungs import stopped_key, store_stopped

STATUS = {"a": "ok", "b": "failed", "c": "diverged", "d": "failed"}
REASON = {"b": "RuntimeError: the service is down", "d": "killed by signal 11"}
PARTS = {"random/records/0-2": "ab", "random/records/2-3": "c", "search/gpbo/0/1/records/0-1": "d"}


def record(name: str) -> dict[str, Any]:
    return {"trial": name, "repeat": 0, "status": STATUS[name], "reason": REASON.get(name, "")}


def key(name: str) -> str:
    return 32 * name


@pytest.fixture
def results(tmp_path: Path) -> Path:
    for path, names in PARTS.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        write_records(map(record, names), tmp_path / f"{path}.jsonl")
        for name in names:
            store(record(name), tmp_path / "trial_files", key(name))
    # What a disk did to a file must not be in the way.
    (tmp_path / "random/records/3-4.jsonl").write_text('{"trial": "e", "rep')
    return tmp_path


def left(results: Path) -> str:
    return "".join(name for name in STATUS if find(results / "trial_files", key(name)))


def marks(results: Path) -> list[str]:
    return [path for path in PARTS if marked(f"{path}.jsonl", results)]


def test_what_failed_goes_and_its_jobs_have_a_newer_input(results: Path) -> None:
    assert sorted(mark(results)) == sorted(REASON.values())
    assert left(results) == "ac"
    assert marks(results) == ["random/records/0-2", "search/gpbo/0/1/records/0-1"]
    (path,) = marked("random/records/0-2.jsonl", results)
    first = (results / path).read_text()
    # A mark that says the same as before would be nothing new.
    mark(results)
    assert (results / path).read_text() != first


def test_a_reason_chooses(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["retry", str(results), "--reason", "service"])
    assert left(results) == "acd"
    assert marks(results) == ["random/records/0-2"]
    said, then = capsys.readouterr().out.splitlines()
    assert said == (
        "1 training that failed will be trained again: RuntimeError: the service is down (1)"
    )
    assert then == "Next: the command that ran the study"


def test_a_survivor_of_a_rung_that_failed_is_trained_again_from_there_alone(tmp_path: Path) -> None:
    rungs = tmp_path / "random/rungs"
    for rung, records in enumerate([[stopped("a"), stopped("b")], [record("b")]]):
        folder = rungs / str(rung) / "records"
        folder.mkdir(parents=True)
        write_records(records, folder / f"0-{len(records)}.jsonl")
    trainings = tmp_path / "trial_files"
    store_stopped(stopped("a"), trainings, key("a"))
    store(record("b"), trainings, key("b"))
    assert mark(tmp_path) == [REASON["b"]]
    assert left(tmp_path) == ""
    assert find(trainings, stopped_key(key("a"))) == stopped("a")
    assert [path.relative_to(rungs).as_posix() for path in rungs.rglob("*.retry")] == [
        "1/records/0-1.retry"
    ]
    assert marked("random/rungs/1/records/0-1.jsonl", tmp_path) != []


def stopped(name: str) -> dict[str, Any]:
    return {**record(name), "status": "stopped", "reason": "stopped after epoch 2"}


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--reason", "gone"], "--reason 'gone': none of the reasons: RuntimeError: the service"),
        ([], "its study is running (process"),
    ],
    ids=["no such reason", "running"],
)
def test_what_cannot_be_done_is_one_line_and_changes_nothing(
    results: Path, arguments: list[str], line: str
) -> None:
    alive = None if arguments else clear_stale_locks(results)
    with pytest.raises(SystemExit) as stop:
        main(["retry", str(results), *arguments])
    assert line in str(stop.value.code)
    assert left(results) == "abcd"
    assert marks(results) == []
    if alive is not None:
        alive.close()


def test_a_folder_without_trainings_is_no_study(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="needed: results/<study>"):
        main(["retry", str(tmp_path)])


def test_nothing_failed(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mark(results)
    capsys.readouterr()
    main(["retry", str(results)])
    assert capsys.readouterr().out == f"No training failed in {results}.\n"


def test_a_command_with_names_that_are_no_text_is_noted(tmp_path: Path) -> None:
    note_command(tmp_path, "nowhere yet: nothing is noted, and nothing is in the way")
    (tmp_path / COMMAND_FILE).parent.mkdir()
    note_command(tmp_path, "make study CONFIG=müller/\udcff.yaml")
    noted = (tmp_path / COMMAND_FILE).read_text(encoding="utf-8")
    assert noted == "make study CONFIG=müller/\\udcff.yaml"
