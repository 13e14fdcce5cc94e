"""What is known of a training's tries outlives the job that made them."""

import os
from pathlib import Path

import pytest

from hsic_hpo.training.tries import Tries

KEY = "0f" * 16


def test_nothing_is_known_at_first_and_nothing_stays(tmp_path: Path) -> None:
    tries = Tries.of(tmp_path, KEY)
    assert tries.given_up(1) == ""
    tries.begin()
    assert [path.name for path in tmp_path.rglob("*.tries")] == [f"{KEY}.tries"]
    tries.forget()
    tries.forget()
    assert list(tmp_path.rglob("*.tries")) == []


def test_the_allowed_number_of_ends_gives_up_with_the_last_reason(tmp_path: Path) -> None:
    for reason in ("first", "second"):
        tries = Tries.of(tmp_path, KEY)
        assert tries.given_up(2) == ""
        tries.begin()
        tries.failed(reason)
    assert Tries.of(tmp_path, KEY).given_up(2) == "second"
    assert Tries.of(tmp_path, KEY).given_up(3) == ""


@pytest.mark.parametrize(("memory", "ends"), [("", []), ("out of memory", ["out of memory"])])
def test_a_job_that_died_is_a_try_only_when_memory_is_why(
    tmp_path: Path, memory: str, ends: list[str]
) -> None:
    tries = Tries.of(tmp_path, KEY)
    tries.begin()
    if memory:
        tries.note_memory(memory)
        tries.note_memory("noted already")
    found = Tries.of(tmp_path, KEY)
    assert (found.ends, found.killed_jobs, found.under_way) == (ends, 1, False)


def test_a_try_that_is_withdrawn_counts_for_nothing(tmp_path: Path) -> None:
    tries = Tries.of(tmp_path, KEY)
    tries.begin()
    tries.failed("once")
    tries.begin()
    tries.withdraw()
    found = Tries.of(tmp_path, KEY)
    assert (found.ends, found.killed_jobs) == (["once"], 0)
    found.forget()
    found.begin()
    found.ends.clear()
    found.withdraw()
    assert list(tmp_path.rglob("*.tries")) == []


@pytest.mark.parametrize("text", ["", "{", "[]", '{"other": 1}'])
def test_a_damaged_file_says_nothing(tmp_path: Path, text: str) -> None:
    Tries.of(tmp_path, KEY).begin()
    (path,) = tmp_path.rglob("*.tries")
    path.write_text(text)
    assert Tries.of(tmp_path, KEY) == Tries(path)


def test_jobs_that_were_killed_before_a_training_got_further_count_no_longer(
    tmp_path: Path,
) -> None:
    state = tmp_path / "a.state"
    for killed in (1, 2, 3):
        Tries.of(tmp_path, KEY, state).begin()
        assert Tries.of(tmp_path, KEY, state).killed_jobs == killed
    tries = Tries.of(tmp_path, KEY, state)
    tries.begin()
    state.touch()
    os.utime(state, ns=(0, tries.path.stat().st_mtime_ns + 1))
    assert Tries.of(tmp_path, KEY, state).killed_jobs == 0
    os.utime(state, ns=(0, 0))
    assert Tries.of(tmp_path, KEY, state).killed_jobs == 4
