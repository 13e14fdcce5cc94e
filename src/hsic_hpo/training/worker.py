"""A process of its own for trainings, so that none of them can end the job that asks for it."""

import ctypes
import json
import multiprocessing
import os
import resource
import signal
import sys
import sysconfig
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from hsic_hpo.errors import InputError
from hsic_hpo.problems.base import LightningProblem, Loaded, Problem
from hsic_hpo.training.budget import Budget
from hsic_hpo.training.keeper import DEFAULT_INTERVAL, Keeping
from hsic_hpo.training.leave_after import LeaveAfter
from hsic_hpo.training.memory import DeviceMemoryError, as_memory_error, kernel_kills
from hsic_hpo.training.model_file import Wanted
from hsic_hpo.training.stopping import SIGNALS, Stop, shielded
from hsic_hpo.training.train import train_within

# Elsewhere a fork of a process that has loaded libraries may crash; on Linux it takes milliseconds
# where a new interpreter takes the seconds of importing PyTorch.
_START: str = "fork" if sys.platform == "linux" else "spawn"
_TICK = 0.2
# A training that is told to end has this long to keep its state; Snakemake waits for 4 s.
_KEEPING_SECONDS = 3.0
# Clocks of file servers differ a little.
_MARGIN = 2.0
# A process that somebody kills together with its job dies first, perhaps.
_JOB_MAY_DIE = 0.5
_FROM_OUTSIDE = (-signal.SIGKILL, -signal.SIGTERM, -signal.SIGINT)
_PARENT_DEATH_SIGNAL = 1
_INSTALLED = tuple(sysconfig.get_paths()[name] for name in ("stdlib", "purelib", "platlib"))
_OWN = f"{__name__.partition('.')[0]}."

Load = Callable[[], tuple[Problem, Loaded]]


class Ended(Exception):  # noqa: N818 - an outcome of a training, not a fault of the program
    """A training ended its process, ran out of memory, or had to be ended.

    Attributes
    ----------
    out_of_memory
        Whether it might go on in a job with more memory, as it does not where a GPU is full.
    """

    def __init__(self, reason: str, *, out_of_memory: bool = False) -> None:
        super().__init__(reason)
        self.out_of_memory = out_of_memory


@dataclass(frozen=True)
class Task:
    """One training, as :func:`hsic_hpo.training.train.train_within` is asked for it.

    Attributes
    ----------
    state
        File in which its state is kept; None: nowhere.
    save_every
        Seconds between two states.
    network
        Keeps the trained network; None: it is not kept.
    until_epoch
        Epoch after which it is left, with its state in ``state``; None: it comes to its end.
    """

    configuration: Mapping[str, Any]
    budget: Budget
    seed: int
    device: str = "cpu"
    precision: str = "32"
    state: Path | None = None
    save_every: float = DEFAULT_INTERVAL
    network: Wanted | None = None
    until_epoch: int | None = None


@dataclass(frozen=True)
class Trained:
    """The record of a training.

    Attributes
    ----------
    record
        See :func:`hsic_hpo.training.train.train`.
    imported
        Whether it imported modules that are neither Python's own nor installed.
    """

    record: dict[str, Any]
    imported: bool


class Worker:
    """A process that trains one configuration after another.

    Parameters
    ----------
    load
        Gives the problem and its data; called in the new process, so that no code of a user's own
        runs in this one.

    Attributes
    ----------
    data_fingerprint
        Of the data that the process has loaded.
    seconds_to_start, seconds_of_work
        Wall time so far.

    Raises
    ------
    InputError, OSError
        What ``load`` raises, or when it ends the process.
    """

    def __init__(self, load: Load, start: str = _START) -> None:
        context: Any = multiprocessing.get_context(start)
        started = time.monotonic()
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(load, theirs, self._connection))
        try:
            # A signal amid a fork is lost in one of Python's hooks, which let no exception out.
            with shielded():
                self._process.start()
            theirs.close()
            self.data_fingerprint: str = self._receive(lambda _: None)
        except Ended as ended:
            raise InputError(f"problem: loading it {ended}") from None
        except BaseException:
            self.end()
            raise
        self.seconds_to_start = time.monotonic() - started
        self.seconds_of_work = 0.0

    @property
    def pid(self) -> int:
        """Number of the process."""
        return self._process.pid or 0

    def train(self, task: Task, watch: Callable[[float], None]) -> Trained:
        """Train; the process may be at its end afterwards, whether this returns or raises.

        Parameters
        ----------
        task
            What to train.
        watch
            Called several times a second with the seconds since the start, in which a halt of
            this process does not count; raises :class:`Ended` to end the training.

        Raises
        ------
        Ended
            When the training ended its process or ran out of memory.
        InputError, OSError
            As :func:`hsic_hpo.training.train.train` raises them.
        """
        start = time.monotonic()
        try:
            with suppress(BrokenPipeError):
                self._connection.send(task)
            trained: Trained = self._receive(watch)
        except Stop:
            self._leave()
            raise
        except BaseException:
            self.end()
            raise
        self.seconds_of_work += time.monotonic() - start
        return trained

    def end(self) -> None:
        """End the process and all that it started."""
        if self.pid:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)
            self._process.kill()
            self._process.join()
        self._connection.close()

    def _leave(self) -> None:
        """Let a training keep its state, if it keeps one, and end the process."""
        with suppress(ProcessLookupError, PermissionError):
            os.kill(self.pid, signal.SIGTERM)
        self._process.join(_KEEPING_SECONDS)
        self.end()

    def _receive(self, watch: Callable[[float], None]) -> Any:
        waited, last = 0.0, time.monotonic()
        kills = kernel_kills()
        while not wait([self._connection, self._process.sentinel], _TICK):
            now = time.monotonic()
            waited, last = waited + min(now - last, 2 * _TICK), now
            # A process that it started keeps the ends of the pipes open.
            if self._process.exitcode is not None:
                break
            watch(waited)
        try:
            answer = self._connection.recv() if self._connection.poll() else None
        except (EOFError, ConnectionError):
            answer = None
        if answer is None:
            raise self._death(kills)
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def _death(self, kills_before: int) -> Ended:
        self._process.join()
        code = self._process.exitcode or 0
        if code in _FROM_OUTSIDE:
            time.sleep(_JOB_MAY_DIE)
        if code >= 0:
            return Ended(f"ended the interpreter: exit code {code}")
        if code == -signal.SIGKILL:
            by_kernel = kernel_kills() > kills_before
            said = "out of memory: killed (signal 9)" if by_kernel else "killed (signal 9)"
            return Ended(said, out_of_memory=by_kernel)
        what = (signal.strsignal(-code) or "signal").lower()
        return Ended(f"ended the interpreter: {what} (signal {-code})")


def _serve(load: Load, connection: Connection, other_end: Connection) -> None:
    """Train what is asked for until nobody asks any more."""
    _stand_alone()
    began = time.time()
    other_end.close()
    try:
        problem, data = load()
    except BaseException as error:
        connection.send(_fault(error))
        return
    connection.send(data.fingerprint)
    while True:
        try:
            task = connection.recv()
        except EOFError:
            return
        connection.send(_answer(problem, data, task, began))


def _answer(problem: Problem, data: Loaded, task: Task, began: float) -> Any:
    known = set(sys.modules)

    def trusted() -> bool:
        # What was imported when the process began is what was submitted.
        return not any(_written_since(began, name) for name in set(sys.modules) - known)

    keeping = None
    if task.state is not None:
        keeping = Keeping(
            task.state,
            task.save_every,
            until_epoch=task.until_epoch,
            signals=(signal.SIGTERM,),
            trusted=trusted,
        )
    callbacks = []
    if task.until_epoch is not None and isinstance(problem, LightningProblem):
        callbacks.append(LeaveAfter(task.until_epoch))
    try:
        record = train_within(
            problem,
            task.configuration,
            data,
            task.budget,
            seed=task.seed,
            callbacks=callbacks,
            device=task.device,
            precision=task.precision,
            keeping=keeping,
            wanted=task.network,
        )
        # As it will be stored: what cannot be written must not pass.
        return Trained(json.loads(json.dumps(record)), _imports_own(set(sys.modules) - known))
    except BaseException as error:
        return _fault(error)


def _imports_own(names: set[str]) -> bool:
    return any(_own_file(name) is not None for name in names)


def _own_file(name: str) -> str | None:
    """Return the file of a module that is neither Python's own nor installed."""
    file = getattr(sys.modules.get(name), "__file__", None)
    if name.startswith(_OWN) or (file and not file.startswith(_INSTALLED)):
        return file or ""
    return None


def _written_since(began: float, name: str) -> bool:
    file = _own_file(name)
    if file is None:
        return False
    try:
        status = Path(file).stat()
    except OSError:
        return True
    return max(status.st_mtime, status.st_ctime) > began - _MARGIN


def _fault(error: BaseException) -> Exception:
    """Return what the asking process shall raise; it may not know the classes of users' own."""
    text = " ".join(f"{type(error).__name__}: {error}".split()).removesuffix(":")
    if isinstance(error, InputError):
        return InputError(str(error))
    if isinstance(error, OSError):
        named = error.filename and str(error.filename)
        return OSError(error.errno or 0, error.strerror or str(error) or text, named)
    # Loading a problem, and starting a GPU, raise what torch raises.
    error = as_memory_error(error) or error
    if isinstance(error, MemoryError):
        larger_job_helps = not isinstance(error, DeviceMemoryError)
        return Ended(f"out of memory: {text}", out_of_memory=larger_job_helps)
    if isinstance(error, Exception):
        return RuntimeError(text)
    return Ended(f"ended the interpreter: {text}")


def _stand_alone() -> None:
    """Leave the signals of the terminal to the job, die with it, and be the first to be killed."""
    for number, handler in (
        (signal.SIGTERM, signal.SIG_DFL),
        (signal.SIGINT, signal.default_int_handler),
    ):
        signal.signal(number, handler)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
    parent = os.getppid()
    os.setsid()
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL)
        with suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text("1000")
    if os.getppid() != parent:
        os._exit(1)
