"""``hsic-hpo choose`` as a person types it."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hand_made_trials import A, B, C, trials
from hsic_hpo.cli import main
from hsic_hpo.files import write_netcdf
from hsic_hpo.search.front import ALL, make_front
from hsic_hpo.search.known_trials import known_trials
from hsic_hpo.trials.dataset import write_trials
from hsic_hpo.yaml_files import read_yaml

Printed = pytest.CaptureFixture[str]
DRAWN = trials([(A, 1.05, 100.0), (B, 2.0, 20.0)])


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A study whose searches still run, in an 80 columns' terminal."""
    for place, dataset in {
        "random": DRAWN,
        "search/gpbo/0/1": trials([(C, 1.0, 300.0)]),
        "search/gpbo/0/2": trials([({"kind": "b", "width": 1}, 1.2, 150.0)]),
        "final/gpbo/lowest-error": trials([(C, 1.0, 300.0)], n_repeats=3),
    }.items():
        folder = tmp_path / "results" / "quick" / place
        folder.mkdir(parents=True)
        write_trials(dataset, folder / "trials.nc")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    return tmp_path / "results" / "quick"


def said(capsys: Printed, *arguments: str) -> str:
    main(["choose", *arguments])
    return capsys.readouterr().out


def refused(capsys: Printed, *arguments: str) -> str:
    with pytest.raises(SystemExit) as ended:
        main(["choose", *arguments])
    assert not capsys.readouterr().out
    return str(ended.value)


def test_a_running_study_is_chosen_from_and_says_from_what(study: Path, capsys: Printed) -> None:
    printed = said(capsys, "results/quick")
    lines = printed.splitlines()
    assert lines[:2] == ["4 trials (random 2, gpbo 2), 4 ended well (results/quick)", CHOSEN]
    assert all(len(line) <= 80 for line in lines)
    row = next(line for line in lines if line.startswith("│ FLOPs per sample"))
    cells = [cell.strip() for cell in row.strip("│").split("│")]
    assert cells == ["FLOPs per sample", "100", "20 (×0.2)", "300 (×3)"]
    assert "Found by random." in lines
    assert [line.split() for line in lines[-3:]] == [
        ["kind", "a"],
        ["width", "3"],
        ["flag", "true"],
    ]


CHOSEN = "Chosen: cheapest within 10 % of the lowest error"


def test_the_tolerance_and_the_cost_are_those_of_the_study(study: Path, capsys: Printed) -> None:
    front = make_front({ALL: known_trials(DRAWN, [])}, "train_seconds")
    write_netcdf(front.assign_attrs(tolerance=0.5), study / "front.nc")
    printed = said(capsys, "results/quick")
    assert "Chosen: cheapest within 50 % of the lowest error" in printed
    assert "cheapest by training time" in printed
    assert "cheapest by FLOPs" in said(capsys, "results/quick", "--cost", "flops")


def test_retrainings_tell_the_spread(study: Path, capsys: Printed) -> None:
    printed = said(capsys, "results/quick", "--lowest-error")
    assert "Found by gpbo, repeat 0, round 1." in printed
    assert "Trained again 3 times: test error 1 ± 0." in printed


def test_what_is_pasted_reads_back(study: Path, capsys: Printed, tmp_path: Path) -> None:
    pasted = tmp_path / "pasted.yaml"
    pasted.write_text(said(capsys, "results/quick", "--within", "5 %", "--yaml"))
    assert read_yaml(pasted) == A
    assert pasted.read_text().splitlines()[:3] == [
        "# cheapest within 5 % of the lowest error",
        "# the cheapest by FLOPs per sample of the 2 within 5 % of the lowest error, 1; among 4 "
        "trials that ended well",
        "# error: 1.05",
    ]
    told = json.loads(said(capsys, "results/quick", "--max-flops", "1e2", "--json"))
    assert told["configuration"] == A
    assert told["costs"] == {"flops": 100.0, "n_params": 50.0, "train_seconds": 0.5}
    assert told["choice"] == "lowest error, at most 100 FLOPs per sample"
    assert told["found_by"] == {"method": "random", "search_repeat": -1, "search_round": 0}


def test_a_dataset_and_a_table_are_chosen_from(study: Path, capsys: Printed) -> None:
    printed = said(capsys, "results/quick/random/trials.nc", "--knee")
    assert printed.startswith("2 trials, 2 ended well (results/quick/random/trials.nc)")
    n = np.arange(1, 41)
    frame = pd.DataFrame({"lr": n / 100, "flops": 10 * n, "seconds": 41.0 - n})
    frame.assign(loss=50.0 - n).to_csv("t.csv", index=False)
    by_flops = json.loads(said(capsys, "t.csv", "--error", "loss", "--max-flops", "20", "--json"))
    assert by_flops["configuration"] == {"lr": 0.02}
    by_time = ("t.csv", "--error", "loss", "--cost", "seconds", "--max-cost", "2.5", "--json")
    assert json.loads(said(capsys, *by_time))["configuration"]["lr"] == 0.4
    frame.assign(acc=n / 50).to_csv("a.csv", index=False)
    best = said(capsys, "a.csv", "--error", "acc", "--maximise", "--lowest-error")
    assert "It is the highest acc of 40 trials" in best
    assert "│    0.8 │" in best


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["results/quick", "--max-flops", "10"],
            "results/quick: none of 4 trials costs at most 10 FLOPs per sample; the cheapest there "
            "is: 20 FLOPs per sample (error 2)",
        ),
        (
            ["results/quick", "--cost", "flop"],
            "cost 'flop': the trials have no such cost; known: train_seconds, epochs, n_params, "
            "flops; did you mean 'flops'?",
        ),
        (
            ["results/quick", "--max-seconds", "-1"],
            "results/quick: --max-seconds: -1.0 is not a number above 0",
        ),
        (
            ["results/quick", "--within", "few"],
            "--within: 'few' is not a percentage from 0 to 1000, such as 5%",
        ),
        (["results/quick", "--error", "loss"], "command line: --error: a study has its own"),
        (
            ["results/quick/random/trials.nc", "--maximise"],
            "command line: --minimise or --maximise: a trials Dataset has its own",
        ),
        (["results/none"], "results/none: no such file"),
        (
            ["empty"],
            "empty: no trials.nc in it yet; needed: results/<study> of a study",
        ),
    ],
)
def test_what_is_wrong_is_told_in_a_line(
    study: Path, capsys: Printed, arguments: list[str], message: str
) -> None:
    Path("empty", "trial_files").mkdir(parents=True)
    assert refused(capsys, *arguments) == message
