"""The note of who holds a lock."""

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from hsic_hpo.training.holder import Holder


def test_what_is_written_is_read(tmp_path: Path) -> None:
    here = Holder.this_process()
    here.write(tmp_path / "new" / "note")
    assert Holder.read(tmp_path / "new" / "note") == here
    assert here.process == os.getpid()


@pytest.mark.parametrize("text", [None, "", "{}", "[1]", '{"process": 1}', "\0"])
def test_what_is_no_note_is_none(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "note").write_text(text)
    assert Holder.read(tmp_path / "note") is None


def test_it_is_known_whether_a_process_of_this_machine_lives() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        holder = Holder(process.pid, platform.node(), 0.0)
        assert holder.lives is True
        process.kill()
    assert holder.lives is False
    assert Holder(process.pid, "another-node", 0.0).lives is None


def test_words_say_who_and_how_to_stop_it() -> None:
    there = Holder(4711, "node3", 0.0, "12")
    assert str(there).startswith("process 4711 on node3 (SLURM job 12) since 19")
    assert there.how_to_stop == "scancel 12"
    assert Holder(4711, "node3", 0.0).how_to_stop == "kill 4711 on node3"
    assert Holder(4711, platform.node(), 0.0).how_to_stop == "kill 4711"
