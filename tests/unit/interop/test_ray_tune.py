"""Folders in the form that a run of Ray 2.60 left: ``params.json`` and ``result.json`` a trial."""

import json
from pathlib import Path

import numpy as np
import pytest

from hsic_hpo.errors import InputError
from hsic_hpo.interop.sources import trials_from
from hsic_hpo.trials import dataset as trials_data

N = 40


def write(folder: Path) -> np.ndarray:
    rng = np.random.default_rng(0)
    rates = 10 ** rng.uniform(-5, -1, N)
    for i, lr in enumerate(rates):
        trial = folder / f"train_c5f67_{i:05d}_{i}_lr={lr:.4f}_2026-11-26_01-07-38"
        trial.mkdir(parents=True)
        config = {"lr": lr, "opt": {"name": ["adam", "sgd"][i % 2]}, "data": "mnist"}
        (trial / "params.json").write_text(json.dumps(config))
        (trial / "params.pkl").write_bytes(b"\x80\x04.")
        reports = [
            {"loss": lr + 1 - step, "training_iteration": step + 1, "time_total_s": 0.1 * step}
            | {"trial_id": f"c5f67_{i:05d}", "done": False, "config": config}
            for step in range(2)
        ]
        lines = [json.dumps(report) for report in reports]
        if i == 1:
            lines.append('{"loss": 3')
        if i == 2:
            (trial / "error.txt").write_text("ValueError")
            lines = lines[:1]
        if i != 3:
            (trial / "result.json").write_text("\n".join(lines))
    return rates


@pytest.mark.parametrize("place", ["", "experiment"])
def test_the_last_report_of_each_trial_counts(tmp_path: Path, place: str) -> None:
    rates = write(tmp_path / "experiment")
    trials = trials_from(tmp_path / place)
    assert trials.attrs["space_origin"] == "inferred"
    spec = trials_data.space(trials).to_dict()
    assert spec == {
        "lr": {"type": "float", "range": [1e-5, 0.1], "scale": "log"},
        "opt/name": {"type": "categorical", "levels": ["adam", "sgd"]},
    }
    error = trials_data.error(trials)
    assert list(np.flatnonzero(np.isinf(error))) == [2, 3]
    np.testing.assert_allclose(np.delete(error, [2, 3]), np.delete(rates, [2, 3]))


def test_a_folder_without_trials_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        trials_from(tmp_path)
    assert str(error.value) == (
        f"{tmp_path}: a folder without trials of Ray Tune, Keras Tuner or NNI"
    )


def test_another_file_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "trial").mkdir()
    (tmp_path / "trial" / "params.json").write_text("[1")
    with pytest.raises(InputError, match=r"params\.json: not a file of Ray Tune$"):
        trials_from(tmp_path)
