"""Clear the locks that a killed Snakemake left, and keep two jobs from the same training."""

import errno
import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

# What file systems without locks answer.
_NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)


def clear_stale_locks(folder: Path | str) -> IO[str]:
    """Remove Snakemake's locks of a working folder when no live process can own them.

    A Snakemake that is killed with -9 leaves its lock files behind, and the next one refuses to
    start. Each process that calls this function holds a shared ``flock``, which the kernel
    releases however the process ends; whoever gets the lock exclusively is alone.

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


@contextmanager
def alone(path: Path | str, key: str) -> Iterator[None]:
    """Hold the lock of ``key``; wait while another process, on whichever node, holds it.

    Jobs that a killed Snakemake has submitted to a cluster go on, and the next one submits the
    same again. All keys share one lock file, a byte each, so that a study of 10^5 trainings needs
    no 10^5 more files; such locks also work on NFS, and the kernel releases those of the dead. On
    a file system without locks the block runs unlocked.

    Parameters
    ----------
    path
        Lock file, created when missing; the folder too.
    key
        At least 15 hexadecimal digits.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX, 1, int(key[:15], 16))
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                raise
        yield
