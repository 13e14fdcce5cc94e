"""A lock that keeps two jobs from training the same thing at the same time."""

import errno
import fcntl
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from hsic_hpo.training.holder import Holder

# What file systems without locks answer.
NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)
_SILENT_SECONDS = 2.0
_LONGEST_PAUSE = 0.5
_named: set[tuple[int, str]] = set()


@contextmanager
def exclusive(path: Path | str, key: str) -> Iterator[None]:
    """Hold the lock of ``key``; wait while another process, on whichever node, holds it.

    Jobs that a killed Snakemake has left, here or on a cluster, go on, and the next Snakemake
    starts the same ones again. After two seconds a line on stderr names the process that is waited
    for, once for each such process.

    All keys share one lock file, a byte each, so that a study of 10^5 trainings needs no 10^5 more
    files. Such locks also work on NFS, and the kernel releases those of a process that ends. On a
    file system without locks the block runs unlocked.

    Parameters
    ----------
    path
        Lock file, created when missing; the folder too. While the lock is held, a note of its
        holder stands beside it.
    key
        At least 15 hexadecimal digits.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    note = path.parent / key[:2] / f"{key}.holder"
    with path.open("a") as file:
        try:
            _acquire(file, int(key[:15], 16), note)
        except OSError as error:
            if error.errno not in NO_LOCKS:
                raise
            yield
            return
        Holder.this_process().write(note)
        try:
            yield
        finally:
            note.unlink(missing_ok=True)


def _acquire(file: IO[str], offset: int, note: Path) -> None:
    start = time.monotonic()
    pause = 0.01
    while True:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, offset)
            return
        except (BlockingIOError, PermissionError):
            # POSIX leaves open which of the two says that another process holds the lock.
            if time.monotonic() - start > _SILENT_SECONDS:
                _name_once(Holder.read(note))
        time.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)


def _name_once(holder: Holder | None) -> None:
    if holder is not None and (holder.process, holder.host) not in _named:
        _named.add((holder.process, holder.host))
        print(
            f"waiting for {holder}, which is training the same thing, perhaps for a run that was "
            f"killed; its result will be used; if it hangs: {holder.how_to_stop}",
            file=sys.stderr,
            flush=True,
        )
