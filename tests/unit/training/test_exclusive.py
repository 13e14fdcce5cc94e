"""Two jobs never train the same at once."""

import errno
import fcntl
import signal
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from hsic_hpo.training.exclusive import exclusive

KEYS = ("0" * 32, "f" * 32)
HOLD_KEY = (
    "import sys, time; from hsic_hpo.training.exclusive import exclusive\n"
    "with exclusive(sys.argv[1], sys.argv[2]): print('held', flush=True); time.sleep(600)"
)


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
        with exclusive(path, other):
            pass
        owner.send_signal(signal.SIGKILL)
        owner.wait()
    with exclusive(path, key):
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
    with exclusive(tmp_path / "lock", KEYS[0]):
        entered = True
    assert entered


def test_other_errors_of_a_lock_are_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EIO, "broken")

    monkeypatch.setattr(fcntl, "lockf", refuse)
    with pytest.raises(OSError, match="broken"), exclusive(tmp_path / "lock", KEYS[0]):
        pass


WAIT_FOR_KEY = (
    "import sys; from hsic_hpo.training.exclusive import exclusive\n"
    "with exclusive(sys.argv[1], sys.argv[2]): print('mine', flush=True)"
)


def test_whoever_waits_is_told_for_which_process_and_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "trial_files" / ".lock"
    note = path.parent / KEYS[0][:2] / f"{KEYS[0]}.holder"
    with (
        ExitStack() as stack,
        subprocess.Popen(
            [sys.executable, "-c", HOLD_KEY, str(path), KEYS[0]], stdout=subprocess.PIPE, text=True
        ) as owner,
    ):
        assert owner.stdout is not None
        assert owner.stdout.readline() == "held\n"
        waiting = stack.enter_context(
            subprocess.Popen(
                [sys.executable, "-c", WAIT_FOR_KEY, str(path), KEYS[0]],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        )
        assert waiting.stdout is not None
        assert waiting.stderr is not None
        line = waiting.stderr.readline()
        assert line.startswith(f"waiting for process {owner.pid} since 2")
        assert f"kill {owner.pid}" in line
        owner.send_signal(signal.SIGTERM)
        assert waiting.stdout.readline() == "mine\n"
        assert waiting.stderr.read() == ""
    assert not note.exists()
