"""A run that somebody stops ends within seconds and says what is kept and how to go on."""

import os
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType

import psutil

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# Jobs have these seconds to end by themselves, and Snakemake as many again to cancel those that
# it submitted to a cluster.
_SECONDS = 4.0
_SLURM_SECONDS = 10.0
# One of them stands in the command line of each job, or of the process that forks it.
_SCRIPTS, _SERVER = "/.snakemake/scripts/", "hsic_hpo.study.fork_server"
# Exists where jobs were submitted to a cluster.
_SLURM_LOGS = Path(".snakemake/slurm_logs")
_before_the_line: list[Callable[[], None]] = []


def command_line(arguments: Sequence[str], started_as: str = "") -> str:
    """Return the command that a process was started with, for a person to type again.

    Parameters
    ----------
    arguments
        Of the process, its program first.
    started_as
        What a person typed, where that is known.
    """
    program, *rest = arguments
    if Path(program).name == "__main__.py":
        program = "python -m snakemake"
    return started_as.strip() or f"{program} {shlex.join(rest)}"


def before_the_line(put_in_order: Callable[[], None]) -> None:
    """Have something put in order, such as a terminal, before a stopped run says its line."""
    _before_the_line.append(put_in_order)


class Stops:
    """What the main process of a study does on Ctrl-C, SIGTERM and SIGHUP.

    Snakemake waits on SIGTERM until its jobs have come to their ends, which may be days, and on
    Ctrl-C shows the errors of the jobs that it ends.

    Parameters
    ----------
    folder
        Where the results are, as a reader is told.
    command
        What goes on from there.
    """

    def __init__(self, folder: str, command: str) -> None:
        self._folder = folder
        self._kept = f"every training that had finished is kept in {folder}/trial_files"
        self._command = command
        self._jobs_run = False
        self._stopping = False
        self._line = ""

    def listen(self, *, jobs_run: bool = False) -> None:
        """Take over the signals, except those that the process was told to ignore.

        Parameters
        ----------
        jobs_run
            Snakemake runs jobs, and ends them when it is interrupted.
        """
        self._jobs_run = jobs_run
        for number in _SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._on_signal)

    def give_up(self, reason: str) -> None:
        """Stop as on a signal; for other threads than the main one.

        Parameters
        ----------
        reason
            Why nothing more is to be trained.
        """
        self._line = (
            f"Stopped: {reason}; once that is mended: hsic-hpo retry {self._folder} && "
            f"{self._command}"
        )
        os.kill(os.getpid(), signal.SIGTERM)

    def _on_signal(self, number: int, _: FrameType | None) -> None:
        if self._stopping:
            _end_at_once()
        self._stopping = True
        name = signal.Signals(number).name
        for put_in_order in _before_the_line:
            put_in_order()
        go_on = f"Stopped by {name}; to go on: {self._command} ({self._kept})"
        print(self._line or go_on, file=sys.stderr, flush=True)
        _silence()
        if not self._jobs_run:
            _end_at_once()
        threading.Thread(target=_end_soon, args=(_end_jobs(),), daemon=True).start()
        raise KeyboardInterrupt


def _silence() -> None:
    """Keep Snakemake's account of how it ends to its log file."""
    sys.stdout.flush()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)


def _end_jobs() -> list[psutil.Process]:
    """Ask the jobs beside this process to end; what else runs, such as scancel, is left alone."""
    jobs = []
    for child in psutil.Process().children():
        with suppress(psutil.NoSuchProcess):
            command = child.cmdline()
            if any(_SCRIPTS in word or word == _SERVER for word in command):
                jobs += [child, *child.children(recursive=True)]
    for job in jobs:
        _send(job, signal.SIGTERM)
    return jobs


def _end_soon(jobs: list[psutil.Process]) -> None:
    # Not by waiting for them: who waits for a process takes its exit code from Snakemake.
    time.sleep(_SECONDS)
    for job in jobs:
        _send(job, signal.SIGKILL)
    _cancel_submitted()
    time.sleep(_SECONDS)
    # What was being submitted when Snakemake was told to stop.
    _cancel_submitted()
    # Snakemake waits for a minute and more for the next look at a cluster's queue.
    _end_at_once()


def _cancel_submitted() -> None:
    """Cancel the cluster's jobs of this folder.

    Snakemake cancels its jobs, but not those whose state it is just asking for.
    """
    if not _SLURM_LOGS.exists() or shutil.which("squeue") is None:
        return
    with suppress(OSError, subprocess.SubprocessError):
        # Where a job prints tells its study; its working directory is that of Snakemake's start.
        listed = _slurm("squeue", "--me", "--noheader", "--Format=jobid:32,stdout:1024")
        # An interactive job, such as the one in which this process may run, has no such file.
        fields = [found for line in listed.splitlines() if len(found := line.split(maxsplit=1)) > 1]
        logs = _SLURM_LOGS.resolve()
        ours = [number for number, log in fields if Path(log).is_relative_to(logs)]
        if ours:
            _slurm("scancel", *ours)


def _slurm(*command: str) -> str:
    return subprocess.run(
        command, capture_output=True, text=True, check=True, timeout=_SLURM_SECONDS
    ).stdout


def _send(process: psutil.Process, number: signal.Signals) -> None:
    with suppress(psutil.NoSuchProcess):
        process.send_signal(number)


def _end_at_once() -> None:
    os._exit(1)
