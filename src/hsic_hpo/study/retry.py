"""Failed is not for ever: mark what failed in a study, so that its next run trains it again."""

import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from hsic_hpo.training.giving_up import forget_failures
from hsic_hpo.training.records import find, read_records

_RECORDS = (
    "random/records/*.jsonl",
    "random/rungs/*/records/*.jsonl",
    "search/*/*/*/records/*.jsonl",
    "final/*/*/records/*.jsonl",
)
TRAININGS = "trial_files"
# Holds the command that started the study, for a person to type again.
COMMAND_FILE = Path(".snakemake", "command")
_MARK = ".retry"


def mark(folder: Path, reason: str = "") -> list[str]:
    """Let the next run of a study train its failed trainings again, and nothing else.

    What had not failed stays in the store of finished trainings, from which the jobs that run
    again take it. All that is computed from the trainings is computed again; so is what a search
    proposed after having been told of a failed trial, as it would have been told otherwise.

    Parameters
    ----------
    folder
        Results of the study.
    reason
        Only trainings whose reason contains this text.

    Returns
    -------
    list of str
        The reasons of the trainings that are trained again.
    """
    for records in _records(folder):
        if _hold_one(records, reason):
            # Newer than the records, and an input of the job that made them.
            records.with_suffix(_MARK).write_text(f"{time.time_ns()}\n", encoding="utf-8")
    found = []
    # Last, so that a run of this that is cut short can be repeated.
    for path in (folder / TRAININGS).glob("[0-9a-f][0-9a-f]/*.json"):
        record = find(folder / TRAININGS, path.stem)
        if record is not None and _is_meant(record, reason):
            path.unlink()
            found.append(str(record["reason"]))
    forget_failures(folder / TRAININGS)
    return found


def note_command(folder: Path, command: str) -> None:
    """Note the command that started a study; on a full disk the study itself says so."""
    with suppress(OSError):
        # What no encoding has, such as a name that is no text, stands there as escapes.
        (folder / COMMAND_FILE).write_text(command, encoding="utf-8", errors="backslashreplace")


def failed_reasons(folder: Path) -> list[str]:
    """Return why trainings of a study failed, one reason for each."""
    stored = (folder / TRAININGS).glob("[0-9a-f][0-9a-f]/*.json")
    records = (find(folder / TRAININGS, path.stem) for path in stored)
    return [str(record["reason"]) for record in records if record and record["status"] == "failed"]


def marked(records: str, folder: Path) -> list[str]:
    """Return the mark that the job which makes a file of records has as an input, if any.

    Both are paths from the folder of results.
    """
    path = Path(records).with_suffix(_MARK)
    return [str(path)] if (folder / path).exists() else []


def _records(folder: Path) -> Iterator[Path]:
    for pattern in _RECORDS:
        yield from folder.glob(pattern)


def _hold_one(records: Path, reason: str) -> bool:
    try:
        return any(_is_meant(record, reason) for record in read_records(records))
    except (ValueError, KeyError, TypeError):
        # What cannot be read is made again anyway.
        return False


def _is_meant(record: dict[str, object], reason: str) -> bool:
    return record["status"] == "failed" and reason in str(record["reason"])
