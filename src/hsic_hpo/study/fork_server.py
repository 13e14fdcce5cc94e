"""A process that has imported what jobs need, and forks one for each of them.

Most jobs of a study work for less time than Python takes to import what they need: a figure for a
second, PyTorch and Lightning for six. This process imports what a script imports when it is first
asked for it; every later one begins with that. It forks, so that jobs are as separate as processes
are. Where it cannot vouch that a job would be what a new interpreter would make of it, such as
after an edit of the package, it declines, and the job gets a new interpreter.
"""

import ast
import gc
import json
import multiprocessing
import os
import runpy
import signal
import socket
import sys
from collections.abc import Mapping
from contextlib import suppress
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from hsic_hpo.study.submitted import is_as_submitted
from hsic_hpo.training.stopping import SIGNALS, shielded

_ENDING = (*SIGNALS, signal.SIGHUP)

# Answers to a request: this, or the exit code of the job.
DECLINED = b"declined"
# First word of a request: to run a script, or to import what it needs.
RUN, PREPARE = "run", "prepare"


def serve(control: socket.socket) -> None:
    """Serve until the other end is closed; jobs that still run then go on by themselves.

    No signal ends it: those who stop a run end its jobs.

    Parameters
    ----------
    control
        Brings for each request a byte and, as a file descriptor, the socket on which the request
        stands as JSON: ``[RUN, script, environment]`` or ``[PREPARE, script]``. The socket takes
        the answer and is closed then, at once if it is that of a preparation.
    """
    handlers = {number: signal.signal(number, signal.SIG_IGN) for number in _ENDING}
    # Ctrl-C reaches jobs, too: the main process ends them.
    handlers[signal.SIGINT] = signal.SIG_IGN
    context = multiprocessing.get_context("fork")
    running: dict[Any, tuple[BaseProcess, socket.socket]] = {}
    while True:
        for ready in wait([control, *running]):
            if ready is control:
                _, descriptors, _, _ = socket.recv_fds(control, 1, 1)
                if not descriptors:
                    os._exit(0)
                asker = socket.socket(fileno=descriptors[0])
                kind, script, *environment = _read(asker)
                if not _prepared(script):
                    _answer(asker, DECLINED)
                elif kind == PREPARE:
                    asker.close()
                else:
                    others = [control, asker, *(other for _, other in running.values())]
                    told = (script, *environment, handlers, others)
                    job: BaseProcess = context.Process(target=_run, args=told)
                    with shielded():
                        job.start()
                    running[job.sentinel] = (job, asker)
            else:
                job, asker = running.pop(ready)
                job.join()
                _answer(asker, str(job.exitcode).encode())
                job.close()


def _read(asker: socket.socket) -> list[Any]:
    with asker.makefile("rb") as request:
        return list(json.loads(request.read()))


def _answer(asker: socket.socket, answer: bytes) -> None:
    # Who asked may be gone.
    with asker, suppress(OSError):
        asker.sendall(answer)


def _prepared(script: str) -> bool:
    """Import what a script imports, and tell whether its job can be forked from here."""
    try:
        if not is_as_submitted():
            return False
        for module, names in _imports(Path(script).read_text(encoding="utf-8")):
            __import__(module, fromlist=names)
    except Exception:
        # The job itself will say so.
        return False
    gc.collect()
    gc.freeze()
    # A library that has threads may not survive a fork; and nothing may have been edited while it
    # was imported.
    return len(list(Path("/proc/self/task").iterdir())) == 1 and is_as_submitted()


def _imports(text: str) -> list[tuple[str, list[str]]]:
    found: list[tuple[str, list[str]]] = []
    for node in ast.parse(text).body:
        if isinstance(node, ast.Import):
            found += [(alias.name, []) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.append((node.module, [alias.name for alias in node.names]))
    return found


def _run(
    script: str,
    environment: Mapping[str, str],
    handlers: Mapping[int, Any],
    others: list[socket.socket],
) -> None:
    for number, handler in handlers.items():
        signal.signal(number, handler)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
    for other in others:
        other.close()
    os.environ.clear()
    os.environ.update(environment)
    # As a new interpreter has them.
    sys.argv = [script]
    sys.path.insert(0, str(Path(script).parent))
    runpy.run_path(script, run_name="__main__")


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
