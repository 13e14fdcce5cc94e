"""The command line as a person types it."""

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml

from hsic_hpo.cli import main
from hsic_hpo.files import read_netcdf
from hsic_hpo.trials.variables import hyperparameter_values
from small_search import SPACE, search


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    trials = search(120)
    frame = pd.DataFrame({name: hyperparameter_values(trials, name) for name in SPACE})
    frame["nesterov"] = frame["nesterov"].map({1.0: "true", 0.0: "false"})
    frame["loss"] = trials["validation_error"].values[:, 0]
    frame["gigaflops"] = trials["flops"].values
    frame.to_csv(tmp_path / "trials.csv", index=False)
    (tmp_path / "space.yaml").write_text(yaml.safe_dump(SPACE, sort_keys=False))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    return tmp_path


ANALYSE = ["analyse", "trials.csv", "--space", "space.yaml", "--error", "loss"]


def test_analyse_prints_each_group_sorted_by_index(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main([*ANALYSE, "--cost", "gigaflops", "--output", "out.nc"])
    printed = capsys.readouterr().out
    assert "120 trials, 0 diverged, 0 failed" in printed
    assert "all trials: what matters to reach the best 10 % by loss (12 of 120 trials)" in printed
    for heading in ("HSIC", "95 % interval", "adjusted p", "HSIC, gigaflops"):
        assert heading in printed
    written = read_netcdf(folder / "out.nc")
    index = written["hsic"].sel(group="all", target="error", subset="best").to_series()
    main_table = printed.split("optimizer = sgd")[0]
    shown = [line.split()[1] for line in main_table.splitlines() if line.startswith("│")]
    assert shown == list(index.dropna().sort_values(ascending=False).index)
    assert "optimizer and learning_rate" in printed
    assert "optimizer = sgd: what matters" in printed
    assert list(written["target"].values) == ["error", "gigaflops"]


def test_analyse_explains_the_worst(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main([*ANALYSE, "--worst", "--fraction", "0.2"])
    assert "what matters to reach the worst 20 % by loss (24 of" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (
            [*ANALYSE[:-1], "los"],
            "trials.csv: column 'los' is missing; columns: "
            + ", ".join([*SPACE, "loss", "gigaflops"])
            + "; did you mean 'loss'?",
        ),
        (
            [*ANALYSE, "--fraction", "1.5"],
            "command line: --fraction: 1.5 is not a number above 0 and below 1",
        ),
        (
            [*ANALYSE, "--permutations", "3"],
            "command line: --permutations: 3 is not an integer of at least 19",
        ),
        (
            [*ANALYSE, "--seed", "-1"],
            "command line: --seed: -1 is not an integer of at least 0",
        ),
        (
            ["analyse", "trials.csv", "--space", "absent.yaml", "--error", "loss"],
            "absent.yaml: no such file",
        ),
        (["check", "absent.yaml"], "absent.yaml: no such file"),
    ],
)
def test_bad_input_is_one_line_and_nothing_is_written(
    folder: Path, arguments: list[str], line: str
) -> None:
    before = sorted(folder.iterdir())
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "hsic_hpo.cli",
            *arguments,
            *(["--output", "out.nc"] * ("analyse" in arguments)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, f"{line}\n")
    assert sorted(folder.iterdir()) == before


@pytest.mark.parametrize(
    "arguments",
    [
        ["analyse"],
        ["analyse", "trials.csv"],
        ["analyse", "trials.csv", "--optuna", "sqlite:///x.db"],
        ["analyse", "--optuna", "sqlite:///x.db"],
    ],
)
def test_wrong_usage_says_how_to_use_it(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as exit_:
        main(arguments)
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
