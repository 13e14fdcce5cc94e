"""The command line as a person types it; each command has tests of its own."""

from pathlib import Path

import pytest

from hsic_hpo.cli import main


def test_help_names_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        main(["--help"])
    assert exit_.value.code == 0
    printed = capsys.readouterr().out
    for command in ("check", "analyse"):
        assert f"    {command}  " in printed


def test_without_a_command_it_says_how_to_use_it(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        main([])
    assert exit_.value.code == 2
    assert "usage: hsic-hpo" in capsys.readouterr().err


def test_check_says_what_a_study_is(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("study: x\nrandom_search: {n_trials: 12}\n")
    main(["check", str(path)])
    printed = capsys.readouterr().out
    assert printed.startswith("Study x: 12 random trials of ")
    assert printed.endswith("on bateman\n")


def test_check_names_a_problem_of_one_s_own(capsys: pytest.CaptureFixture[str]) -> None:
    example = Path(__file__).parents[2] / "examples" / "digits" / "digits.yaml"
    main(["check", str(example)])
    assert capsys.readouterr().out.endswith("on digits\n")
