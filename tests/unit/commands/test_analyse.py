"""``hsic-hpo analyse`` as a person types it."""

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import optuna
import pandas as pd
import pytest
import yaml

from hsic_hpo.cli import main
from hsic_hpo.files import read_netcdf
from hsic_hpo.trials.variables import hyperparameter_values
from small_search import SPACE, search

Printed = pytest.CaptureFixture[str]
ANALYSE = ["analyse", "trials.csv", "--space", "space.yaml", "--error", "loss"]
FEW = ["--permutations", "99"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    trials = search(120)
    frame = pd.DataFrame({name: hyperparameter_values(trials, name) for name in SPACE})
    frame["nesterov"] = frame["nesterov"].map({1.0: "true", 0.0: "false"})
    frame["loss"] = trials["validation_error"].values[:, 0]
    frame["gigaflops"] = trials["flops"].values
    frame["seconds"] = trials["train_seconds"].values[:, 0]
    frame.to_csv(tmp_path / "trials.csv", index=False)
    (tmp_path / "space.yaml").write_text(yaml.safe_dump(SPACE, sort_keys=False))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    return tmp_path


@pytest.fixture(scope="module")
def tpe_study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with a study of Optuna's default sampler: ``lr`` decides, ``dropout`` does not."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    path = tmp_path_factory.mktemp("optuna") / "study.db"
    rng = np.random.default_rng(0)

    def objective(trial: optuna.Trial) -> float:
        lr = trial.suggest_float("lr", 1e-5, 1e-1, log=True)
        dropout = trial.suggest_float("dropout", 0, 0.9)
        return float(0.1 * abs(np.log10(lr) + 3) + 0.02 * dropout + 0.02 * rng.standard_normal())

    sampler = optuna.samplers.TPESampler(seed=0)
    in_memory = optuna.create_study(sampler=sampler)
    in_memory.optimize(objective, n_trials=100)
    stored = optuna.create_study(study_name="s", storage=f"sqlite:///{path}")
    stored.add_trials(in_memory.get_trials())
    return path


def test_each_group_is_printed_sorted_by_index(folder: Path, capsys: Printed) -> None:
    main([*ANALYSE, "--cost", "gigaflops", "--output", "out.nc"])
    printed = capsys.readouterr().out
    assert "120 trials, 0 diverged, 0 failed" in printed
    assert "all trials: what matters to reach the best 10 % by loss (12 of 120 trials)" in printed
    for heading in ("HSIC", "95 %", "interval", "adjusted", "HSIC, gigaflops"):
        assert heading in printed
    written = read_netcdf(folder / "out.nc")
    index = written["hsic"].sel(group="all", target="error", subset="best").to_series()
    main_table = printed.split("optimizer = sgd")[0]
    shown = [line.split()[1] for line in main_table.splitlines() if line.startswith("│")]
    assert shown == list(index.dropna().sort_values(ascending=False).index)
    assert "optimizer and learning_rate" in printed
    assert "optimizer = sgd: what matters" in printed
    assert list(written["target"].values) == ["error", "gigaflops"]


def test_which_values_the_best_have_stands_below_the_table(folder: Path, capsys: Printed) -> None:
    main(ANALYSE)
    printed = capsys.readouterr().out
    found = re.search(r"optimizer: adam \((\d+) % of the best, (\d+) % of all\)", printed)
    assert found is not None
    frame = pd.read_csv("trials.csv")
    best = frame.nsmallest(12, "loss")
    shares = [100 * np.mean(part["optimizer"] == "adam") for part in (best, frame)]
    assert [int(share) for share in found.groups()] == [round(share) for share in shares]
    assert "\n    n_units:" not in printed


def test_the_worst_are_explained(folder: Path, capsys: Printed) -> None:
    main([*ANALYSE, *FEW, "--worst", "--fraction", "0.2"])
    printed = capsys.readouterr().out
    assert "what matters to reach the worst 20 % by loss (24 of" in printed
    assert re.search(r"learning_rate: .* \(\d+ % of the worst, \d+ % of all\)", printed)


def test_without_a_space_it_is_inferred_shown_and_kept(folder: Path, capsys: Printed) -> None:
    options = ["--error", "loss", "--cost", "gigaflops", "--cost", "seconds", *FEW]
    main(["analyse", "trials.csv", *options, "--write-space", "kept.yaml"])
    printed = capsys.readouterr().out
    assert "Space, inferred from the values" in printed
    kept = (folder / "kept.yaml").read_text()
    assert all(f"  {line}" in printed for line in kept.splitlines() if len(line) < 90)
    assert yaml.safe_load(kept)["momentum"]["when"] == {"optimizer": "sgd"}
    assert "HSIC, gigaflops" in printed
    assert "HSIC, seconds" in printed
    main(["analyse", "trials.csv", "--space", "kept.yaml", *options])
    again = capsys.readouterr().out
    assert "inferred" not in again
    assert tables(again) == tables(printed)


def tables(printed: str) -> list[str]:
    return [line for line in printed.splitlines() if line.startswith("│")]


def test_with_a_cost_it_is_decided_what_to_do(folder: Path, capsys: Printed) -> None:
    main([*ANALYSE, *FEW, "--cost", "gigaflops", "--output", "out.json"])
    printed = capsys.readouterr().out
    decided = printed.split("What a search should do with each hyperparameter")[1]
    told = json.loads((folder / "out.json").read_text())
    assert {row["hyperparameter"] for row in told["decisions"]} == SPACE.keys()
    for row in told["decisions"]:
        line = next(li for li in decided.splitlines() if li.startswith(row["hyperparameter"]))
        assert row["decision"] in line
    main([*ANALYSE, *FEW])
    assert "What a search should do" not in capsys.readouterr().out


def test_the_front_and_what_a_cost_allows_are_explained(folder: Path, capsys: Printed) -> None:
    main([*ANALYSE, *FEW, "--cost", "gigaflops", "--report", "out.html"])
    assert "What matters most among trials of at most c gigaflops: " in capsys.readouterr().out
    assert "What matters at your budget" in (folder / "out.html").read_text()
    limit = float(pd.read_csv("trials.csv")["gigaflops"].median())
    options = ["--cost", "gigaflops", "--max-cost", str(limit), "--output", "out.nc"]
    main([*ANALYSE, *FEW, *options])
    printed = capsys.readouterr().out
    assert "Random trials that cost at most" in printed
    assert "60 trials" in printed
    assert read_netcdf(folder / "out.nc").attrs["max_cost"] == limit
    main([*ANALYSE, *FEW, "--cost", "gigaflops", "--goal", "front"])
    printed = " ".join(capsys.readouterr().out.split())
    assert "place towards the front of loss and gigaflops" in printed
    assert "What a search should do" not in printed


def test_a_limit_without_a_cost_is_refused(folder: Path) -> None:
    with pytest.raises(SystemExit, match="--max-cost: name the cost that it limits"):
        main([*ANALYSE, "--max-cost", "3"])


def test_the_way_taken_and_its_check_stand_on_top(tpe_study: Path, capsys: Printed) -> None:
    main(["analyse", str(tpe_study)])
    printed = " ".join(capsys.readouterr().out.split())
    head = printed.split("what matters")[0]
    assert "Trials not drawn at random, drawn by Optuna's TPESampler" in head
    assert re.search(r"Surrogate of error: rank correlation 0\.[89]\d between 100 trials", head)
    assert "adjusted p" not in printed
    assert re.search(r"│ lr │ \S+ │ \S+ to \S+ │ found │", printed)
    assert re.search(r"│ dropout │ \S+ │ \S+ to \S+ │ │", printed)
    assert re.search(
        r"lr: 0\.000\d+ to 0\.00\d+ \(\d+ % of the best, \d+ % of the space\)", printed
    )


def test_the_user_may_say_how_trials_were_drawn(tpe_study: Path, capsys: Printed) -> None:
    main(["analyse", "--optuna", f"sqlite:///{tpe_study}", "--trials", "random", "--study", "s"])
    printed = capsys.readouterr().out
    assert "Random trials, as you say: tested directly." in printed
    assert "adjusted" in printed


def test_the_duration_of_an_optuna_trial_is_a_cost(tpe_study: Path, capsys: Printed) -> None:
    main(["analyse", str(tpe_study), "--cost", "duration", "--rows", "0:60"])
    printed = " ".join(capsys.readouterr().out.split())
    assert printed.startswith("60 trials")
    assert "What a search should do with each hyperparameter" in printed
    assert "adjusted p" not in printed


def test_a_report_figures_and_tables_are_written(tpe_study: Path, tmp_path: Path) -> None:
    wanted = {"report": "out.html", "figures": "figures", "output": "out.csv"}
    options = [word for key, name in wanted.items() for word in (f"--{key}", f"{tmp_path}/{name}")]
    main(["analyse", str(tpe_study), *options])
    page = (tmp_path / "out.html").read_text(encoding="utf-8")
    assert "explained through a surrogate" in page
    figures = {path.name for path in (tmp_path / "figures").iterdir()}
    assert {"importance.svg", "distributions.svg", "worst.svg", "errors.svg"} <= figures
    table = pd.read_csv(tmp_path / "out.csv").set_index("hyperparameter")
    assert table["found"].to_dict() == {"lr": True, "dropout": False}
    assert table["p_value"].isna().all()
    assert table.loc["lr", "share_at_goal"] > 2 * table.loc["lr", "share_of_all"]


def test_a_maximised_column_and_a_budget_are_asked_for(folder: Path, capsys: Printed) -> None:
    frame = pd.read_csv("trials.csv").assign(accuracy=lambda f: -f["loss"], epoch=1)
    later = frame.assign(epoch=5, accuracy=frame["accuracy"] + 1)
    pd.concat([frame, later]).drop(columns="loss").to_csv("runs.csv", index=False)
    asked = ["analyse", "runs.csv", "--space", "space.yaml", "--error", "accuracy", *FEW]
    main([*asked, "--maximise", "--budget", "epoch", "--output", "out.csv"])
    best = pd.read_csv("out.csv").set_index(["group", "hyperparameter"])
    capsys.readouterr()
    main([*ANALYSE, *FEW, "--output", "same.csv"])
    same = pd.read_csv("same.csv").set_index(["group", "hyperparameter"])
    pd.testing.assert_series_equal(best["index"], same["index"])
    with pytest.raises(SystemExit, match="maximise"):
        main([*asked, "--budget", "epoch"])


@pytest.mark.parametrize("width", [60, 80, 120])
def test_names_and_figures_are_whole_at_any_width(
    width: int, folder: Path, capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    long = "classifier__preprocessing__learning_rate"
    frame = pd.read_csv("trials.csv").rename(columns={"learning_rate": long})
    frame.to_csv("long.csv", index=False)
    main(["analyse", "long.csv", "--error", "loss", "--cost", "gigaflops", *FEW])
    printed = capsys.readouterr().out
    lines = printed.splitlines()
    assert max(map(len, lines)) <= width
    assert "…" not in printed
    cells = ["".join(line.split("│")[1].split()) for line in tables(printed)]
    assert long in "".join(cells)
    assert any(re.search(r"│ +0\.0\d\*", line) for line in tables(printed))


def test_what_looks_like_an_instruction_to_the_terminal_is_text(
    folder: Path, capsys: Printed
) -> None:
    frame = pd.read_csv("trials.csv")
    frame["optimizer"] = frame["optimizer"].replace("adam", "[red]ad\x1b[2Jam")
    frame.to_csv("odd.csv", index=False)
    main(["analyse", "odd.csv", "--error", "loss", *FEW])
    printed = capsys.readouterr().out
    assert "\x1b[2J" not in printed
    assert "[red]ad" in printed


BAD = [
    (
        [*ANALYSE[:-1], "los"],
        "trials.csv: column 'los' is missing; columns: "
        + ", ".join([*SPACE, "loss", "gigaflops", "seconds"])
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
    ([*ANALYSE, "--seed", "-1"], "command line: --seed: -1 is not an integer of at least 0"),
    (["analyse", "trials.csv", "--space", "absent.yaml"], "absent.yaml: no such file"),
    (["analyse", "absent.csv"], "absent.csv: no such file"),
    (
        [*ANALYSE, "--output", "out.txt"],
        "command line: --output: out.txt: ends in '.txt'; allowed: .nc, .csv, .json",
    ),
    (
        [*ANALYSE, "--report", "out.pdf"],
        "command line: --report: out.pdf: ends in '.pdf'; allowed: .html, .htm",
    ),
    (
        [*ANALYSE, "--write-space", "space"],
        "command line: --write-space: space: ends in ''; allowed: .yaml, .yml, .json",
    ),
    (
        [*ANALYSE, "--output", "absent/out.nc"],
        "command line: --output: absent/out.nc: no such folder: absent",
    ),
    (
        [*ANALYSE, "--figures", "trials.csv"],
        "command line: --figures: trials.csv is a file; a folder is needed",
    ),
    ([*ANALYSE, "--study", "s"], "study: 's'; only an Optuna storage has that"),
]


@pytest.mark.parametrize(("arguments", "line"), BAD, ids=[line[:50] for _, line in BAD])
def test_bad_input_is_one_line_and_nothing_is_written(
    folder: Path, arguments: list[str], line: str
) -> None:
    before = sorted(folder.iterdir())
    with pytest.raises(SystemExit) as exit_:
        main([*arguments, *(["--output", "out.nc"] * ("--output" not in arguments))])
    assert exit_.value.code == line
    assert sorted(folder.iterdir()) == before


def test_the_program_ends_with_one_line_and_code_1(folder: Path) -> None:
    program = [sys.executable, "-m", "hsic_hpo.cli", *BAD[0][0]]
    done = subprocess.run(program, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"{BAD[0][1]}\n")


@pytest.mark.parametrize(
    "arguments",
    [
        ["analyse"],
        ["analyse", "trials.csv", "--optuna", "sqlite:///x.db"],
        [*ANALYSE, "--maximise", "--minimise"],
        [*ANALYSE, "--trials", "grid"],
    ],
)
def test_wrong_usage_says_how_to_use_it(arguments: list[str], capsys: Printed) -> None:
    with pytest.raises(SystemExit) as exit_:
        main(arguments)
    assert exit_.value.code == 2
    assert "usage: hsic-hpo" in capsys.readouterr().err
