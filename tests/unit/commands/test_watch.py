"""``hsic-hpo watch`` and ``explain`` on a study that was killed."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hsic_hpo.cli import main
from hsic_hpo.study.journal import JOURNAL
from study import watched_study
from study.watched_study import WatchedStudy


def long_are_good(configuration: dict[str, Any]) -> tuple[float, float]:
    return float(50 ** configuration["size"]), float(1 - configuration["size"])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A study that was killed after 70 s, a while ago."""
    monkeypatch.setattr(watched_study, "BEGAN", time.time() - 1000)
    monkeypatch.setenv("COLUMNS", "100")
    folder = tmp_path / "results" / "watched"
    study = WatchedStudy(folder, 300, 3, 60, long_are_good, failing={0: "ValueError: no"})
    study.write(70.0)
    return folder


def test_one_screen_says_what_is_done_how_far_it_is_and_what_is_left(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["watch", "--once", str(folder)])
    shown = capsys.readouterr().out
    assert "Study watched, networks for none: stopped after 1 min" in shown
    assert " to go " in shown
    assert "no sign of life since" in shown
    assert "To go on    make study" in shown
    assert " of 300 trainings" in shown
    assert "1 failed, ValueError: no" in shown
    assert "(validation loss), 20 FLOPs per sample" in shown
    assert shown.count("\n") < 20


def test_what_has_finished_is_explained_with_a_banner(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.html"
    main(["explain", str(folder), "--report", str(page)])
    shown = capsys.readouterr().out
    n = int(shown.split(" of 300 random trials: an explanation before the end")[0].split()[-1])
    assert 60 < n < 300
    assert "trials to come" in shown
    assert "drawn by this study's random search" in shown
    text = page.read_text()
    assert f"<strong>{n} of 300 random trials: an explanation before the end</strong>" in text


@pytest.mark.parametrize("command", ["watch", "explain"])
def test_a_folder_that_is_none_is_refused_in_one_line(command: str, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="no run of a study has left its plan here"):
        main([command, str(tmp_path / JOURNAL)])


def edit_plan(folder: Path, edit: Callable[[dict[str, Any]], object]) -> None:
    plan, *events = (folder / JOURNAL).read_text().splitlines()
    edited = json.loads(plan)
    edit(edited["study"])
    (folder / JOURNAL).write_text("\n".join([json.dumps(edited), *events, ""]))


@pytest.mark.parametrize("command", ["watch", "explain"])
def test_a_run_of_an_earlier_version_is_refused_in_one_line(command: str, folder: Path) -> None:
    edit_plan(folder, lambda study: study.pop("final_budgets"))
    with pytest.raises(SystemExit, match=r"has left its plan here .* of this version"):
        main([command, str(folder)])


def test_settings_of_another_version_are_refused_in_one_line(folder: Path) -> None:
    edit_plan(folder, lambda study: study["config"]["sensitivity"].update(gone=1))
    with pytest.raises(SystemExit, match="run by another version, with settings that this one"):
        main(["explain", str(folder)])
