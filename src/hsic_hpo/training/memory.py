"""How much memory a job has and its processes hold, where the machine tells."""

import math
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

_PROCESSES = Path("/proc")
_MEGABYTE = 2**20


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
