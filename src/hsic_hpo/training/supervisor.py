"""Trainings in a process of their own, watched, and tried again when they end it."""

import math
import os
import time
from collections.abc import Callable
from typing import Any

from hsic_hpo.errors import InputError
from hsic_hpo.training.memory import resident, resident_above
from hsic_hpo.training.outcome import Outcome
from hsic_hpo.training.stopping import Stop
from hsic_hpo.training.tries import DEFAULT_TRIES, Tries
from hsic_hpo.training.worker import Ended, Load, Task, Worker
from hsic_hpo.wording import number

# A new process takes some 0.3 s until it trains at full speed, little of so many seconds; what
# trainings leave behind, such as memory, threads and open files, goes with the old one.
RENEWED_AFTER = 60.0
_RENEWED_AFTER_STARTS = 100.0
# A training that keeps to max_seconds itself still has to evaluate its network.
_GRACE, _LEAST_GRACE = 0.25, 5.0
# Parts of the memory of a job: from where a kill is likely to be due to it, and how much of it a
# training must have taken itself.
_MUCH, _OWN_SHARE = 0.8, 0.2


class MemoryShortError(InputError):
    """Trainings are left to a job with more memory."""

    worth_another_try = True


class OutOfJobMemory(Exception):  # noqa: N818 - another job may have more
    """A training needs more memory than SLURM gives this job."""


class Supervisor:
    """Trains in another process, which it starts, watches, ends and starts again.

    Parameters
    ----------
    load
        Gives the problem and its data, see :class:`hsic_hpo.training.worker.Worker`.
    data_fingerprint
        Of the data that are to be trained on.
    tries
        How many tries of a training may end the process, run out of memory or not end in time
        until it is called failed, at least 1. An exception is called failed at once.
    unedited
        Raises when the sources that trainings import are no longer those that were submitted;
        returns a text that changes whenever one of their files is written.
    memory_limit
        Bytes beyond which the whole job is ended, see :func:`hsic_hpo.training.memory.job_limit`.
    """

    def __init__(
        self,
        load: Load,
        data_fingerprint: str,
        *,
        tries: int = DEFAULT_TRIES,
        unedited: Callable[[], str] = lambda: "",
        memory_limit: float = math.inf,
    ) -> None:
        self._load = load
        self._data_fingerprint = data_fingerprint
        self._tries = tries
        self._unedited = unedited
        self._limit = memory_limit
        self._worker: Worker | None = None

    def train(self, task: Task, tries: Tries) -> dict[str, Any]:
        """Train until there is a record.

        Parameters
        ----------
        task
            What to train.
        tries
            What is known of earlier tries; to be forgotten once the record is stored.

        Returns
        -------
        dict
            See :func:`hsic_hpo.training.train.train`.

        Raises
        ------
        OutOfJobMemory
            When a job with more memory should try again.
        InputError, OSError
            As trainings raise them, or ``unedited`` does.
        """
        start = time.perf_counter()
        while not (reason := tries.given_up(self._tries)):
            record = self._try(task, tries)
            if record is not None:
                return record
        outcome = Outcome()
        outcome.end("failed", reason)
        return outcome.record(time.perf_counter() - start)

    def close(self) -> None:
        """End the process."""
        if self._worker is not None:
            self._worker.end()
            self._worker = None

    def _try(self, task: Task, tries: Tries) -> dict[str, Any] | None:
        worker, files = self._ready()
        try:
            tries.begin()
            trained = worker.train(task, _Watch(worker.pid, task, self._limit, tries))
            failed = trained.record["status"] == "failed"
            if failed:
                # What an exception left behind, such as a broken GPU context, is not for others.
                self.close()
            # An import of a file that was edited meanwhile may be why.
            if (trained.imported or failed) and self._unedited() != files:
                self.close()
                tries.withdraw()
                return None
        except Ended as ended:
            self.close()
            tries.failed(str(ended))
            if ended.out_of_memory and self._limit < math.inf and not tries.given_up(self._tries):
                raise OutOfJobMemory(str(ended)) from None
            return None
        except Stop as stop:
            self.close()
            # SLURM asks a job that takes too much memory to end, too.
            if tries.memory:
                tries.failed(tries.memory)
            else:
                tries.withdraw()
            if task.state is not None and task.state.exists():
                raise Stop(f"{stop}, the one under way from its last state") from None
            raise
        except BaseException:
            self.close()
            tries.withdraw()
            self._unedited()
            raise
        return trained.record

    def _ready(self) -> tuple[Worker, str]:
        """Return a process that imported what was submitted, and the state of the files."""
        files = self._unedited()
        old = self._worker
        if old is not None and old.seconds_of_work > max(
            RENEWED_AFTER, _RENEWED_AFTER_STARTS * old.seconds_to_start
        ):
            self.close()
        while self._worker is None:
            try:
                worker = Worker(self._load)
            except (InputError, OSError):
                self._unedited()
                raise
            self._worker = worker
            before, files = files, self._unedited()
            if files != before:
                self.close()
        if self._worker.data_fingerprint != self._data_fingerprint:
            raise InputError(
                "the data of the problem were replaced after this job had begun: run the same "
                "command again"
            )
        return self._worker, files


class _Watch:
    """End a training that goes on for too long, or holds more memory than its job has."""

    def __init__(self, pid: int, task: Task, limit: float, tries: Tries) -> None:
        self._pid = pid
        self._max_seconds = task.budget.seconds
        self._limit = limit
        self._tries = tries
        if limit < math.inf:
            self._before = resident(pid)
            job = os.getpid()
            self._others = resident(job) - self._before + resident_above(job)

    def __call__(self, seconds: float) -> None:
        if seconds > self._max_seconds + max(_LEAST_GRACE, _GRACE * self._max_seconds):
            raise Ended(f"still running after max_seconds {number(self._max_seconds)} s")
        if self._limit < math.inf:
            self._check_memory()

    def _check_memory(self) -> None:
        held = resident(self._pid)
        total = held + self._others
        if total < _MUCH * self._limit or held - self._before < _OWN_SHARE * self._limit:
            return
        reason = f"out of memory: {_megabytes(total)} of the {_megabytes(self._limit)} of its job"
        if total > self._limit:
            raise Ended(reason, out_of_memory=True)
        self._tries.note_memory(reason)


def _megabytes(n_bytes: float) -> str:
    return f"{n_bytes / 2**20:.0f} MB"
