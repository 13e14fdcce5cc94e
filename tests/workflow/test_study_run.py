"""The tiny study, end to end, on real trainings."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
import xarray as xr

import hsic_hpo as hh
from checkout import Checkout
from hsic_hpo.files import read_netcdf
from hsic_hpo.problems.data import read_data
from hsic_hpo.problems.registry import load_problem
from hsic_hpo.training.loading import read_facts
from hsic_hpo.trials import dataset as trials
from hsic_hpo.trials.variables import value_variable

SAME = ("u", "validation_error", "test_error", "n_params", "flops", "status", "learning_curve")


def assert_same_trials(one: Path, other: Path) -> None:
    """Compare bit for bit all that does not depend on the clock."""
    first, second = trials.read_trials(one), trials.read_trials(other)
    values = [value_variable(name) for name in trials.space(first).names]
    for name in (*SAME, *values, "trial"):
        xr.testing.assert_identical(first[name], second[name])
    assert first.attrs["data_fingerprint"] == second.attrs["data_fingerprint"]


def test_every_result_is_there(finished: Checkout) -> None:
    for name in (
        "random/trials.nc",
        "sensitivity.nc",
        "sensitivity_surrogate.nc",
        "convergence.nc",
        "tables/importance.csv",
        "selection.nc",
        "comparison.nc",
        "tables/importance.md",
        "importance_by_budget.nc",
        "tables/importance_by_budget.csv",
        "tables/importance_by_budget.md",
        "importance_by_epoch.nc",
        "tables/importance_by_epoch.csv",
        "tables/importance_by_epoch.md",
        "tables/selection.csv",
        "tables/selection.md",
        "front.nc",
        "tables/front.csv",
        "tables/front.md",
        "tables/comparison.csv",
        "tables/comparison.md",
        "tables/comparison.tex",
        "report.html",
    ):
        assert (finished.results / name).stat().st_size > 0, name
    figures = sorted(path.stem for path in (finished.results / "figures").glob("*.svg"))
    assert len(figures) == 15
    for suffix in ("pdf", "png"):
        paths = (finished.results / "figures").glob(f"*.{suffix}")
        assert sorted(path.stem for path in paths) == figures


def test_the_report_of_snakemake_has_every_figure_and_table(checkout: Checkout) -> None:
    checkout.run("--report", "report.zip")
    (archive,) = checkout.root.rglob("report.zip")
    with zipfile.ZipFile(archive) as opened:
        packed = [Path(name).name for name in opened.namelist()]
        index = next(name for name in opened.namelist() if name.endswith("/report.html"))
        page = opened.read(index).decode()
    figures = {path.name for path in (checkout.results / "figures").glob("*.svg")}
    assert len(figures) == 15
    assert {*packed} >= {*figures, "importance.csv", "selection.csv", "comparison.csv"}
    for text in (
        *("Study", "Sensitivity", "Decisions", "Search", "Impact on the worst", "Indices"),
        "What spoils a trial need not be what makes it one of the best",
    ):
        assert text in page, text


def test_networks_of_choices_take_raw_inputs_and_have_the_errors_of_their_retrainings(
    finished: Checkout,
) -> None:
    data = read_data(finished.results / "data.nc")
    paths = list(finished.results.glob("final/*/*/model.ckpt"))
    assert len(paths) == len(list(finished.results.glob("final/*/*/trials.nc"))) > 0
    for path in paths:
        facts = read_facts(path)
        with torch.no_grad():
            predicted = hh.load_model(path)(torch.from_numpy(data["x_test"].values)).numpy()
        found = load_problem(facts["problem"]).error(predicted, data["y_test"].values)
        retrained = trials.read_trials(path.with_name("trials.nc"))
        best = retrained["validation_error"].argmin(["trial", "repeat"])
        assert found == pytest.approx(float(retrained["test_error"][best]), rel=1e-5)


def test_trials_are_real_and_complete(finished: Checkout) -> None:
    dataset = trials.read_trials(finished.results / "random" / "trials.nc")
    assert dataset.sizes["trial"] == 40
    assert dataset.sizes["hyperparameter"] >= 12
    assert dataset.sizes["epoch"] == 3
    ok = dataset["status"].values[:, 0] == "ok"
    assert ok.sum() > 30
    assert np.isfinite(dataset["test_error"].values[ok]).all()
    assert (dataset["train_seconds"].values > 0).all()
    assert (dataset["flops"].values[ok] > 0).all()
    attrs = dataset.attrs
    assert attrs["study"] == "tiny"
    assert json.loads(attrs["versions"])["torch"].startswith("2.")
    assert len(attrs["code_fingerprint"]) == 16


def test_sensitivity_covers_the_space(finished: Checkout) -> None:
    dataset = read_netcdf(finished.results / "sensitivity.nc")
    space = trials.space(trials.read_trials(finished.results / "random" / "trials.nc"))
    main = dataset["hsic"].sel(group="all", target="error", subset="best")
    always = [parameter.name for parameter in space.hyperparameters if not parameter.conditions]
    assert np.isfinite(main.sel(hyperparameter=always)).all()
    assert [group.label for group in space.groups()] == list(dataset["group"].values)


def test_progress_and_four_closing_lines(finished: Checkout) -> None:
    printed = (finished.root / "printed.txt").read_text()
    assert "trials 0-10: 10/10 trainings" in printed
    assert "best validation error" in printed
    summary = (finished.results / "summary.txt").read_text()
    assert len(summary.splitlines()) == 4
    assert summary in printed
    assert "results/tiny" in summary.splitlines()[-1]


def test_results_do_not_depend_on_how_the_work_is_cut(
    fresh: Checkout, finished: Checkout, tmp_path: Path
) -> None:
    other = fresh.copy(tmp_path / "project")
    other.run("random/trials.nc", cores=1, trials_per_job=17)
    assert_same_trials(
        finished.results / "random" / "trials.nc", other.results / "random" / "trials.nc"
    )


def test_kill_9_loses_no_finished_training(
    fresh: Checkout, finished: Checkout, tmp_path: Path
) -> None:
    checkout = fresh.copy(tmp_path / "project")
    before = checkout.run_and_kill("random/trials.nc", trainings=6, trials_per_job=20)
    assert 6 <= len(before) < 40
    printed = checkout.run("random/trials.nc", trials_per_job=20)
    after = checkout.finished_trainings
    assert {path: after[path] for path in before} == before
    assert len(after) == 40
    assert "taken up from an earlier run" in printed
    assert_same_trials(
        finished.results / "random" / "trials.nc", checkout.results / "random" / "trials.nc"
    )


def test_corrupt_trial_files_are_trained_again(checkout: Checkout, finished: Checkout) -> None:
    paths = list(checkout.finished_trainings)
    paths[0].write_bytes(paths[0].read_bytes()[:50])
    altered = bytearray(paths[1].read_bytes())
    altered[len(altered) // 2] ^= 4
    paths[1].write_bytes(altered)
    for records in (checkout.results / "random" / "records").iterdir():
        records.unlink()
    checkout.run("random/trials.nc", trials_per_job=20)
    assert_same_trials(
        finished.results / "random" / "trials.nc", checkout.results / "random" / "trials.nc"
    )
    for path in paths[:2]:
        assert "sha256" in path.read_text()


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        (
            "{epochs: 3}",
            "{epochs: 0}",
            "config/tiny.yaml: training.epochs: 0 is less than the minimum of 1",
        ),
        ("study: tiny", "study: ../tiny", "config/tiny.yaml: study:"),
    ],
)
def test_a_bad_config_is_one_line_and_writes_nothing(
    fresh: Checkout, tmp_path: Path, old: str, new: str, line: str
) -> None:
    checkout = fresh.copy(tmp_path / "project")
    checkout.edit("config/tiny.yaml", old, new)
    before = sorted(checkout.root.rglob("*"))
    for command in (
        checkout.command(),
        [sys.executable, "-m", "hsic_hpo.cli", "check", "config/tiny.yaml"],
    ):
        done = subprocess.run(
            command,
            cwd=checkout.root,
            env={**checkout.environment, "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 1
        assert line in done.stderr
        assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == 1
    written = [path for path in sorted(checkout.root.rglob("*")) if path not in before]
    assert [path for path in written if ".snakemake" not in path.parts] == []


def test_a_study_without_any_good_trial_says_so_and_keeps_its_trials(
    fresh: Checkout, tmp_path: Path
) -> None:
    checkout = fresh.copy(tmp_path / "project")
    wide = "learning_rate: {type: float, range: [1.0e+6, 1.0e+7], scale: log}"
    checkout.edit("config/tiny.yaml", "space:\n", f"space:\n  {wide}\n")
    checkout.edit("config/tiny.yaml", "n_trials: 40", "n_trials: 20")
    done = subprocess.run(
        checkout.command("comparison.nc"),
        cwd=checkout.root,
        env=checkout.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "no trial to choose: all diverged or failed" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    dataset = trials.read_trials(checkout.results / "random" / "trials.nc")
    assert (dataset["status"] != "ok").all()
