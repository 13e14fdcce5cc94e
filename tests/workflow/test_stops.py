"""A study that is told to end does so at once, says how to go on, and then goes on."""

import os
import signal
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from checkout import Checkout
from test_study_run import assert_same_trials

# A busy machine takes longer to end processes; the slowest of ten on a free one took 3 s.
SECONDS = 15
TRAINED = 5
STUDY, CUT = ("random/trials.nc",), {"trials_per_job": 20}


def stopped(checkout: Checkout, number: signal.Signals, *, everyone: bool) -> str:
    """Start the study, stop it amid its trainings, return what it had printed."""
    printed = checkout.root / "printed.txt"
    with printed.open("w") as file, checkout.start(*STUDY, stdout=file, **CUT) as process:
        deadline = time.monotonic() + 300
        while len(checkout.finished_trainings) < TRAINED and time.monotonic() < deadline:
            time.sleep(0.02)
        jobs = psutil.Process(process.pid).children(recursive=True)
        # Jobs are forked from one of them, so that no script stands in a command line.
        words = [word for job in jobs for word in job.cmdline()]
        assert "hsic_hpo.study.fork_server" in words
        assert not any("/.snakemake/scripts/" in word for word in words)
        told = time.monotonic()
        # A terminal tells all processes of its group, a service manager the first one.
        group = os.getpgid(process.pid)
        own = [job for job in jobs if os.getpgid(job.pid) == group]
        for each in [*own, psutil.Process(process.pid)] if everyone else [process]:
            each.send_signal(number)
        code = process.wait(300)
        assert time.monotonic() - told < SECONDS
    assert code == 1
    assert psutil.wait_procs(jobs, timeout=SECONDS)[1] == []
    return printed.read_text()


@pytest.mark.parametrize(
    ("number", "everyone"),
    [(signal.SIGTERM, False), (signal.SIGINT, True)],
    ids=["docker stop", "Ctrl-C in a terminal"],
)
def test_a_signal_ends_a_study_in_seconds_with_one_line_and_the_same_command_completes_it(
    fresh: Checkout, finished: Checkout, tmp_path: Path, number: signal.Signals, everyone: bool
) -> None:
    checkout = fresh.copy(tmp_path / "project")
    text = stopped(checkout, number, everyone=everyone)
    _, _, said = text.partition("Stopped by ")
    assert said.splitlines() == [
        f"{number.name}; to go on: python -m snakemake "
        + subprocess.list2cmdline(checkout.command(*STUDY, **CUT)[3:])
        + " (every training that had finished is kept in results/tiny/trial_files)"
    ]
    for word in ("Traceback", "Error", "successful", "Interrupt"):
        assert word not in text
    before = checkout.finished_trainings
    assert TRAINED <= len(before) < 40
    checkout.run(*STUDY, **CUT)
    after = checkout.finished_trainings
    assert {path: after[path] for path in before} == before
    assert_same_trials(
        finished.results / "random" / "trials.nc", checkout.results / "random" / "trials.nc"
    )
