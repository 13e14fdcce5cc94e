"""Failed trainings, with their reasons."""

import numpy as np
import pytest
import xarray as xr

from hsic_hpo.trials.failures import commonest, failures


def trials(status: list[list[str]], reason: list[list[str]]) -> xr.Dataset:
    dims = ("trial", "repeat")
    names = np.array([f"t{i}" for i in range(len(status))], dtype=object)
    return xr.Dataset(
        {"status": (dims, np.array(status)), "reason": (dims, np.array(reason))},
        coords={"trial": names},
    )


def test_each_failed_training_is_named() -> None:
    found = failures(
        trials(
            [["ok", "failed"], ["diverged", "ok"], ["failed", "failed"]],
            [["", "no"], ["loss is nan", ""], ["killed", "no"]],
        )
    )
    assert found.values.tolist() == [["t0", 1, "no"], ["t2", 0, "killed"], ["t2", 1, "no"]]


def test_none_is_none() -> None:
    assert failures(trials([["ok"], ["diverged"]], [[""], [""]])).empty


@pytest.mark.parametrize(
    ("reasons", "said"),
    [
        (["no"], "no (1)"),
        (["no", "killed", "no"], "no (2), killed (1)"),
        (["a", "b", "c", "d", "a"], "a (2), b (1), c (1) and 1 other reason"),
        (list("abcdee"), "e (2), a (1), b (1) and 2 other reasons"),
        (["", "two\nlines"], "no reason given (1), two lines (1)"),
    ],
    ids=["one", "counted", "one more", "several more", "in one line"],
)
def test_the_commonest_come_first(reasons: list[str], said: str) -> None:
    assert commonest(reasons) == said


def test_a_long_reason_is_cut() -> None:
    assert len(commonest(["x" * 1000])) < 200
