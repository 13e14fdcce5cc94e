"""Folders that take long to make: once per run of the tests, however many processes run them."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """Return a folder that the first process to ask for it makes, and that all then read.

    Parameters
    ----------
    factory
        Knows where this run keeps its files.
    name
        Of the folder, and of what it holds: one name, one content.
    make
        Given the path of the folder, which does not exist, creates it.
    """
    root = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent
    folder, complete = root / name, root / f"{name}.complete"
    with FileLock(root / f"{name}.lock"):
        if not complete.exists():
            # What another process left when it failed.
            shutil.rmtree(folder, ignore_errors=True)
            make(folder)
            complete.touch()
    return folder
