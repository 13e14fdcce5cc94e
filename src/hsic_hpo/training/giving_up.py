"""A study of which the first trainings all fail is given up instead of spending its budget."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from hsic_hpo.files import write_text
from hsic_hpo.trials.failures import commonest

DEFAULT_LIMIT = 10
GIVEN_UP = ".given_up"
"""Name of the file, beside the finished trainings, in which the reason stands."""


class GivenUp(SystemExit):
    """The study is hopeless; the main process says so, for all jobs."""


def unless_all_fail(
    records: Iterable[dict[str, Any]], limit: int, folder: Path, *decisive: Any
) -> Iterator[dict[str, Any]]:
    """Pass on the records of trainings, unless those that the study began with all failed.

    What other jobs of the study trained, before or at the same time, counts too: each job notes
    what it saw in files that all share.

    Parameters
    ----------
    records
        With ``trial``, ``repeat``, ``status`` and ``reason``.
    limit
        How many trainings must have failed, and none come to an end, until the study is given
        up; 0 for never.
    folder
        Where finished trainings are kept.
    *decisive
        What decides the results, such as budget, data and code: after a change of it the
        counting begins anew.

    Raises
    ------
    GivenUp
        In one line, before the first record or after a failed one; the line also stands in the
        file :data:`GIVEN_UP`.
    """
    tally = _Tally(folder, decisive)
    tally.check(limit)
    for record in records:
        tally.count(record)
        yield record
        tally.check(limit)


def forget_failures(folder: Path) -> None:
    """Count anew, as failed trainings are tried again."""
    for path in folder.glob(".first-*.jsonl"):
        path.unlink(missing_ok=True)


class _Tally:
    def __init__(self, folder: Path, decisive: Any) -> None:
        name = hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()[:16]
        self._given_up = folder / GIVEN_UP
        self._failed = folder / f".first-{name}.jsonl"
        self._one_ended = folder / f".first-{name}.ok"
        self._hopeful = False

    def count(self, record: Mapping[str, Any]) -> None:
        if self._hopeful or self._is_hopeful():
            return
        self._failed.parent.mkdir(parents=True, exist_ok=True)
        if record["status"] == "failed":
            line = json.dumps([record["trial"], record["repeat"], record["reason"]])
            with self._failed.open("a", encoding="utf-8") as file:
                file.write(f"{line}\n")
        else:
            self._one_ended.touch()

    def check(self, limit: int) -> None:
        if not limit or self._is_hopeful():
            return
        reasons = self._reasons()
        if len(reasons) >= limit:
            line = f"the first {len(reasons)} trainings all failed: {commonest(reasons)}"
            write_text(line, self._given_up)
            raise GivenUp(line)

    def _is_hopeful(self) -> bool:
        self._hopeful = self._hopeful or self._one_ended.exists()
        return self._hopeful

    def _reasons(self) -> list[str]:
        """Return the reasons of failed trainings: a job that is tried again counts them again."""
        found = {}
        try:
            for line in self._failed.read_text(encoding="utf-8").splitlines():
                trial, repeat, reason = json.loads(line)
                found[trial, repeat] = reason
        except (FileNotFoundError, ValueError):
            # Another job is writing the last line.
            pass
        return list(found.values())
