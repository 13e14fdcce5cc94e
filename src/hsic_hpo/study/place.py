"""Where a study runs: what about it would fail every job, or Snakemake itself."""

import re
from pathlib import Path

from hsic_hpo.errors import InputError

# What a shell takes for more than a part of a name.
_SPECIAL = re.compile(r"""[\s()\[\]{}<>|&;*?!$`'"\\#]""")


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
