"""Is a run under way in a folder? Clear the locks that a killed Snakemake left behind."""

import atexit
import fcntl
import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import IO

from hsic_hpo.training.exclusive import NO_LOCKS
from hsic_hpo.training.holder import Holder


def clear_stale_locks(folder: Path | str) -> IO[str]:
    """Remove Snakemake's locks of a working folder when no live process can own them.

    A Snakemake that is killed with -9 leaves its lock files behind, and the next one refuses to
    start. Each process that calls this function holds a shared ``flock``, which the kernel
    releases however the process ends; a process that gets the lock exclusively is the only one.
    On a file system without such locks the note that the last owner left tells: its process must
    have been on this machine, and have ended.

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
    alive = _note(folder).open("a")
    if _is_free(alive, folder):
        shutil.rmtree(folder / "locks", ignore_errors=True)
        Holder.this_process().write(_note(folder))
    _lock(alive, fcntl.LOCK_SH)
    atexit.register(_leave_folder_of_locks, folder.resolve())
    return alive


def note_run(folder: Path | str) -> None:
    """Note this process as the one that runs jobs in a working folder.

    Another one, such as a dry run, may have come first and be gone before this one ends.
    """
    Holder.this_process().write(_note(Path(folder, ".snakemake")))


def warn_of_run(folder: Path | str, called: str) -> str:
    """Return one line that says that a process of this machine runs jobs in a working folder.

    Snakemake lets no second one run them, but proposes to remove the lock of the first.

    Parameters
    ----------
    folder
        Working folder of Snakemake.
    called
        What a reader calls it.

    Returns
    -------
    str
        Empty where there is none, or none that is known to live.
    """
    owner = running(folder)
    if owner is None or not owner.lives or not any(Path(folder, ".snakemake").glob("locks/*")):
        return ""
    return (
        f"{called}: its study is running ({owner}); to run it here, wait for its end, or stop it "
        f"first: {owner.how_to_stop}"
    )


def _leave_folder_of_locks(folder: Path) -> None:
    """Make the folder that Snakemake removes: who may only read cannot, and a dry run needs it."""
    with suppress(OSError):
        (folder / "locks").mkdir(exist_ok=True)


def is_read_only(folder: Path | str) -> bool:
    """Tell whether this process may change nothing in a working folder, as in those of others."""
    places = (Path(folder), Path(folder, ".snakemake"))
    return not all(os.access(place, os.W_OK) for place in places if place.exists())


def running(folder: Path | str) -> Holder | None:
    """Return the process that runs Snakemake in a working folder, None when there is none."""
    folder = Path(folder, ".snakemake")
    if not _note(folder).exists():
        return None
    with _note(folder).open("a") as alive:
        return None if _is_free(alive, folder) else Holder.read(_note(folder))


def _note(folder: Path) -> Path:
    return folder / "alive"


def _is_free(alive: IO[str], folder: Path) -> bool:
    try:
        if _lock(alive, fcntl.LOCK_EX | fcntl.LOCK_NB):
            return True
    except BlockingIOError:
        return False
    owner = Holder.read(_note(folder))
    unlocked = not any(folder.glob("locks/*"))
    if owner is None or owner.lives is None:
        return unlocked
    # A container that is started again may give the same number to its new process.
    return not owner.lives or owner.process == os.getpid()


def _lock(file: IO[str], operation: int) -> bool:
    """Lock a file; tell whether its file system knows such locks at all."""
    try:
        fcntl.flock(file, operation)
    except OSError as error:
        if error.errno in NO_LOCKS:
            return False
        raise
    return True
