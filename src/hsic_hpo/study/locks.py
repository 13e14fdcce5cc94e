"""Clear the locks that a killed Snakemake left behind."""

import fcntl
import shutil
from pathlib import Path
from typing import IO


def clear_stale_locks(folder: Path | str) -> IO[str]:
    """Remove Snakemake's locks of a working folder when no live process can own them.

    A Snakemake that is killed with -9 leaves its lock files behind, and the next one refuses to
    start. Each process that calls this function holds a shared ``flock``, which the kernel
    releases however the process ends; a process that gets the lock exclusively is the only one.

    Parameters
    ----------
    folder
        Working folder of Snakemake, which holds ``.snakemake``; created when missing.

    Returns
    -------
    file
        Keep it open as long as the process may run jobs.
    """
    folder = Path(folder, ".snakemake")
    folder.mkdir(parents=True, exist_ok=True)
    alive = (folder / "alive").open("w")
    try:
        fcntl.flock(alive, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder / "locks", ignore_errors=True)
    except BlockingIOError:
        pass
    fcntl.flock(alive, fcntl.LOCK_SH)
    return alive
