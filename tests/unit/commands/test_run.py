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
        *("-m", "snakemake", "--logger", "hsic-hpo", "--configfile", "config/quick.yaml"),
        *("--workflow-profile", "workflow/profiles/slurm", "random/trials.nc", "-n"),
    ]
    assert environment["STARTED_AS"] == f"hsic-hpo {' '.join(words)}"
    assert capsys.readouterr().out.startswith("Study quick: 300 random trials")


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
