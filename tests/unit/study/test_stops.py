"""What a process says and does that is told to end."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hsic_hpo.study import stops
from hsic_hpo.study.stops import command_line

LISTEN = """\
import subprocess, sys, threading, time
from hsic_hpo.study.stops import Stops

jobs_run = sys.argv[1] == "jobs"
stops = Stops("results/tiny", "make study")
stops.listen(jobs_run=jobs_run)
code = sys.argv[2] + "print('ready', flush=True); import time; time.sleep(600)"
if jobs_run:
    job = subprocess.Popen([sys.executable, "-c", code, "/.snakemake/scripts/train.py"])
else:
    print("ready", flush=True)
try:
    if sys.argv[3:]:
        threading.Timer(1.0, stops.give_up, ["the first 10 all failed"]).start()
    time.sleep(600)
except KeyboardInterrupt:
    print("Snakemake says this to its log file alone", file=sys.stderr)
    sys.exit(-job.wait())
"""
DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN);"


def started(*arguments: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", LISTEN, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_ends_its_jobs_and_says_one_line(number: signal.Signals) -> None:
    process = started("jobs", "")
    process.send_signal(number)
    _, said = process.communicate(timeout=60)
    assert process.returncode == signal.SIGTERM
    assert said == (
        f"Stopped by {number.name}; to go on: make study "
        "(every training that had finished is kept in results/tiny/trial_files)\n"
    )


def test_a_job_that_does_not_listen_is_ended_too() -> None:
    process = started("jobs", DEAF)
    told = time.monotonic()
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    assert process.returncode == signal.SIGKILL
    assert time.monotonic() - told < 30


def test_without_jobs_it_ends_at_once() -> None:
    process = started("none", "")
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 1
    assert said.startswith("Stopped by SIGTERM; to go on: make study")


def test_a_study_that_is_given_up_says_why_and_how_to_go_on() -> None:
    process = started("jobs", "", "give up")
    _, said = process.communicate(timeout=60)
    assert process.returncode == signal.SIGTERM
    assert said == (
        "Stopped: the first 10 all failed; once that is mended: "
        "hsic-hpo retry results/tiny && make study\n"
    )


def test_jobs_of_the_study_are_cancelled_beside_an_interactive_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    logs = tmp_path / ".snakemake" / "slurm_logs"
    logs.mkdir(parents=True)
    jobs = [("11", ""), ("12", f"{logs}/rule_train/12.log"), ("13", "/home/me/other.log")]
    listed = "".join(f"{number:32}{log:1024}\n" for number, log in jobs)
    asked: list[tuple[str, ...]] = []

    def slurm(*command: str) -> str:
        asked.append(command)
        return listed

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(stops, "_slurm", slurm)
    monkeypatch.setattr(stops.shutil, "which", lambda name: f"/usr/bin/{name}")
    stops._cancel_submitted()
    assert [command[0] for command in asked] == ["squeue", "scancel"]
    assert asked[1:] == [("scancel", "12")]


@pytest.mark.parametrize(
    ("arguments", "started_as", "line"),
    [
        (["/x/.venv/bin/snakemake", "-c1", "a b"], "", "/x/.venv/bin/snakemake -c1 'a b'"),
        (["/x/snakemake/__main__.py", "-n"], "", "python -m snakemake -n"),
        (["/x/.venv/bin/snakemake"], "make study CONFIG=a.yaml ", "make study CONFIG=a.yaml"),
    ],
    ids=["script", "module", "make"],
)
def test_the_command_is_what_a_person_types(
    arguments: list[str], started_as: str, line: str
) -> None:
    assert command_line(arguments, started_as) == line
