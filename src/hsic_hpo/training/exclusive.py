"""A lock that keeps two jobs from training the same thing at the same time."""

import errno
import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# What file systems without locks answer.
_NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)


@contextmanager
def exclusive(path: Path | str, key: str) -> Iterator[None]:
    """Hold the lock of ``key``; wait while another process, on whichever node, holds it.

    Jobs that a killed Snakemake has submitted to a cluster go on, and the next Snakemake submits
    the same ones again. All keys share one lock file, a byte each, so that a study of 10^5
    trainings needs no 10^5 more files. Such locks also work on NFS, and the kernel releases those
    of a process that ends. On a file system without locks the block runs unlocked.

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
