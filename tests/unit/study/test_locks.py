"""Locks of the dead go, locks of the living stay."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from hsic_hpo.study.locks import clear_stale_locks

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
