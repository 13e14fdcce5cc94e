"""A result names the versions and the state of the code that it comes from."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hsic_hpo.study import provenance
from hsic_hpo.study.provenance import git_commit, versions


def test_versions_name_what_results_depend_on() -> None:
    assert {"python", "numpy", "torch", "xarray", "hsic_hpo"} <= set(versions())


def test_commit_is_a_hash_or_unknown() -> None:
    commit = git_commit().removesuffix("-dirty")
    assert commit == "unknown" or int(commit, 16) > 0


def git(folder: Path, *arguments: str) -> str:
    settings = ["-c", "user.name=me", "-c", "user.email=me@example.org"]
    command = ["git", *settings, *arguments]
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def unpacked(top: Path) -> Path:
    """Unpack what is asked here as a ZIP of the project would be."""
    folder = top / "src" / "hsic_hpo" / "study"
    folder.mkdir(parents=True)
    for package in (folder, folder.parent):
        (package / "__init__.py").touch()
    shutil.copy(provenance.__file__, folder)
    return top


def commit_seen_by(top: Path) -> str:
    code = "from hsic_hpo.study.provenance import git_commit; print(git_commit())"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(top / "src")},
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


@pytest.mark.parametrize("place", [".", "downloads/hsic_hpo-main"])
def test_the_commit_of_a_repository_around_an_unpacked_copy_is_never_stated(
    place: str, tmp_path: Path
) -> None:
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "commit", "--quiet", "--allow-empty", "--message", "Of something else")
    top = unpacked(tmp_path / place)
    assert commit_seen_by(top) == "unknown"
    git(tmp_path, "add", "--all")
    git(tmp_path, "commit", "--quiet", "--message", "With the copy")
    # Once its folder is the repository's own, that is where it comes from.
    own = git(tmp_path, "rev-parse", "HEAD") if place == "." else "unknown"
    assert commit_seen_by(top) == own
