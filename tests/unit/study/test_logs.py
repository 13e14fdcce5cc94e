"""A job's log holds what its terminal shows."""

import os
import sys
from pathlib import Path

import pytest

from hsic_hpo.errors import InputError
from hsic_hpo.study.logs import job_log


def test_progress_goes_to_both(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with job_log(tmp_path / "job.log"):
        print("7/20 trainings", file=sys.stderr, flush=True)
        assert (tmp_path / "job.log").read_text() == "7/20 trainings\n"
    assert capsys.readouterr().err == "7/20 trainings\n"


def test_bad_input_is_one_line_in_the_log(tmp_path: Path) -> None:
    with pytest.raises(SystemExit), job_log(tmp_path / "job.log"):
        raise InputError("data.nc: no such file")
    assert (tmp_path / "job.log").read_text() == "data.nc: no such file\n"


def test_a_defect_leaves_its_traceback_in_the_log(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), job_log(tmp_path / "job.log"):
        raise ZeroDivisionError("defect")
    text = (tmp_path / "job.log").read_text()
    assert text.startswith("Traceback")
    assert text.endswith("ZeroDivisionError: defect\n")


@pytest.mark.parametrize(
    "error", [InputError("data.nc: no such file"), ZeroDivisionError("defect")]
)
def test_a_full_disk_silences_the_log_alone(
    capsys: pytest.CaptureFixture[str], error: Exception
) -> None:
    with pytest.raises((SystemExit, ZeroDivisionError)) as raised, job_log("/dev/full"):  # noqa: PT012
        print("7/20 trainings", file=sys.stderr, flush=True)
        raise error
    assert str(raised.value) == str(error)
    assert capsys.readouterr().err == "7/20 trainings\n"


def test_a_log_that_cannot_be_opened_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "no folder" / "job.log"
    with pytest.raises(SystemExit) as stop, job_log(path):
        pass
    assert stop.value.code == f"{path}: {os.strerror(2)}"
