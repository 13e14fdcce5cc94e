"""Locks of the dead go, locks of the living stay."""

import errno
import fcntl
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from hsic_hpo.locks import alone, clear_stale_locks

HOLD = (
    "import sys, time; from hsic_hpo.locks import clear_stale_locks; "
    "held = clear_stale_locks(sys.argv[1]); print('held', flush=True); time.sleep(600)"
)

KEYS = ("0" * 32, "f" * 32)
HOLD_KEY = (
    "import sys, time; from hsic_hpo.locks import alone\n"
    "with alone(sys.argv[1], sys.argv[2]): print('held', flush=True); time.sleep(600)"
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


def is_held(path: Path, key: str) -> bool:
    with path.open("a") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, int(key[:15], 16))
        except BlockingIOError:
            return True
    return False


@pytest.mark.parametrize(("key", "other"), [KEYS, KEYS[::-1]], ids=["first", "last"])
def test_a_training_is_one_process_s_until_that_dies(tmp_path: Path, key: str, other: str) -> None:
    path = tmp_path / "trial_files" / "lock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD_KEY, str(path), key], stdout=subprocess.PIPE, text=True
    ) as owner:
        assert owner.stdout is not None
        owner.stdout.readline()
        assert is_held(path, key)
        with alone(path, other):
            pass
        owner.send_signal(signal.SIGKILL)
        owner.wait()
    with alone(path, key):
        pass
    assert path.stat().st_size == 0


@pytest.mark.parametrize("code", [errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP], ids=str)
def test_a_file_system_without_locks_trains_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(code, "no locks")

    monkeypatch.setattr(fcntl, "lockf", refuse)
    entered = False
    with alone(tmp_path / "lock", KEYS[0]):
        entered = True
    assert entered


def test_other_errors_of_a_lock_are_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EIO, "broken")

    monkeypatch.setattr(fcntl, "lockf", refuse)
    with pytest.raises(OSError, match="broken"), alone(tmp_path / "lock", KEYS[0]):
        pass
