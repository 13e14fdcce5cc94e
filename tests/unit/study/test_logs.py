"""A job's log holds what its terminal shows."""

import os
import sys
from pathlib import Path

import pytest

from hsic_hpo.errors import InputError
from hsic_hpo.study.logs import ends_alike, job_log
from hsic_hpo.training.giving_up import GivenUp
from hsic_hpo.training.stopping import Stop
from hsic_hpo.training.supervisor import MemoryShortError


def test_progress_goes_to_both(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with job_log(tmp_path / "job.log"):
        print("7/20 trainings", file=sys.stderr, flush=True)
        assert (tmp_path / "job.log").read_text() == "7/20 trainings\n"
    assert capsys.readouterr().err == "7/20 trainings\n"


def test_bad_input_is_one_line_in_the_log(tmp_path: Path) -> None:
    with pytest.raises(SystemExit), job_log(tmp_path / "job.log"):
        raise InputError("data.nc: no such file")
    log = tmp_path / "job.log"
    assert log.read_text().splitlines()[0] == "data.nc: no such file"
    assert ends_alike(log)


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


@pytest.mark.parametrize(
    ("error", "alike"),
    [
        (InputError("no such key"), True),
        (MemoryShortError("too little"), False),
        (OSError(28, "No space left on device"), False),
        (ZeroDivisionError("defect"), False),
        (KeyboardInterrupt(), False),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_job_that_would_end_in_the_same_way_says_so(
    tmp_path: Path, error: BaseException, alike: bool
) -> None:
    with pytest.raises(BaseException), job_log(tmp_path / "job.log"):  # noqa: B017, PT011
        raise error
    assert ends_alike(tmp_path / "job.log") == alike


def test_a_log_that_is_not_there_says_nothing(tmp_path: Path) -> None:
    assert not ends_alike(tmp_path / "job.log")


@pytest.mark.parametrize("error", [GivenUp("all failed"), Stop("stopped by SIGTERM")])
def test_what_the_main_process_tells_stands_in_the_log_alone(
    tmp_path: Path, error: SystemExit
) -> None:
    with pytest.raises(SystemExit) as stop, job_log(tmp_path / "job.log"):
        raise error
    assert stop.value.code == 1
    assert str(error.code) in (tmp_path / "job.log").read_text()
