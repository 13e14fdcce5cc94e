"""Where a result comes from: versions of libraries and the state of git."""

import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

LIBRARIES = ("hsic_hpo", "numpy", "scipy", "torch", "pytorch-lightning", "xarray", "snakemake")


def versions() -> dict[str, str]:
    """Return the versions of Python and of the libraries that results depend on."""
    found = {"python": platform.python_version()}
    for library in LIBRARIES:
        try:
            found[library] = version(library)
        except PackageNotFoundError:
            continue
    return found


def git_commit() -> str:
    """Return the commit of the checkout that holds this package.

    Returns
    -------
    str
        The commit's hash, ``"-dirty"`` appended when tracked files differ from it, or
        ``"unknown"`` where there is no git checkout.
    """
    try:
        described = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"],
            cwd=Path(__file__).parent,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return described.stdout.strip()
