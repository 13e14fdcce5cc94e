"""Snakemake's Python scripts, forked from a process that has imported what they need."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from typing import Any

from hsic_hpo.study.fork_server import DECLINED, PREPARE, RUN

# What Snakemake sets of them in a job's environment, by the threads of its rule.
_THREADS = (
    *(f"{library}_NUM_THREADS" for library in ("OMP", "GOTO", "OPENBLAS", "MKL", "NUMEXPR")),
    "VECLIB_MAXIMUM_THREADS",
)
_FOLDERS = ("TMPDIR", "TMP", "TEMPDIR", "TEMP")
# Where a job's script runs in anything but the interpreter of this process, in its folder.
_ELSEWHERE = ("conda_env", "container_img", "env_modules", "shadow_dir", "bench_record")


class ForkedJobs:
    """Runs the scripts of a run's local jobs by :mod:`hsic_hpo.study.fork_server`.

    A server that ends, or that cannot be had, changes nothing but the time that jobs take.
    """

    def __init__(self) -> None:
        self._control: socket.socket | None = None
        self._server: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server; on Linux alone, as elsewhere a fork may crash."""
        if sys.platform != "linux":
            return
        self._control, theirs = socket.socketpair()
        with theirs:
            self._server = subprocess.Popen(
                [sys.executable, "-P", "-m", "hsic_hpo.study.fork_server", str(theirs.fileno())],
                env={**os.environ, **_threads(1)},
                pass_fds=[theirs.fileno()],
            )

    def close(self) -> None:
        """End the server; jobs that still run go on by themselves."""
        if self._control is not None and self._server is not None:
            self._control.close()
            self._server.wait()
        self._control = self._server = None

    def prepare(self, script: str) -> None:
        """Let what a script imports be imported now, without waiting for it."""
        asker = self._ask(PREPARE, script)
        if asker is not None:
            asker.close()

    def instead_of(self, execute: Callable[..., None]) -> Callable[..., None]:
        """Return what takes the place of the method by which Snakemake runs a Python script.

        Parameters
        ----------
        execute
            The method; it runs what the server declines.
        """

        def execute_script(job: Any, script: str, edit: bool = False) -> None:
            if edit or not self._run(job, script):
                execute(job, script, edit)

        return execute_script

    def _run(self, job: Any, script: str) -> bool:
        """Run a job's script; tell whether it was run.

        Raises
        ------
        subprocess.CalledProcessError
            When it fails, as Snakemake expects.
        """
        here = not any(getattr(job, name, None) for name in _ELSEWHERE)
        if not here or job.threads != 1 or job.resources.get("shell_exec"):
            return False
        folder = job.resources.get("tmpdir")
        told = dict.fromkeys(_FOLDERS, str(folder)) if folder else {}
        asker = self._ask(RUN, script, {**os.environ, **_threads(1), **told})
        if asker is None:
            return False
        with asker, asker.makefile("rb") as answers:
            answer = answers.read()
        if answer in (DECLINED, b""):
            # Without an answer the server has ended, perhaps with the job: another one sees what
            # is finished.
            return False
        if int(answer):
            raise subprocess.CalledProcessError(int(answer), f"{sys.executable} {script}")
        return True

    def _ask(self, *request: str | Mapping[str, str]) -> socket.socket | None:
        if self._control is None:
            return None
        asker, theirs = socket.socketpair()
        try:
            with theirs:
                socket.send_fds(self._control, [b"."], [theirs.fileno()])
            asker.sendall(json.dumps(request).encode())
            asker.shutdown(socket.SHUT_WR)
        except OSError:
            asker.close()
            return None
        return asker


def _threads(number: int) -> dict[str, str]:
    return dict.fromkeys(_THREADS, str(number))
