"""A copy of the project, with a tiny but real study, that tests may run, edit and kill."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from dry_runs import dry_run

ROOT = Path(__file__).parents[2]
# Stands in the environment of all runs, and must stand in no result.
SECRET = "b7e1c0a4-not-to-be-written"
PARTS = ("Snakefile", "constraints.txt", "workflow", "config", "src", ".test/config")
CONFIG = (ROOT / ".test" / "config" / "config.yaml").read_text(encoding="utf-8")


@dataclass
class Checkout:
    """A working copy of the project that holds the tiny study."""

    root: Path

    @property
    def results(self) -> Path:
        return self.root / "results" / "tiny"

    @property
    def config(self) -> Path:
        return self.root / "config" / "tiny.yaml"

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "PYTHONPATH": str(self.root / "src"), "API_TOKEN": SECRET}

    def command(
        self,
        *arguments: str,
        cores: int = 2,
        trials_per_job: int = 10,
        profile: str = "workflow/profiles/default",
        **machine: int,
    ) -> list[str]:
        return [
            *(sys.executable, "-m", "snakemake", *arguments, "--cores", str(cores)),
            *("--workflow-profile", profile),
            *("--configfile", str(self.config.relative_to(self.root))),
            *("--config", f"trials_per_job={trials_per_job}"),
            *(f"{name}={value}" for name, value in machine.items()),
        ]

    def run(self, *arguments: str, **settings: int) -> str:
        """Run Snakemake to its end; return what it printed."""
        done = subprocess.run(
            self.command(*arguments, **settings),
            cwd=self.root,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    @property
    def finished_trainings(self) -> dict[Path, int]:
        """The files of finished trainings and when they were written, in ns."""
        files = sorted((self.results / "trial_files").rglob("[!.]*.json"))
        found = {}
        for path in files:
            # What is kept at a rung goes while the training goes on.
            with suppress(FileNotFoundError):
                found[path] = path.stat().st_mtime_ns
        return found

    def start(
        self, *arguments: str, stdout: int | IO[str] = subprocess.DEVNULL, **settings: int
    ) -> subprocess.Popen[bytes]:
        """Start Snakemake as the leader of a process group that can be killed as one."""
        return subprocess.Popen(
            self.command(*arguments, **settings),
            cwd=self.root,
            env=self.environment,
            stdout=stdout,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            # What starts the tests in the background may have it ignored.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )

    def run_and_kill(self, *arguments: str, trainings: int, **settings: int) -> dict[Path, int]:
        """Kill a run once so many trainings are finished; return those that are."""
        with self.start(*arguments, **settings) as process:
            deadline = time.monotonic() + 300
            while len(self.finished_trainings) < trainings and time.monotonic() < deadline:
                time.sleep(0.02)
            os.killpg(process.pid, signal.SIGKILL)
        return self.finished_trainings

    def dry_run(self, *targets: str, **settings: int) -> str:
        """Return what a dry run prints."""
        _, _, _, *arguments = self.command(*targets, **settings)
        return dry_run(arguments, self.root, self.environment)

    def planned(self, *targets: str, **settings: int) -> dict[str, int]:
        """Return how many jobs of each rule a run, of all or of some targets, would execute now."""
        printed = self.dry_run(*targets, **settings)
        counts = re.findall(r"^(\w+) +(\d+)$", printed.split("Job stats:")[-1], re.MULTILINE)
        return {rule: int(count) for rule, count in counts if rule not in ("total", "all")}

    def edit(self, path: str, old: str, new: str) -> None:
        """Replace the first ``old`` in a file by ``new``."""
        file = self.root / path
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new, 1))

    def append(self, path: str) -> None:
        """Add to what a module defines."""
        with (self.root / path).open("a") as file:
            file.write("\n\ndef appended_by_a_test():\n    return 1\n")

    def copy(self, root: Path) -> "Checkout":
        """Copy the working copy, results included, without keeping any modification time."""
        shutil.copytree(self.root, root, copy_function=shutil.copyfile)
        return Checkout(root)


def fresh_checkout(root: Path, config: str = CONFIG) -> Checkout:
    """Copy the project, without results, to ``root``, which must not exist."""
    root.mkdir()
    ignored = shutil.ignore_patterns("__pycache__", "*.egg-info", ".snakemake")
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, root / part, ignore=ignored)
        else:
            shutil.copyfile(source, root / part)
    checkout = Checkout(root)
    checkout.config.write_text(config)
    return checkout
