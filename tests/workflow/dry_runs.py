"""Dry runs in forks of one process that has imported Snakemake, which takes longer than a plan."""

import multiprocessing
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

# Never the package: each checkout brings its own.
_IMPORTED = ["snakemake.cli", "snakemake.dag", "snakemake.scheduling", "jsonschema", "xarray"]
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(_IMPORTED)


def dry_run(arguments: Sequence[str], folder: Path, environment: Mapping[str, str]) -> str:
    """Return what ``snakemake --dry-run`` with further arguments prints in a folder."""
    with tempfile.NamedTemporaryFile("r") as printed:
        # A dry run needs no lock: others may copy the folder meanwhile.
        given = ["--dry-run", "--nolock", *arguments]
        fork = _FORKS.Process(target=_run, args=(given, folder, dict(environment), printed.name))
        fork.start()
        fork.join()
        text = printed.read()
    assert fork.exitcode == 0, text
    return text


def _run(arguments: list[str], folder: Path, environment: dict[str, str], printed: str) -> None:
    with Path(printed).open("w") as file:
        for stream in (1, 2):
            os.dup2(file.fileno(), stream)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.path[:0] = environment["PYTHONPATH"].split(os.pathsep)
    assert "hsic_hpo" not in sys.modules
    from snakemake.cli import main

    main(arguments)
