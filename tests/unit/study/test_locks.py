"""Locks of the dead go, locks of the living stay."""

import os
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from hsic_hpo.study.locks import clear_stale_locks, note_run, running, warn_of_run
from hsic_hpo.training.holder import Holder

HOLD = (
    "import sys, time; from hsic_hpo.study.locks import clear_stale_locks; "
    "held = clear_stale_locks(sys.argv[1]); print('held', flush=True); time.sleep(600)"
)


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    path = tmp_path / ".snakemake" / "locks" / "0.output.lock"
    path.parent.mkdir(parents=True)
    path.write_text("trials.nc")
    return path


def test_they_go_only_once_their_owner_is_dead(tmp_path: Path, lock: Path) -> None:
    text = lock.read_text()
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as owner:
        assert owner.stdout is not None
        owner.stdout.readline()
        lock.parent.mkdir(exist_ok=True)
        lock.write_text(text)
        clear_stale_locks(tmp_path).close()
        assert lock.exists()
        owner.send_signal(signal.SIGKILL)
        owner.wait()
    clear_stale_locks(tmp_path).close()
    assert not lock.exists()


def test_a_new_folder_is_made(tmp_path: Path) -> None:
    clear_stale_locks(tmp_path / "results" / "new").close()
    assert (tmp_path / "results" / "new" / ".snakemake").is_dir()


def test_the_process_that_runs_in_a_folder_is_known(tmp_path: Path) -> None:
    assert running(tmp_path) is None
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as owner:
        assert owner.stdout is not None
        owner.stdout.readline()
        holder = running(tmp_path)
        assert holder is not None
        assert holder.process == owner.pid
        owner.kill()
    assert running(tmp_path) is None


@pytest.fixture
def no_flock(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment in which flock fails as on a file system without such locks."""
    folder = tmp_path_factory.mktemp("shim")
    source, library = folder / "shim.c", folder / "shim.so"
    source.write_text(
        "#include <errno.h>\nint flock(int f, int o) { errno = ENOLCK; return -1; }\n"
    )
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", library, source], check=True)
    return {**os.environ, "LD_PRELOAD": str(library)}


@pytest.mark.skipif(shutil.which("gcc") is None, reason="needs a C compiler")
def test_with_a_stand_in_for_a_file_system_without_flock_the_note_tells(
    tmp_path: Path, lock: Path, no_flock: dict[str, str]
) -> None:
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    note = tmp_path / ".snakemake" / "alive"

    def owner() -> subprocess.Popen[str]:
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=no_flock)

    with owner() as first:
        # Whose locks these are is not known: they stay, and so does the one who starts.
        assert first.stdout is not None
        assert first.stdout.readline() == "held\n"
        assert lock.exists()
        first.kill()
    lock.unlink()
    with owner() as second:
        assert second.stdout is not None
        second.stdout.readline()
        lock.parent.mkdir(exist_ok=True)
        lock.write_text("trials.nc")
        with owner() as third:
            assert third.stdout is not None
            third.stdout.readline()
            assert lock.exists()
            third.kill()
        second.kill()
    dead = Holder.read(note)
    assert dead is not None
    for holder, goes in ((replace(dead, host="another-node"), False), (dead, True)):
        holder.write(note)
        with owner() as last:
            assert last.stdout is not None
            last.stdout.readline()
            assert lock.exists() != goes
            last.kill()


def test_a_run_is_known_though_another_call_of_snakemake_came_first(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as first:
        assert first.stdout is not None
        first.stdout.readline()
        with clear_stale_locks(tmp_path):
            note_run(tmp_path)
            first.kill()
            first.wait()
            # A lock belongs to an open file, so that this process can ask for its own.
            holder = running(tmp_path)
    assert holder is not None
    assert holder.process == os.getpid()


def test_a_second_run_is_told_the_process_of_the_first(tmp_path: Path, lock: Path) -> None:
    # Nobody runs: Snakemake's lock was left behind.
    assert warn_of_run(tmp_path, "results/tiny") == ""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as owner:
        assert owner.stdout is not None
        owner.stdout.readline()
        # It has taken no lock of Snakemake: it runs nothing, or does not yet.
        assert warn_of_run(tmp_path, "results/tiny") == ""
        lock.parent.mkdir(exist_ok=True)
        lock.touch()
        said = warn_of_run(tmp_path, "results/tiny")
        assert said.startswith(f"results/tiny: its study is running (process {owner.pid} since ")
        assert said.endswith(f"wait for its end, or stop it first: kill {owner.pid}")
        owner.kill()
    assert warn_of_run(tmp_path, "results/tiny") == ""
