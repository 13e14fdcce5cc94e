"""``hsic-hpo run``: what it hands over to Snakemake, and what it refuses."""

import os
import sys
from pathlib import Path

import pytest

from hsic_hpo.cli import main

ROOT = Path(__file__).parents[3]


@pytest.fixture
def handed_over(monkeypatch: pytest.MonkeyPatch) -> list[tuple[list[str], dict[str, str]]]:
    """The commands that take the place of this process, which are not run."""
    found: list[tuple[list[str], dict[str, str]]] = []

    def take(path: str, command: list[str], environment: dict[str, str]) -> None:
        assert path == sys.executable
        found.append((command, environment))

    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(os, "execve", take)
    return found


def test_it_picks_the_profile_and_passes_on_what_is_not_its_own(
    handed_over: list[tuple[list[str], dict[str, str]]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = ["run", "config/quick.yaml", "random/trials.nc", "--profile", "slurm", "-n"]
    monkeypatch.setattr(sys, "argv", ["hsic-hpo", *words])
    monkeypatch.delenv("STARTED_AS", raising=False)
    main(words)
    ((command, environment),) = handed_over
    assert command[1:] == [
        *("-m", "snakemake", "random/trials.nc"),
        *("--logger", "hsic-hpo", "--configfile", "config/quick.yaml"),
        *("--workflow-profile", "workflow/profiles/slurm", "-n"),
    ]
    assert environment["STARTED_AS"] == f"hsic-hpo {' '.join(words)}"
    assert capsys.readouterr().out.startswith("Study quick: 300 random trials")


def test_a_study_that_options_change_is_described_and_checked_by_snakemake_alone(
    handed_over: list[tuple[list[str], dict[str, str]]],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    # Complete with its option only.
    (tmp_path / "part.yaml").write_text("random_search: {n_trials: 300}", encoding="utf-8")
    nested = "--config=random_search={n_trials: 20}"
    main(["run", str(tmp_path / "part.yaml"), "--config", "study=mine"])
    main(["run", "config/quick.yaml", nested])
    main(["run", "config/quick.yaml", "--configfile", "config/bateman.yaml"])
    (first, _), (second, _), (third, _) = handed_over
    assert first[-2:] == ["--config", "study=mine"]
    assert nested in second
    assert third[-2:] == ["--configfile", "config/bateman.yaml"]
    assert "random trials" not in capsys.readouterr().out


def test_what_cannot_be_run_is_refused_in_one_line(
    handed_over: list[tuple[list[str], dict[str, str]]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(SystemExit, match="--profile: pbs: no such folder, and none of cluster-"):
        main(["run", "config/quick.yaml", "--profile", "pbs"])
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit, match="no Snakefile"):
        main(["run", "config/quick.yaml"])
    with pytest.raises(SystemExit) as usage:
        main(["check", "config/quick.yaml", "--cores", "2"])
    assert usage.value.code == 2
    assert handed_over == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["config/README.md"], r"config/README\.md: no study config; needed: a file .*"),
        (
            ["--config", "trials_per_job=20", "config/quick.yaml"],
            "trials_per_job=20: is it a file to make, or does it belong to --config[?] .*",
        ),
        (
            ["--forcerun", "sensitivity", "config/quick.yaml", "-n"],
            "sensitivity: is it .* Name the config first: hsic-hpo run config/quick.yaml .*",
        ),
    ],
)
def test_a_word_that_is_no_config_is_not_taken_for_a_file_to_make(
    handed_over: list[tuple[list[str], dict[str, str]]], words: list[str], said: str
) -> None:
    with pytest.raises(SystemExit, match=f"^hsic-hpo run: {said}$"):
        main(["run", *words])
    assert handed_over == []


def test_a_folder_that_uses_the_workflow_needs_no_profiles(
    handed_over: list[tuple[list[str], dict[str, str]]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Snakefile").touch()
    (tmp_path / "mine.yaml").write_text("study: mine", encoding="utf-8")
    main(["run", "mine.yaml", "random/trials.nc", "--cores", "2"])
    ((command, _),) = handed_over
    assert command[3:] == [
        *("random/trials.nc", "--logger", "hsic-hpo", "--configfile", "mine.yaml", "--cores", "2")
    ]
    with pytest.raises(SystemExit, match=r"--profile: slurm: no such folder$"):
        main(["run", "mine.yaml", "--profile", "slurm"])
