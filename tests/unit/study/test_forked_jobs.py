"""Jobs forked from a process that has imported what they need are what a new interpreter makes."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest

from hsic_hpo.study.forked_jobs import ForkedJobs
from hsic_hpo.study.submitted import VARIABLE, Submission

# What a job finds, and the process that it was forked from.
LOOK = """
import json, os, sys, threading
from pathlib import Path
Path(sys.argv[0]).with_suffix(".json").write_text(json.dumps({
    "name": __name__, "arguments": sys.argv, "folder": os.getcwd(), "first": sys.path[0],
    "threads": [os.environ["OMP_NUM_THREADS"], threading.active_count()],
    "temporary": os.environ["TMPDIR"], "mask": sorted(signal.pthread_sigmask(0, [])),
    "handlers": [str(signal.getsignal(number)) for number in (signal.SIGTERM, signal.SIGHUP)],
}))
Path(sys.argv[0]).with_suffix(".parent").write_text(str(os.getppid()))
"""


@pytest.fixture
def jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ForkedJobs]:
    """The jobs of a run whose scripts lie in a folder of their own."""
    (tmp_path / "scripts").mkdir()
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    # As no test has announced, and to be put back.
    monkeypatch.setenv(VARIABLE, "{}")
    Submission(tmp_path / "scripts").announce(os.environ)
    found = ForkedJobs()
    found.start()
    yield found
    found.close()


class Runner:
    """Runs scripts as Snakemake does, and knows which of them a new interpreter ran."""

    def __init__(self, jobs: ForkedJobs, folder: Path) -> None:
        self.new: list[str] = []
        self._execute = jobs.instead_of(self._in_new_interpreter)
        self._folder = folder

    def run(self, name: str, text: str, **job: Any) -> Path:
        """Run a script of a text, by its name; return its path."""
        script = self._folder / f"{name}.py"
        script.write_text(f"import signal\n{text}")
        told = {"threads": 1, "resources": {"tmpdir": str(self._folder)}, "conda_env": None}
        self._execute(SimpleNamespace(**{**told, **job}), str(script))
        return script

    def _in_new_interpreter(self, job: Any, script: str, edit: bool) -> None:
        self.new.append(Path(script).stem)
        there = {"TMPDIR": job.resources["tmpdir"], "OMP_NUM_THREADS": "1"}
        subprocess.run([sys.executable, script], env={**os.environ, **there}, check=True)


def server_of_this_process() -> psutil.Process:
    name = "hsic_hpo.study.fork_server"
    (found,) = (one for one in psutil.Process().children() if name in one.cmdline())
    return found


@pytest.fixture
def runner(jobs: ForkedJobs, tmp_path: Path) -> Runner:
    return Runner(jobs, tmp_path)


def test_a_job_finds_what_it_would_find_in_a_new_interpreter(runner: Runner) -> None:
    forked = runner.run("look", LOOK)
    assert runner.new == []
    found = json.loads(forked.with_suffix(".json").read_text())
    parent = int(forked.with_suffix(".parent").read_text())
    assert parent != os.getpid()
    runner.run("look", LOOK, threads=2)
    assert runner.new == ["look"]
    assert json.loads(forked.with_suffix(".json").read_text()) == found
    assert int(forked.with_suffix(".parent").read_text()) == os.getpid()


def test_a_job_begins_with_what_an_earlier_one_imported(runner: Runner) -> None:
    text = "{}import sys, pathlib; pathlib.Path(sys.argv[0]).with_suffix('.txt').write_text({})"
    first = runner.run("first", text.format("import tabnanny\n", "'tabnanny'"))
    second = runner.run("second", text.format("", "str('tabnanny' in sys.modules)"))
    assert first.with_suffix(".txt").exists()
    assert second.with_suffix(".txt").read_text() == "True"


def test_what_a_job_does_stays_its_own(runner: Runner) -> None:
    runner.run("sets", "import os, colorsys\nos.environ['LEFT'] = colorsys.left = 'behind'")
    looks = "assert 'LEFT' not in os.environ and not hasattr(colorsys, 'left')"
    runner.run("looks", f"import os, colorsys\n{looks}")
    assert runner.new == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("raise SystemExit('a line')", 1),
        ("raise SystemExit(3)", 3),
        ("raise ValueError", 1),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", -signal.SIGKILL),
    ],
    ids=["a line", "a code", "an exception", "a signal"],
)
def test_a_job_that_fails_is_told_to_snakemake(runner: Runner, text: str, code: int) -> None:
    with pytest.raises(subprocess.CalledProcessError) as told:
        runner.run("fails", text)
    assert told.value.returncode == code
    assert runner.new == []


def test_what_a_fork_might_change_gets_a_new_interpreter(runner: Runner, tmp_path: Path) -> None:
    runner.run("conda", "", conda_env="/environment")
    runner.run("shell", "", resources={"tmpdir": "/tmp", "shell_exec": "zsh"})
    with pytest.raises(subprocess.CalledProcessError):
        runner.run("missing", "import there_is_no_such_module")
    thread = "threading.Thread(target=time.sleep, args=(60,), daemon=True)"
    (tmp_path / "starts_a_thread.py").write_text(f"import threading, time\n{thread}.start()")
    runner.run("threaded", "import starts_a_thread, os\nos._exit(0)")
    assert runner.new == ["conda", "shell", "missing", "threaded"]


def test_after_an_edit_a_job_gets_a_new_interpreter_until_the_edit_is_planned_for(
    runner: Runner, tmp_path: Path
) -> None:
    runner.run("before", "")
    (tmp_path / "scripts" / "other.py").write_text("edited = True")
    runner.run("after", "")
    assert runner.new == ["after"]


def test_without_a_server_jobs_get_new_interpreters(jobs: ForkedJobs, runner: Runner) -> None:
    runner.run("before", "")
    server = server_of_this_process()
    server.kill()
    psutil.wait_procs([server], timeout=10)
    runner.run("after", "")
    jobs.close()
    runner.run("last", "")
    assert runner.new == ["after", "last"]


def test_signals_that_end_a_run_do_not_end_the_server(runner: Runner) -> None:
    runner.run("before", "")
    server = server_of_this_process()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        server.send_signal(number)
    runner.run("after", "")
    assert runner.new == []
