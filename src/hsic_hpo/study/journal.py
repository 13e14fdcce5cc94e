"""What happens in a run, noted in a file from which anybody can see how far it is."""

import json
import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import fmean
from typing import IO, Any

from hsic_hpo.study.plan import Plan, PlannedJob

JOURNAL = Path(".snakemake", "journal.jsonl")
# A run that is alive says so at least so often, in seconds.
HEARTBEAT = 20.0
SUBMITTED, FINISHED, FAILED = "submitted", "finished", "failed"
_EVENTS = {"job_started": SUBMITTED, "job_finished": FINISHED, "job_error": FAILED}


_at_begin: list[Callable[[], None]] = []


def at_begin(call: Callable[[], None]) -> None:
    """Have something called once the plan of a run stands in its journal, before its first job."""
    _at_begin.append(call)


class Journal(logging.Filter):
    """Notes what Snakemake logs of its jobs; lets all of it pass."""

    def __init__(self) -> None:
        super().__init__()
        self._file: IO[str] | None = None
        self._ended = threading.Event()

    def begin(self, folder: Path, plan: Plan) -> None:
        """Begin the journal of a run.

        Parameters
        ----------
        folder
            Results of the study.
        plan
            What the run is going to do; how long its rules took in earlier runs is added.
        """
        path = folder / JOURNAL
        before = read_journal(folder)
        if before is not None:
            plan = replace(plan, seconds={**before.plan.seconds, **before.seconds_by_rule})
        begun = path.with_name(f".{path.name}.tmp")
        with suppress(OSError):
            # A line at a time, so that a reader sees it at once.
            self._file = begun.open("w", encoding="utf-8", buffering=1)
            self._note(plan.to_dict())
            begun.replace(path)
        threading.Thread(target=self._beat, args=(path,), daemon=True).start()
        for call in _at_begin:
            call()

    def filter(self, record: logging.LogRecord) -> bool:
        """Note a message that tells of jobs."""
        event = _EVENTS.get(str(getattr(record, "event", "")))
        if event is not None:
            numbers = getattr(record, "jobs", None) or [
                getattr(record, "job_id", getattr(record, "jobid", None))
            ]
            entry = {"event": event, "jobs": list(numbers), "time": time.time()}
            if event == FAILED:
                entry["logs"] = [str(path) for path in getattr(record, "log", None) or ()]
            self._note(entry)
        return True

    def end(self, *, ok: bool) -> None:
        """Note that the run is over."""
        self._close({"event": "end", "ok": ok})

    def stop(self) -> None:
        """Note that somebody stopped the run; what its jobs make of it is not noted."""
        self._close({"event": "stop"})

    def _close(self, entry: Mapping[str, Any]) -> None:
        self._ended.set()
        self._note({**entry, "time": time.time()})
        if self._file is not None:
            self._file.close()
        self._file = None

    def _note(self, entry: Mapping[str, Any]) -> None:
        # A full disk must not stop what only tells of the run.
        if self._file is not None:
            with suppress(OSError):
                self._file.write(json.dumps(entry) + "\n")

    def _beat(self, path: Path) -> None:
        while not self._ended.wait(HEARTBEAT):
            with suppress(OSError):
                path.touch()


@dataclass
class JobState:
    """Where a job stands.

    Attributes
    ----------
    event
        ``"submitted"``, ``"finished"`` or ``"failed"``.
    since, until
        When it was last submitted, and when it ended, in seconds since the epoch.
    logs
        Where to read why it failed.
    """

    event: str
    since: float
    until: float = 0.0
    logs: tuple[str, ...] = ()

    @property
    def seconds(self) -> float:
        """How long it took, once it has ended."""
        return self.until - self.since


@dataclass
class History:
    """What the journal of a run tells.

    Attributes
    ----------
    plan
        What the run was going to do.
    states
        Where each of its jobs stands, by number; those that were not begun are left out.
    ended
        Whether the run ended well; None while no end is noted, or when it was stopped.
    is_stopped, ended_at
        Whether somebody stopped it; when it ended, in seconds since the epoch.
    heard
        When it last gave a sign of life, in seconds since the epoch.
    """

    plan: Plan
    states: dict[int, JobState] = field(default_factory=dict)
    ended: bool | None = None
    is_stopped: bool = False
    ended_at: float = 0.0
    heard: float = 0.0

    @property
    def seconds_by_rule(self) -> dict[str, float]:
        """How long the jobs of each rule took, on average, of those that finished."""
        taken: dict[str, list[float]] = {}
        for number, state in self.states.items():
            job = self.plan.by_number.get(number)
            if state.event == FINISHED and job is not None:
                taken.setdefault(job.rule, []).append(state.seconds)
        return {rule: fmean(seconds) for rule, seconds in taken.items()}

    def is_done(self, job: PlannedJob) -> bool:
        """Tell whether a job has ended well, in this run or before it."""
        state = self.states.get(job.number)
        return not job.is_needed or (state is not None and state.event == FINISHED)

    def note(self, entry: Mapping[str, Any]) -> None:
        """Take in an entry of the journal."""
        if entry["event"] in ("end", "stop"):
            self.ended_at, self.is_stopped = float(entry["time"]), entry["event"] == "stop"
            self.ended = None if self.is_stopped else bool(entry["ok"])
            return
        for number in entry["jobs"]:
            state = self.states.get(number)
            if entry["event"] == SUBMITTED or state is None:
                self.states[number] = JobState(entry["event"], entry["time"])
            else:
                state.event, state.until = entry["event"], entry["time"]
                state.logs = tuple(entry.get("logs", ()))


class JournalReader:
    """Reads a journal that grows, each time only what is new.

    Parameters
    ----------
    folder
        Results of the study.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / JOURNAL
        self._inode = -1
        self._read = 0
        self._history: History | None = None

    def look(self) -> History | None:
        """Return what is known by now; None where there is no journal."""
        try:
            with self._path.open("rb") as file:
                self._take(file)
        except OSError:
            return self._history
        return self._history

    def _take(self, file: IO[bytes]) -> None:
        size = self._path.stat()
        # Another run has begun the file anew.
        if size.st_ino != self._inode or size.st_size < self._read:
            self._inode, self._read, self._history = size.st_ino, 0, None
        file.seek(self._read)
        for entry in self._entries(file):
            if "event" not in entry:
                self._history = History(Plan.from_dict(entry))
            elif self._history is not None:
                self._history.note(entry)
        if self._history is not None:
            self._history.heard = size.st_mtime

    def _entries(self, file: IO[bytes]) -> Iterator[Mapping[str, Any]]:
        for line in file:
            # The last line may still be written.
            if not line.endswith(b"\n"):
                return
            self._read += len(line)
            with suppress(ValueError):
                yield json.loads(line)


def read_journal(folder: Path) -> History | None:
    """Return what the journal of the last run in a folder tells; None where there is none."""
    try:
        return JournalReader(folder).look()
    except (KeyError, TypeError, ValueError):
        # Of another version.
        return None
