"""The main process hears of failed jobs and decides."""

import logging
from pathlib import Path

import pytest

from hsic_hpo.errors import InputError
from hsic_hpo.study.failed_jobs import FailedJobs
from hsic_hpo.study.logs import job_log
from hsic_hpo.training.giving_up import GIVEN_UP


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "trial_files").mkdir()
    return tmp_path


def error(**extra: object) -> logging.LogRecord:
    record = logging.LogRecord("snakemake", logging.ERROR, "", 0, "Error in rule train", None, None)
    record.__dict__.update(extra)
    return record


def test_only_a_job_that_would_fail_again_is_not_tried_again(folder: Path) -> None:
    jobs: list[int] = []
    listener = FailedJobs(jobs.append, lambda reason: pytest.fail(reason))
    for name, raised in (("bad", InputError("no such key")), ("killed", RuntimeError("signal 9"))):
        with pytest.raises((SystemExit, RuntimeError)), job_log(f"{name}.log"):
            raise raised
    for number, name in enumerate(("killed", "bad", "none")):
        assert listener.filter(error(jobid=number, log=[f"{name}.log"]))
    assert listener.filter(error())
    assert jobs == [1]


def test_a_study_is_given_up_once_and_silences_what_follows(folder: Path) -> None:
    reasons: list[str] = []
    reason_file = folder / "trial_files" / GIVEN_UP
    reason_file.write_text("what the run before said")
    listener = FailedJobs(lambda job: None, reasons.append)
    assert listener.filter(error())
    reason_file.write_text("the first 10 trainings all failed")
    info = logging.LogRecord("snakemake", logging.INFO, "", 0, "1 of 7 steps", None, None)
    assert listener.filter(info)
    assert not listener.filter(error())
    assert not listener.filter(error(jobid=1, log=["train.log"]))
    assert reasons == ["the first 10 trainings all failed"]
