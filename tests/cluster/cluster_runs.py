"""Runs of a study on the test cluster, in which faults can be made."""

import re
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import yaml

from checkout import Checkout
from hsic_hpo.training.holder import Holder
from slurm_cluster import Cluster, wait_until

PROFILE = "workflow/profiles/slurm"
TRIALS = "random/trials.nc"
HSIC_HPO = [sys.executable, "-m", "hsic_hpo.cli"]
# What another start of the same study passes on to Snakemake.
LIKE_START = ("--cores", "2", "--config", "trials_per_job=10")


@dataclass
class Run:
    """One study on the cluster.

    Attributes
    ----------
    checkout
        Where the study lies.
    cluster
        Where its trainings run.
    resources
        Entries of the profile's ``set-resources`` for the rule ``train``, as Python expressions;
        the profile gives the same to all rules that train.
    retries
        How often a failed job comes back.
    status_command
        What Snakemake asks for the state of jobs; squeue needs no accounting database.
    account
        Which account is charged.
    seen
        For each file of a finished training, the times at which it was seen to be written: more
        than one when the training was made twice.
    states
        The states of unfinished trainings that were seen.
    """

    checkout: Checkout
    cluster: Cluster
    resources: dict[str, object] = field(default_factory=dict)
    retries: int = 3
    status_command: str = "squeue"
    account: str = "none"
    seen: dict[Path, set[int]] = field(default_factory=dict)
    states: set[Path] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Fill in the lines of the profile that a user of this cluster would change."""
        path = self.checkout.root / PROFILE / "config.yaml"
        profile = yaml.safe_load(path.read_text())
        profile["slurm-status-command"] = self.status_command
        # Patience for real queues would be wasted here.
        profile["slurm-init-seconds-before-status-checks"] = 2
        profile["retries"] = self.retries
        profile["default-resources"] |= {
            "slurm_account": self.account,
            "slurm_partition": "cpu",
        }
        # In place: other rules that train have the same mapping, by reference.
        profile["set-resources"]["train"] |= {"mem_mb": 1500, "runtime": 15} | self.resources
        path.write_text(yaml.safe_dump(profile))

    @property
    def trials(self) -> Path:
        return self.checkout.results / TRIALS

    @property
    def printed(self) -> str:
        return (self.checkout.root / "run.log").read_text()

    def start(self, target: str = TRIALS, trials_per_job: int = 10) -> subprocess.Popen[str]:
        command = self.checkout.command(target, profile=PROFILE, trials_per_job=trials_per_job)
        return self._start(command)

    def start_with_live_view(self, target: str) -> subprocess.Popen[str]:
        """Start the study by its own command; its lines go where Snakemake's would."""
        config = str(self.checkout.config.relative_to(self.checkout.root))
        return self._start([*HSIC_HPO, "run", config, target, "--profile", "slurm", *LIKE_START])

    def watch(self) -> str:
        """Return what somebody sees of the study who has its files alone, and no SLURM."""
        return subprocess.run(
            [*HSIC_HPO, "watch", "--once", str(self.checkout.results)],
            env={**self.checkout.environment, "COLUMNS": "100"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    def _start(self, command: list[str]) -> subprocess.Popen[str]:
        with (self.checkout.root / "run.log").open("a") as log:
            return subprocess.Popen(
                command,
                cwd=self.checkout.root,
                env={**self.checkout.environment, **self.cluster.environment},
                stdout=log,
                stderr=subprocess.STDOUT,
                text=True,
            )

    def finish(self, process: subprocess.Popen[str], seconds: float = 1200) -> None:
        """Watch a run until it has succeeded."""
        deadline = time.monotonic() + seconds
        while process.poll() is None and time.monotonic() < deadline:
            self.look()
            time.sleep(0.05)
        assert process.returncode == 0, self.printed
        self.look()

    def look(self) -> dict[Path, int]:
        """Return the files of finished trainings and when they were written."""
        stored = self.checkout.finished_trainings
        for path, written in stored.items():
            self.seen.setdefault(path, set()).add(written)
        self.states |= set((self.checkout.results / "trial_files").rglob("[!.]*.state"))
        return stored

    def jobs(self, first: int, rung: int | None = None) -> list[str]:
        """Return the numbers of the jobs that were submitted for the trials from ``first`` on."""
        job = "train/" if rung is None else f"train_rung/{rung}_"
        return re.findall(rf"SLURM jobid (\d+) .*/rule_{job}{first}_\d+/", self.printed)

    def log(self, number: str) -> str:
        """Return what a job has printed; it is deleted when the job succeeds."""
        (path,) = (self.checkout.results / ".snakemake/slurm_logs").rglob(f"{number}.log")
        return path.read_text()

    def trainer(self, number: str) -> psutil.Process | None:
        """Return the process of a job that has its trainings made, by a process of its own."""
        for process in self.cluster.processes(SLURM_JOB_ID=number):
            with suppress(psutil.NoSuchProcess):
                if _is_trainer(process) and not _is_trainer(process.parent()):
                    return process
        return None

    def pause(self, first: int) -> str:
        """Halt the job of the trials from ``first`` on amid its trainings; return its number."""
        number, trainer, log = self._amid(first)
        trainer.suspend()
        assert "10/10" not in log.read_text()
        return number

    def pause_training(
        self, first: int, rung: int | None = None
    ) -> tuple[str, Path, psutil.Process]:
        """Halt such a job's process that trains amid a training.

        Returns
        -------
        tuple
            The number of the job, where the training keeps its state, and the process.
        """
        number, trainer, _ = self._amid(first, rung)
        # For each training, the CPU time of its process when it was first seen to keep its state.
        keeping: dict[Path, float] = {}
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            for worker in trainer.children():
                worker.suspend()
                tries = self._under_way(trainer.pid)
                if tries is not None and _catches(worker, signal.SIGTERM):
                    began = keeping.setdefault(tries, worker.cpu_times().user)
                    # Before, the signal may still be Lightning's.
                    if worker.cpu_times().user - began > 0.1:
                        return number, tries.with_suffix(".state"), worker
                worker.resume()
            time.sleep(0.05)
        raise AssertionError(f"job {number}: no training under way")

    def _under_way(self, trainer: int) -> Path | None:
        """Return the note of a process's training."""
        folder = self.checkout.results / "trial_files"
        for note in folder.rglob("*.holder"):
            holder, tries = Holder.read(note), note.with_suffix(".tries")
            if holder is not None and holder.process == trainer and tries.exists():
                return tries if '"under_way": true' in tries.read_text() else None
        return None

    def _amid(self, first: int, rung: int | None = None) -> tuple[str, psutil.Process, Path]:
        folder = self.checkout.results / "logs" / "train" / ("" if rung is None else f"rung-{rung}")

        def at_work() -> list[Path]:
            logs = folder.glob(f"{first}-*.log")
            return [log for log in logs if re.search(r"/\d+ trainings", log.read_text())]

        wait_until(lambda: bool(at_work()), f"{folder}: a line of the job from trial {first} on")
        (log,) = at_work()
        number = self.jobs(first, rung)[-1]
        trainer = self.trainer(number)
        assert trainer is not None, f"{log}: all trained before the fault"
        return number, trainer, log


def _is_trainer(process: psutil.Process | None) -> bool:
    return process is not None and any(part.endswith("train.py") for part in process.cmdline()[1:2])


def _catches(process: psutil.Process, number: signal.Signals) -> bool:
    """Whether a process has a handler of its own for a signal; trainings that keep states do."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    (mask,) = re.findall(r"^SigCgt:\s*(\w+)$", status, re.MULTILINE)
    return bool(int(mask, 16) >> (number - 1) & 1)
