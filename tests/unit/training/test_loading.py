"""The network of a choice comes back: it takes raw inputs and has the error that was stored."""

import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
import torch
from torch import nn

import hsic_hpo as hh
from hsic_hpo.errors import InputError
from hsic_hpo.files import write_netcdf
from hsic_hpo.problems.data import Stamp, read_data
from hsic_hpo.problems.registry import load_problem
from hsic_hpo.spaces.space import Space
from hsic_hpo.training.budget import Budget, Patience
from hsic_hpo.training.chosen import keep_chosen
from hsic_hpo.training.export import export_onnx, export_torch
from hsic_hpo.training.jobs import Progress, train_slice
from hsic_hpo.training.loading import load_model
from hsic_hpo.training.model_file import Wanted
from hsic_hpo.training.records import network_path, write_records
from hsic_hpo.training.supervisor import MemoryShortError, OutOfJobMemory, Supervisor
from hsic_hpo.training.train import train_within
from hsic_hpo.trials.design import label_design

BATEMAN = {"name": "bateman", "options": {"n_species": 3, "n_trajectories": 64}}
LINE = {"import": "lightning_line:LineProblem"}
IMAGES = {"import": "small_images:SmallMnist", "options": {"n_train": 100}}
NETWORK = {"n_layers": 2, "n_units": 8, "batch_size": 32, "batch_normalisation": True}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


def kept(spec: dict[str, Any], folder: Path, configuration: dict[str, Any], **limits: Any) -> Any:
    """Train, and return the problem, its data as they are on disk, the record and the file."""
    problem = load_problem(spec)
    data = folder / f"{problem.name}.nc"
    if not data.exists():
        write_netcdf(problem.generate(0), data)
    path = folder / f"{problem.name}.ckpt"
    record = train_within(
        problem,
        configuration,
        problem.load(data),
        Budget(**{"epochs": 3, **limits}),
        seed=1,
        wanted=Wanted(path, {"problem": spec}),
    )
    assert record["status"] == "ok"
    return problem, read_data(data), record, path


@pytest.mark.parametrize("limits", [{}, {"epochs": 30, "early_stopping": Patience(2)}])
def test_a_dense_network_takes_raw_inputs_and_has_the_stored_test_error(
    folder: Path, limits: dict[str, Any]
) -> None:
    problem, data, record, path = kept(BATEMAN, folder, NETWORK, **limits)
    network = hh.load_model(path)
    assert isinstance(network, nn.Module)
    assert not network.training
    with torch.no_grad():
        predicted = network(torch.from_numpy(data["x_test"].values)).numpy()
    error = problem.error(predicted, data["y_test"].values)
    assert error == pytest.approx(record["test_error"], rel=1e-5)
    facts = json.loads(torch.load(path, weights_only=True)["facts"])
    assert facts["configuration"].items() >= NETWORK.items()
    assert facts["test_error"] == record["test_error"]


def test_a_network_for_images_takes_grey_values(folder: Path) -> None:
    problem, data, record, path = kept(IMAGES, folder, {"n_layers": 1, "n_units": 8})
    with torch.no_grad():
        scores = load_model(path)(torch.from_numpy(data["x_test"].values)).numpy()
    assert problem.error(scores, data["y_test"].values) == record["test_error"]


@pytest.mark.parametrize("name", ["Line", "LateLine"])
def test_a_lightning_module_comes_back_as_its_own_class(folder: Path, name: str) -> None:
    spec = {"import": f"lightning_line:{name}Problem"}
    _, _, record, path = kept(spec, folder, {"rate": 0.1})
    module = load_model(path)
    assert type(module).__name__ == name
    assert not module.training
    with torch.no_grad():
        error = 3.0 * nn.functional.l1_loss(module(torch.ones(2, 1)), torch.full((2, 1), 2.0))
    assert float(error) == pytest.approx(record["test_error"], rel=1e-6)


@pytest.mark.parametrize("spec", [BATEMAN, LINE], ids=["dense", "lightning"])
def test_exported_networks_predict_the_same_without_the_package(
    folder: Path, spec: dict[str, Any]
) -> None:
    configuration = NETWORK if spec is BATEMAN else {"rate": 0.1}
    _, data, _, path = kept(spec, folder, configuration)
    inputs = torch.rand(5, 1) if spec is LINE else torch.from_numpy(data["x_test"].values[:5])
    with torch.no_grad():
        expected = load_model(path)(inputs).numpy()
    export_torch(path, folder / "model.pt2")
    program = torch.export.load(folder / "model.pt2").module()
    np.testing.assert_allclose(program(inputs).detach().numpy(), expected, rtol=1e-5, atol=1e-6)
    export_onnx(path, folder / "model.onnx")
    session = onnxruntime.InferenceSession(folder / "model.onnx")
    (name,) = [given.name for given in session.get_inputs()]
    (found,) = session.run(None, {name: inputs.numpy()})
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


def trained(folder: Path, configurations: list[dict[str, Any]], **settings: Any) -> list[dict]:
    """Train each configuration twice, as the job of a final does."""
    space = Space.from_dict({"rate": {"type": "float", "range": [0, 1]}})
    u = np.array([space.point(one) for one in configurations])
    records = train_slice(
        lambda: (load_problem(LINE), Stamp("data")),
        "data",
        label_design(space, u, configurations, {"epochs": 2}),
        {"epochs": 2},
        n_repeats=2,
        study_seed=0,
        code_fingerprint="code",
        folder=folder / "trial_files",
        progress=Progress("trials", 4),
        **settings,
    )
    return list(records)


def networks(folder: Path) -> list[Path]:
    return sorted((folder / "trial_files").rglob("*.network"))


def test_of_each_configuration_the_network_of_the_lowest_validation_error_is_kept(
    tmp_path: Path,
) -> None:
    rates = [{"rate": 0.01}, {"rate": 0.1}]
    plain = trained(tmp_path, rates)
    assert networks(tmp_path) == []
    # The records are there: only the networks that are to be kept are trained again.
    records = trained(tmp_path, rates, networks_of=LINE)
    assert [{**one, "network": 0} for one in records] == [{**one, "network": 0} for one in plain]
    kept = [one["network"] for one in records if "network" in one]
    assert networks(tmp_path) == sorted(network_path(tmp_path / "trial_files", key) for key in kept)
    assert [("network" in one) for one in records] == [True, False, True, False]
    before = [path.stat().st_mtime_ns for path in networks(tmp_path)]
    assert trained(tmp_path, rates, networks_of=LINE) == records
    assert [path.stat().st_mtime_ns for path in networks(tmp_path)] == before

    written = tmp_path / "final" / "gpbo" / "lowest-error" / "records" / "0-2.jsonl"
    write_records(records, written)
    output = tmp_path / "final" / "gpbo" / "lowest-error" / "model.ckpt"
    keep_chosen([str(output)], [str(written)], tmp_path / "trial_files")
    best = min(records, key=lambda one: one["validation_error"])
    weight = load_model(output).weight.weight.item()
    assert 3.0 * abs(2.0 - weight) == pytest.approx(best["test_error"], rel=1e-6)

    networks(tmp_path)[0].unlink()
    networks(tmp_path)[0].unlink()
    with pytest.raises(InputError, match=r"missing; run the same command again"):
        keep_chosen([str(output)], [str(written)], tmp_path / "trial_files")
    assert not written.exists()


def test_what_a_module_adds_to_its_state_is_kept(folder: Path) -> None:
    *_, path = kept({"import": "lightning_line:CountingLineProblem"}, folder, {"rate": 0.1})
    assert load_model(path).epochs == 3


def test_the_best_epoch_of_a_module_that_adds_to_its_state_is_kept(folder: Path) -> None:
    spec = {"import": "lightning_line:CountingLineProblem"}
    limits = {"epochs": 9, "early_stopping": Patience(2)}
    # Beyond a rate of 1 the error rises from the first epoch on.
    _, _, record, path = kept(spec, folder, {"rate": 1.1, "batch_size": 12}, **limits)
    assert record["epochs"] == 3
    assert load_model(path).epochs == 1


def test_a_network_that_needs_a_larger_job_is_left_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rates = [{"rate": 0.01}, {"rate": 0.1}]
    trained(tmp_path, rates)

    def full(*_: Any) -> None:
        raise OutOfJobMemory("out of memory: 900 MB of the 800 MB of its job")

    monkeypatch.setattr(Supervisor, "train", full)
    with pytest.raises(MemoryShortError, match=r"^2 trainings ended for want of memory \(out of"):
        trained(tmp_path, rates, networks_of=LINE)


@pytest.mark.parametrize(
    ("records", "why"),
    [
        ([], "no trial of the search keeps to the limits of this choice"),
        (
            [{"reason": "loss is nan"}] * 2,
            r"none of its 2 trainings ended well: loss is nan \(2\)",
        ),
    ],
)
def test_a_choice_without_a_network_says_why(
    tmp_path: Path, records: list[dict[str, Any]], why: str
) -> None:
    written = tmp_path / "records" / "0-1.jsonl"
    write_records(records, written)
    output = tmp_path / "model.ckpt"
    keep_chosen([str(output)], [str(written)], tmp_path)
    with pytest.raises(InputError, match=rf"model\.ckpt: no network: {why}$"):
        load_model(output)


class _Trap:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return Path.touch, (Path("ran"),)  # type: ignore[return-value]


def test_a_file_that_is_no_network_is_named_and_runs_nothing(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    _, _, _, path = kept(LINE, folder, {"rate": 0.1})
    content = path.read_bytes()
    damaged = {
        "truncated": content[: len(content) // 2],
        "pickle": pickle.dumps(_Trap()),
        "empty": b"",
    }
    for name, text in damaged.items():
        Path(name).write_bytes(text)
        with pytest.raises(InputError, match=rf"^{name}: not a network that a study kept"):
            load_model(name)
    torch.save({"format": 1, "facts": _Trap()}, "objects")
    with pytest.raises(InputError, match=r"^objects: not a network"):
        load_model("objects")
    with pytest.raises(InputError, match=r"^none\.ckpt: no such file; .* a function, which has"):
        load_model("none.ckpt")
    assert not Path("ran").exists()
    loaded = torch.load(path, weights_only=True)
    loaded["state_dict"] = {"other": torch.zeros(1)}
    torch.save(loaded, "other")
    with pytest.raises(InputError, match=r"^other: its weights do not fit the network that line"):
        load_model("other")


def test_the_module_of_an_own_problem_is_found_in_the_folder_that_is_named(
    folder: Path, tmp_path: Path
) -> None:
    _, _, _, path = kept(LINE, folder, {"rate": 0.1})
    loaded = torch.load(path, weights_only=True)
    facts = json.loads(loaded["facts"]) | {"problem": {"import": "own_line:LineProblem"}}
    torch.save({**loaded, "facts": json.dumps(facts)}, tmp_path / "model.ckpt")
    with pytest.raises(InputError, match=r"no module 'own_line'"):
        load_model(tmp_path / "model.ckpt")
    (tmp_path / "own_line.py").write_text(
        "from lightning_line import LineProblem as Base\nclass LineProblem(Base): pass\n"
    )
    assert type(load_model(tmp_path / "model.ckpt", tmp_path)).__name__ == "Line"
