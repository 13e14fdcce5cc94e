"""How much memory a job has and its processes hold, where the machine tells, and want of it."""

import math
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import torch

_PROCESSES = Path("/proc")
_MEGABYTE = 2**20
# As CUDA, and its libraries for matrix products and layers, say it.
_DEVICE_IS_FULL = re.compile(r"CUDA error: out of memory|_STATUS_(\w+_)?ALLOC(ATION)?_FAILED")


class DeviceMemoryError(MemoryError):
    """A GPU has too little free memory; more memory of its computer does not help."""


def as_memory_error(error: BaseException) -> MemoryError | None:
    """Return what an error of torch's is if it is one for want of memory, None for any other."""
    if not isinstance(error, RuntimeError):
        return None
    text = str(error)
    if isinstance(error, torch.OutOfMemoryError) or _DEVICE_IS_FULL.search(text):
        return DeviceMemoryError(text)
    return MemoryError(text) if "can't allocate memory" in text else None


def job_limit(megabytes: int | None, environment: Mapping[str, str] = os.environ) -> float:
    """Return the bytes beyond which this job is ended, infinite where nothing limits it.

    Parameters
    ----------
    megabytes
        What the job asked for. SLURM ends a job that takes more; elsewhere it limits nothing.
    """
    return megabytes * _MEGABYTE if megabytes and "SLURM_JOB_ID" in environment else math.inf


def resident(pid: int) -> int:
    """Return the bytes of memory that a process and its descendants hold, 0 where unknown.

    What processes share counts once for each, as SLURM counts it.
    """
    held = 0
    with suppress(OSError, ValueError, IndexError):
        process = _PROCESSES / str(pid)
        held = int((process / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        for task in (process / "task").iterdir():
            held += sum(resident(int(child)) for child in (task / "children").read_text().split())
    return held


def resident_above(pid: int) -> int:
    """Return the bytes that the processes between a process and SLURM's own hold, likewise."""
    held = 0
    with suppress(OSError, ValueError, IndexError):
        while True:
            status = (_PROCESSES / str(pid) / "status").read_text()
            pid = int(status.split("PPid:")[1].split()[0])
            name = (_PROCESSES / str(pid) / "comm").read_text()
            if pid <= 1 or name.startswith("slurm"):
                break
            held += int((_PROCESSES / str(pid) / "statm").read_text().split()[1])
    return held * os.sysconf("SC_PAGE_SIZE")


def kernel_kills() -> int:
    """Return how many processes of this machine the kernel has ended for want of memory."""
    with suppress(OSError):
        for line in (_PROCESSES / "vmstat").read_text().splitlines():
            name, _, count = line.partition(" ")
            if name == "oom_kill":
                return int(count)
    return 0
