"""Where a study runs: what about it would fail every job, or Snakemake itself."""

import errno
import re
from contextlib import suppress
from pathlib import Path

from hsic_hpo.errors import InputError

# What a shell takes for more than a part of a name.
_SPECIAL = re.compile(r"""[\s()\[\]{}<>|&;*?!$`'"\\#]""")
# What Snakemake writes before the first job of a study, in bytes, and more.
_AT_ONCE = 2**16
_FULL = (errno.ENOSPC, errno.EDQUOT)


def check_place(results: Path, python: str) -> None:
    """Check where a study runs, before anything is written.

    Parameters
    ----------
    results
        Folder of its results, which need not exist.
    python
        Path of the Python by which Snakemake starts jobs: in a shell, unquoted.

    Raises
    ------
    InputError
        One line: for a path of Python by which no job starts, or a link of the results that leads
        nowhere.
    """
    special = _SPECIAL.search(python)
    if special:
        raise InputError(
            f"{python}: Snakemake starts no jobs by a path with {special.group()!r}; keep the "
            "environment in another folder"
        )
    for folder in (results, results.parent):
        if folder.is_symlink() and not folder.exists():
            raise InputError(
                f"{folder}: a link to {folder.readlink()}, which does not exist; make that folder, "
                "or remove the link"
            )


def check_room(folder: Path, called: str) -> None:
    """Check that a disk has room for what a run writes before its first job.

    Parameters
    ----------
    folder
        Working folder of Snakemake; made where it is missing, as Snakemake does.
    called
        What a reader calls it.

    Raises
    ------
    InputError
        One line, where the disk or the quota is full.
    """
    probe = folder / ".snakemake" / ".room"
    try:
        probe.parent.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(bytes(_AT_ONCE))
    except OSError as error:
        if error.errno not in _FULL:
            raise
        raise InputError(
            f"{called}: no space left on this disk, or in your quota: make room and run the same "
            "command again; it goes on from what was finished"
        ) from None
    finally:
        with suppress(OSError):
            probe.unlink(missing_ok=True)
