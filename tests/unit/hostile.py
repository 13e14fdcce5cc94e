"""A problem whose configurations do to their process what they are called after."""

import ctypes
import faulthandler
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import torch

from hsic_hpo.problems.base import FunctionProblem

MEGABYTE = 2**20


def segfault() -> None:
    # What pytest enables would fill the screen.
    faulthandler.disable()
    ctypes.string_at(0)


def abort() -> None:
    faulthandler.disable()
    os.abort()


def hang() -> None:
    time.sleep(1000)


def hang_in_c() -> None:
    # Deaf to signals that Python would handle, as a library in an endless loop is.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    ctypes.CDLL(None).sleep(1000)


def eat() -> None:
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + 100 * MEGABYTE, resource.RLIM_INFINITY))
    grow(200)


def devour() -> None:
    held = []
    while True:
        held.append(grow(500))
        time.sleep(0.1)


def grow(megabytes: int) -> bytearray:
    return bytearray(b"x") * (megabytes * MEGABYTE)


def leave_things_behind() -> None:
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1000)"])
    threading.Thread(target=time.sleep, args=(1000,)).start()


def fail() -> None:
    raise ArithmeticError("no\nsuch luck")


def fill_the_gpu(error: type[RuntimeError], text: str) -> None:
    raise error(text)


ACTS = {
    "fill the GPU": lambda: fill_the_gpu(RuntimeError, "CUDA error: out of memory"),
    "fill the GPU for cuBLAS": lambda: fill_the_gpu(
        RuntimeError, "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"
    ),
    "fill the GPU for torch": lambda: fill_the_gpu(
        torch.OutOfMemoryError, "CUDA out of memory. Tried to allocate 2.00 GiB."
    ),
    "segfault": segfault,
    "os._exit": lambda: os._exit(3),
    "SystemExit": lambda: sys.exit("enough"),
    "KeyboardInterrupt": lambda: signal.raise_signal(signal.SIGINT),
    "abort": abort,
    "kill": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "kill the group": lambda: os.killpg(0, signal.SIGTERM),
    "hang": hang,
    "hang in C": hang_in_c,
    "eat": eat,
    "devour": devour,
    "leave things behind": leave_things_behind,
    "raise": fail,
}


@dataclass(frozen=True)
class Hostile(FunctionProblem):
    """Errors are known in advance; ``does`` names an act, ``x`` is the error of the others."""

    name: ClassVar[str] = "hostile"
    error_name: ClassVar[str] = "distance"
    error_units: ClassVar[str] = "1"

    def default_space(self) -> dict[str, Any]:
        return {
            "x": {"type": "float", "range": [0, 1]},
            "does": {"type": "categorical", "levels": ["nothing", *ACTS]},
        }

    def evaluate(
        self, configuration: Mapping[str, Any], budget: Mapping[str, Any], seed: int
    ) -> dict[str, Any]:
        if (path := configuration.get("path")) is not None:
            with Path(path).open("a") as file:
                file.write(f"{os.getpid()}\n")
        if (act := ACTS.get(configuration.get("does", "nothing"))) is not None:
            act()
        if (megabytes := configuration.get("megabytes", 0)) > 0:
            held = grow(megabytes)
            time.sleep(configuration.get("seconds", 0))
            assert held
        x = configuration.get("x", 0.5)
        return {"validation_error": x, "test_error": x}
