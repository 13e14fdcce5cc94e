"""A copy of the whole project, as a person has it, in which documented commands run as written."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from checkout import CONFIG, ROOT, Checkout

# What commands read beyond the parts that the workflow needs.
PARTS = (
    *("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "Makefile", "pyproject.toml"),
    "mkdocs.yml",
    *("docs", "examples", "tests", "benchmarks", "install"),
)
# Pip resolves and builds, but installs nothing: the environment is that of these tests.
PIP = {
    "PIP_DRY_RUN": "1",
    "PIP_NO_INDEX": "1",
    "PIP_NO_BUILD_ISOLATION": "0",  # off means that there is no isolation
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
}


@dataclass
class Project(Checkout):
    """A checkout with all files of the project and an environment at ``.venv``."""

    @property
    def environment(self) -> dict[str, str]:
        path = f"{self.root / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}"
        return {**super().environment, **PIP, "PATH": path}

    def shell(self, command: str, **environment: str) -> str:
        """Run a line as a shell does; return what it printed."""
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=self.root,
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def place(self, path: str, text: str = CONFIG) -> None:
        """Put a text, such as the tiny study, in the place of a file."""
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text, encoding="utf-8")

    def take_results(self, folder: str) -> None:
        """Give the results of the tiny study another name."""
        shutil.copytree(self.results, self.root / "results" / folder, copy_function=shutil.copyfile)


def project_of(checkout: Checkout, root: Path) -> Project:
    """Return a copy of a checkout, with all that the project has beside its workflow."""
    project = Project(checkout.copy(root).root)
    ignored = shutil.ignore_patterns("__pycache__", "results")
    for part in PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, root / part, ignore=ignored)
        else:
            shutil.copyfile(ROOT / part, root / part)
    # Where Snakemake looks for a profile that no command names.
    (root / "profiles").symlink_to(Path("workflow", "profiles"))
    # An environment of links: what stands in it besides, and its removal, are the copy's own.
    (root / ".venv").mkdir()
    for entry in Path(sys.prefix).iterdir():
        if entry.name in ("bin", "lib", "lib64", "include"):
            (root / ".venv" / entry.name).symlink_to(entry)
        elif entry.name == "pyvenv.cfg":
            # Without the line that tells set-up for which checkout it was made.
            kept = [line for line in entry.read_text().splitlines() if "command" not in line]
            (root / ".venv" / entry.name).write_text("\n".join(kept))
    # Everything is installed.
    for part in ("workflow", "study", "docs", "test", "slurm"):
        (root / ".venv" / f"{part}.stamp").touch()
    return project
