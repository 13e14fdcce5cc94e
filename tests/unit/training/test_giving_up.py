"""A study is given up when its first trainings all fail, and in no other case."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hsic_hpo.training.giving_up import GIVEN_UP, GivenUp, forget_failures, unless_all_fail


def records(statuses: str, first: int = 0) -> Iterator[dict[str, Any]]:
    """Make records of trainings that end well (o), diverge (d) or fail (f)."""
    names = {"o": "ok", "d": "diverged", "f": "failed"}
    for trial, letter in enumerate(statuses, first):
        yield {"trial": f"t{trial}", "repeat": 0, "status": names[letter], "reason": "no"}


def passed(given: Iterable[dict[str, Any]], folder: Path, limit: int = 3, code: str = "a") -> int:
    """Count the records that are passed on until the study is given up."""
    n = 0
    try:
        for _ in unless_all_fail(given, limit, folder, {"epochs": 3}, code):
            n += 1
    except GivenUp:
        return n
    return -n


@pytest.mark.parametrize(
    ("statuses", "limit", "n"),
    [
        ("fffff", 3, 3),
        ("ffo" + 9 * "f", 3, -12),
        ("offff", 3, -5),
        ("dffff", 3, -5),
        ("fffff", 0, -5),
        ("ff", 3, -2),
    ],
    ids=["all", "third works", "first works", "one diverges", "never", "too few to tell"],
)
def test_only_if_none_of_the_first_comes_to_an_end(
    tmp_path: Path, statuses: str, limit: int, n: int
) -> None:
    assert passed(records(statuses), tmp_path, limit) == n
    assert (tmp_path / GIVEN_UP).exists() == (n > 0)


def test_other_jobs_count(tmp_path: Path) -> None:
    assert passed(records("ff"), tmp_path) == -2
    assert passed(records("ff", first=10), tmp_path) == 1
    # The next one ends before it trains anything.
    assert passed(records("oo", first=20), tmp_path) == 0


def test_a_job_that_is_tried_again_does_not_count_twice(tmp_path: Path) -> None:
    for _ in range(5):
        assert passed(records("ff"), tmp_path) == -2


def test_a_success_elsewhere_is_hope(tmp_path: Path) -> None:
    assert passed(records("o"), tmp_path) == -1
    assert passed(records(9 * "f", first=10), tmp_path) == -9


def test_other_code_and_a_retry_begin_anew(tmp_path: Path) -> None:
    assert passed(records("fff"), tmp_path) == 3
    assert passed(records("ff"), tmp_path, code="repaired") == -2
    assert passed(records("f"), tmp_path) == 0
    forget_failures(tmp_path)
    assert passed(records("ff"), tmp_path) == -2


def test_the_line_says_why(tmp_path: Path) -> None:
    with pytest.raises(GivenUp, match="the first 3 trainings all failed: no \\(3\\)"):
        list(unless_all_fail(records("fff"), 3, tmp_path))
    assert (tmp_path / GIVEN_UP).read_text() == "the first 3 trainings all failed: no (3)"
