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
        ``"unknown"`` where there is no git checkout, or only another project's around this one.
    """
    here = Path(__file__)
    try:
        # From the top of the repository that knows this file, if one does.
        known_as = _git("ls-files", "--full-name", "--error-unmatch", here.name, folder=here.parent)
        if known_as != "/".join(("src", *here.parts[-3:])):
            return "unknown"
        return _git(
            "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*", folder=here.parent
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def _git(*arguments: str, folder: Path) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()
