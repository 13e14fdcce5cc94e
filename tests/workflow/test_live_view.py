"""One view of a study: of its own run, of a watcher, and of somebody who may only read."""

import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from checkout import Checkout, fresh_checkout

CONFIG = """\
study: tiny
problem: {import: "waiting:Waiting"}
random_search: {n_trials: 20}
sensitivity: {n_permutations: 99, min_trials: 5, min_successes: 2}
search: {}
final: {seeds: 1}
"""
PROBLEM = """\
import os
import time

from hsic_hpo.problems.base import FunctionProblem


class Waiting(FunctionProblem):
    name, error_name, error_units = "waiting", "loss", "1"

    def default_space(self):
        return {"x": {"type": "float", "range": [0, 1]}}

    def evaluate(self, configuration, budget, seed):
        time.sleep(float(os.environ.get("SECONDS_OF_A_TRAINING", 0.3)))
        return {"validation_error": configuration["x"] ** 2, "test_error": 1.0}
"""
TARGET = "random/trials.nc"
CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\r")
# Of a user who may read alone: root without its right to pass over permissions.
NO_RIGHTS = ["setpriv", "--bounding-set", "-dac_override,-fowner"]


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "hsic_hpo.cli", *words]


RUN = command("run", "config/tiny.yaml", TARGET, "--cores", "2", "--config", "trials_per_job=10")
WATCH = command("watch", "--once", "results/tiny")


def run(checkout: Checkout, words: Sequence[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        words,
        cwd=checkout.root,
        env={**checkout.environment, "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "100"},
        capture_output=True,
        text=True,
        check=False,
    )


def run_in_terminal(checkout: Checkout, words: Sequence[str]) -> tuple[int, str]:
    """Run in a terminal; return the exit code and all that was written to it."""
    master, slave = pty.openpty()
    environment = {**checkout.environment, "TERM": "xterm", "COLUMNS": "100", "LINES": "40"}
    process = subprocess.Popen(
        words, cwd=checkout.root, env=environment, stdout=slave, stderr=slave, stdin=slave
    )
    os.close(slave)
    written = []
    while True:
        try:
            part = os.read(master, 65536)
        except OSError:
            break
        if not part:
            break
        written.append(part)
    os.close(master)
    return process.wait(), b"".join(written).decode(errors="replace")


@pytest.fixture(scope="module")
def waiting(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    checkout = fresh_checkout(tmp_path_factory.mktemp("live") / "project", CONFIG)
    (checkout.root / "config" / "waiting.py").write_text(PROBLEM)
    return checkout


def test_the_last_screen_of_a_failure_is_its_cause(waiting: Checkout, tmp_path: Path) -> None:
    checkout = waiting.copy(tmp_path / "project")
    checkout.edit("config/waiting.py", ', "test_error": 1.0', "")
    done = run(checkout, RUN)
    assert done.returncode == 1
    assert "Traceback" not in done.stdout + done.stderr
    last = done.stderr[done.stderr.rindex("Failed: rule train (random/records/") :]
    assert re.search(r"Reason +waiting.evaluate: 'test_error' is missing", last)
    assert re.search(r'Configuration +\{"x": 0\.\d+\}', last)
    assert re.search(r"Log +results/tiny/logs/train/\d+-\d+.log", last)
    assert done.stderr.count("\n") < 30
    watched = run(checkout, WATCH).stdout
    assert "failed after" in watched
    assert "'test_error' is missing" in watched
    assert "To go on    hsic-hpo run config/tiny.yaml random/trials.nc" in watched


def test_a_stopped_run_says_its_line_last_and_the_same_command_completes_it_in_a_terminal(
    waiting: Checkout, tmp_path: Path
) -> None:
    checkout = waiting.copy(tmp_path / "project")
    # Some twenty seconds are left for a look, which on a busy machine takes several to begin.
    slow = {**checkout.environment, "SECONDS_OF_A_TRAINING": "3"}
    with subprocess.Popen(
        RUN, cwd=checkout.root, env=slow, stderr=subprocess.PIPE, text=True
    ) as process:
        deadline = time.monotonic() + 300
        while len(checkout.finished_trainings) < 4 and time.monotonic() < deadline:
            time.sleep(0.02)
        assert "running for" in run(checkout, WATCH).stdout
        process.send_signal(signal.SIGTERM)
        assert process.stderr is not None
        said = process.stderr.read()
    assert process.returncode == 1
    assert said.splitlines()[-1].startswith("Stopped by SIGTERM; to go on: hsic-hpo run config/")
    assert "Failed" not in said
    kept = len(checkout.finished_trainings)
    watched = run(checkout, WATCH).stdout
    assert "stopped after" in watched
    assert f"{kept} of 20 trainings" in watched
    early = run(checkout, command("explain", "results/tiny"))
    assert early.returncode == 0 or "none of which counts yet" in early.stderr

    code, written = run_in_terminal(checkout, RUN)
    shown = CONTROL.sub("", written)
    assert code == 0, shown
    assert "Study tiny, networks for waiting: running for" in shown
    assert "jobs..." not in shown
    end = shown[shown.rindex("Study tiny, networks for waiting: finished after") :]
    assert "20 of 20 trainings" in end
    assert "100 %, all done" in end
    assert re.search(r"Log +\.snakemake/log/\S+\.snakemake\.log", end)
    (log,) = (checkout.root / ".snakemake" / "log").glob(f"{re.search(r'log/(.*log)', end)[1]}")
    # What the jobs print lies there, too.
    assert "/10 trainings" in log.read_text()
    assert written.count("\x1b[?25l") == written.count("\x1b[?25h") == 1

    read_only(checkout)


def read_only(checkout: Checkout) -> None:
    """Look at the results of somebody else, without a right to write."""
    before = {path: path.stat().st_mtime_ns for path in checkout.results.rglob("*")}
    rights: list[str] = []
    if os.geteuid() == 0:
        rights = NO_RIGHTS
        if shutil.which("setpriv") is None:
            pytest.skip("setpriv is not installed")
        for path in [checkout.results, *checkout.results.rglob("*")]:
            os.chown(path, 65534, 65534)
    else:
        for path in [*checkout.results.rglob("*"), checkout.results]:
            path.chmod(path.stat().st_mode & ~0o222)
    page = checkout.root / "so_far.html"
    plan = [*checkout.command(TARGET), "--dry-run"]
    for words, expected in (
        (WATCH, "finished after"),
        (command("explain", "results/tiny", "--report", str(page)), "20 of 20 random trials"),
        (plan, "Nothing to be done"),
    ):
        done = run(checkout, [*rights, *words])
        assert done.returncode == 0, done.stdout + done.stderr
        assert expected in done.stdout + done.stderr
    refused = run(checkout, [*rights, *checkout.command(TARGET)])
    assert refused.returncode == 1
    assert "results/tiny: not writable by you" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert "20 of 20 random trials" in page.read_text()
    assert {path: path.stat().st_mtime_ns for path in checkout.results.rglob("*")} == before
    # As an earlier version left it.
    (checkout.results / ".snakemake" / "locks").rmdir()
    old = run(checkout, [*rights, *plan])
    assert old.returncode == 1
    assert "results/tiny: finished by an earlier version" in old.stdout + old.stderr
    assert "Traceback" not in old.stdout + old.stderr
