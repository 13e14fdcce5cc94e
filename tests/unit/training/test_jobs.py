"""A job trains each configuration once, keeps it at once, and says how far it is."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hsic_hpo.problems.registry import load_problem
from hsic_hpo.spaces.sampling import sample as draw
from hsic_hpo.spaces.space import Space
from hsic_hpo.training import jobs
from hsic_hpo.training.records import store
from hsic_hpo.trials import design

PROBLEM = load_problem(
    {"name": "bateman", "options": {"n_species": 3, "n_trajectories": 64}}, "problem"
)
SPACE = Space.from_dict({"n_layers": {"type": "integer", "range": [1, 8]}})
DESIGN = design.make_design(SPACE, draw(SPACE, 4, seed=0), {"epochs": 2})


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Any:
    path = tmp_path_factory.mktemp("data") / "data.nc"
    PROBLEM.generate(seed=0).to_netcdf(path)
    return PROBLEM.load(path)


def run(data: Any, folder: Path, code: str = "code", stop_after: int = 99) -> list[dict[str, Any]]:
    progress = jobs.Progress("trials 0-4", 8)
    rows = []
    for row in jobs.train_slice(
        lambda: (PROBLEM, data),
        data.fingerprint,
        DESIGN,
        {"epochs": 2},
        n_repeats=2,
        study_seed=0,
        code_fingerprint=code,
        folder=folder,
        progress=progress,
    ):
        rows.append(row)
        if len(rows) == stop_after:
            break
    return rows


def test_each_trial_and_repeat_is_trained_with_a_seed_of_its_own(data: Any, tmp_path: Path) -> None:
    rows = run(data, tmp_path)
    assert [(row["trial"], row["repeat"]) for row in rows] == [
        (name, repeat) for name in DESIGN["trial"].values for repeat in range(2)
    ]
    errors = [row["validation_error"] for row in rows]
    assert len(set(errors)) == 8
    assert np.isfinite(errors).all()


def test_an_interrupted_job_goes_on_where_it_stopped(
    data: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(data, tmp_path / "a", stop_after=3)
    kept = {path: path.stat().st_mtime_ns for path in (tmp_path / "a").rglob("[!.]*.json")}
    # The repeats of a configuration are trained together.
    assert len(kept) == 4
    capsys.readouterr()
    resumed = run(data, tmp_path / "a")
    assert "4 taken up from an earlier run" in capsys.readouterr().err.splitlines()[-1]
    assert all(path.stat().st_mtime_ns == time for path, time in kept.items())
    whole = run(data, tmp_path / "b")
    for one, other in zip(resumed, whole, strict=True):
        assert {**one, "train_seconds": 0} == {**other, "train_seconds": 0}


def test_what_another_job_finished_meanwhile_is_taken_up(
    data: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def wait(path: Path, key: str) -> Iterator[None]:
        assert path == tmp_path / ".lock"
        store({"status": "failed", "of": key}, tmp_path, key)
        yield

    monkeypatch.setattr(jobs, "exclusive", wait)
    rows = run(data, tmp_path)
    assert [row["status"] for row in rows] == ["failed"] * 8
    assert len({row["of"] for row in rows}) == 8


def test_other_code_trains_again(data: Any, tmp_path: Path) -> None:
    run(data, tmp_path)
    run(data, tmp_path, code="changed")
    assert len(list(tmp_path.rglob("[!.]*.json"))) == 16


def test_progress_says_how_far_how_well_how_long() -> None:
    progress = jobs.Progress("trials 0-4", 4, finished=3, resumed=1, bad=1, best=0.12345)
    progress._start = 100.0
    assert progress.line(110.0) == (
        "trials 0-4: 3/4 trainings, 1 taken up from an earlier run, 1 diverged or failed, "
        "best validation error 0.123, 5 s left"
    )
    progress.finished = 4
    assert progress.line(112.0).endswith("done in 12 s")
