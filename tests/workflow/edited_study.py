"""A study cut down to its jobs, whose sources are edited at chosen moments of a run.

Jobs are the workflow's scripts, each in a process of its own; what Snakemake decides (which jobs
have to run, with which parameters) is decided here likewise. As on a cluster, a training job reads
the config again.
"""

import importlib.util
import json
import math
import multiprocessing
import os
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from checkout import ROOT
from hsic_hpo.errors import one_line_errors
from hsic_hpo.spaces.sampling import sample
from hsic_hpo.spaces.space import Space
from hsic_hpo.study import fingerprint, submitted
from hsic_hpo.study.fingerprint import training_sources
from hsic_hpo.study.submitted import Submission, as_submitted
from hsic_hpo.trials import dataset as trials
from hsic_hpo.trials.design import make_design
from hsic_hpo.trials.variables import hyperparameter_values

SPACE = Space.from_dict({"x": {"type": "float", "range": [0, 1]}})
SLICES = ("0-3", "3-6")
N_TRIALS = 6
CONFIG = {"options": {"factor": 1}, "budget": {"epochs": 2}}
FACTORS = {"mine.py": "SLOPE = 1", "rates.py": "RATE = 1", "late.py": "LATE = 1"}
PROBLEM = """\
import time
from dataclasses import dataclass
from pathlib import Path

from hsic_hpo.problems.base import FunctionProblem
from rates import RATE

SLOPE = 1


@dataclass(frozen=True)
class Mine(FunctionProblem):
    name = "mine"
    error_name = "error"
    error_units = "1"
    factor: int = 1

    def default_space(self):
        return {"x": {"type": "float", "range": [0, 1]}}

    def evaluate(self, configuration, budget, seed):
        if Path("pause").exists():
            Path("pause").rename("paused")
            while Path("paused").exists():
                time.sleep(0.01)
        from late import LATE

        error = configuration["x"] * SLOPE * RATE * LATE * self.factor * budget["epochs"]
        return {"validation_error": error, "test_error": error}
"""

SOURCES = {
    "mine.py": PROBLEM,
    "rates.py": "RATE = 1\n",
    "late.py": "LATE = 1\n",
    "config.json": json.dumps(CONFIG),
}
EDITED = ("mine.py", "rates.py", "late.py", "src/hsic_hpo/training/function.py")


def script(name: str) -> ModuleType:
    path = ROOT / "workflow" / "scripts" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"script_{name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# Before any job is forked: none of them imports PyTorch again.
SCRIPTS = {name: script(name) for name in ("data", "train", "gather")}


@dataclass
class Edited:
    """The study in a folder of its own, with a copy of the package beside it.

    Attributes
    ----------
    root
        The folder.
    said
        What refused jobs said.
    """

    root: Path
    said: list[str] = field(default_factory=list)
    _made: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def make(cls, root: Path, monkeypatch: pytest.MonkeyPatch) -> "Edited":
        package = root / "src" / "hsic_hpo"
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(fingerprint.PACKAGE, package, ignore=ignored)
        shutil.copytree(ROOT / "workflow" / "scripts", root / "scripts", ignore=ignored)
        study = cls(root)
        for module in (fingerprint, submitted):
            monkeypatch.setattr(module, "PACKAGE", package)
        monkeypatch.setattr(submitted, "_PLACE", f"{package.parent}{os.sep}")
        for name in ("code_fingerprint", "import_closure"):
            monkeypatch.setattr(submitted, name, study._remembered(getattr(submitted, name)))
        return study

    def _remembered(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Ask again only for files of another content: for all of these jobs it takes minutes."""
        known: dict[Any, Any] = {}

        def remembered(*sources: Any) -> Any:
            texts = [path.read_bytes() for path in map(self.root.joinpath, EDITED) if path.exists()]
            key = (*map(str, sources), *texts)
            if key not in known:
                known[key] = function(*sources)
            return known[key]

        return remembered

    def clear(self) -> None:
        """Put back all sources, and forget all runs."""
        for name, text in SOURCES.items():
            (self.root / name).write_text(text)
        shutil.copyfile(ROOT / "src" / EDITED[-1].removeprefix("src/"), self.root / EDITED[-1])
        for path in [*self.root.glob("*.nc"), *self.root.glob("*.jsonl"), self.root / "paused"]:
            path.unlink(missing_ok=True)
        shutil.rmtree(self.root / "trial_files", ignore_errors=True)
        self.said.clear()
        self._made.clear()

    @property
    def config(self) -> dict[str, Any]:
        return json.loads((self.root / "config.json").read_text())

    @property
    def product(self) -> int:
        """What the sources and the config, as they are now, multiply ``x`` by."""
        found = self.config["options"]["factor"] * self.config["budget"]["epochs"]
        for name, line in FACTORS.items():
            variable = line.split()[0]
            text = (self.root / name).read_text()
            found *= int(text.split(f"{variable} = ")[1].split()[0])
        return found

    def read(self) -> tuple[Submission, dict[str, dict[str, Any]]]:
        """Read config and code as Snakemake does; return the parameters of each job."""
        config = self.config
        source = self.root / "mine.py"
        submission = Submission(self.root / "scripts", source)
        problem = {"import": "mine:Mine", "options": config["options"]}
        common = {"problem": problem, "budget": config["budget"], "seed": 3, "repeats": 1}
        common["training_code"] = submission.code(*training_sources(source))

        def code(name: str, *modules: Path) -> str:
            return submission.code(self.root / "scripts" / f"{name}.py", *modules)

        data = {"problem": problem, "seed": 3, "code": code("data", source)}
        train = submission.job("train", {**common, "code": code("train", source)})
        gather = {**common, "code": code("gather")}
        return submission, {"data": data, **dict.fromkeys(SLICES, train), "gather": gather}

    def run(self, at: Callable[[str], object] = lambda _: None) -> bool:
        """Run what has to run; tell whether all of it did.

        Parameters
        ----------
        at
            Called before each job with its name, while the first training of a job that sees the
            file ``pause`` is under way with ``"during"``, and at the end with ``"end"``.
        """
        submission, params = self.read()
        environment: dict[str, str] = {}
        submission.announce(environment)
        new = set()
        for job, given in params.items():
            at(job)
            output = self._output(job)
            stale = (job in SLICES and "data" in new) or (job == "gather" and new)
            if output.exists() and self._made.get(job) == given and not stale:
                continue
            output.unlink(missing_ok=True)
            # A job on a cluster may find no config that can be read: then it ends, too.
            mine = self.read()[1][job] if job in SLICES else given
            if not self._done(job, mine, environment, at):
                output.unlink(missing_ok=True)
                return False
            new.add(job)
            self._made[job] = given
        at("end")
        return True

    def errors(self) -> tuple[list[float], list[float]]:
        """Return ``x`` and the validation errors that were gathered."""
        dataset = trials.read_trials(self.root / "trials.nc")
        values = hyperparameter_values(dataset, "x")
        return values.tolist(), dataset["validation_error"].values[:, 0].tolist()

    def _output(self, job: str) -> Path:
        names = {"data": "data.nc", "gather": "trials.nc"}
        return self.root / names.get(job, f"{job}.jsonl")

    def _done(
        self,
        job: str,
        params: dict[str, Any],
        environment: dict[str, str],
        at: Callable[[str], object],
    ) -> bool:
        fork = multiprocessing.get_context("fork").Process(
            target=self._job, args=(job, params, environment)
        )
        fork.start()
        while fork.is_alive():
            if (self.root / "paused").exists():
                at("during")
                (self.root / "paused").unlink()
            time.sleep(0.005)
        fork.join()
        text = (self.root / "said.txt").read_text()
        if fork.exitcode != 0:
            self.said.append(text)
        return fork.exitcode == 0

    def _job(self, job: str, params: dict[str, Any], environment: dict[str, str]) -> None:
        sys.stderr = (self.root / "said.txt").open("w")
        os.environ |= environment
        os.chdir(self.root)
        sys.path.insert(0, str(self.root))
        rule = "train" if job in SLICES else ""
        try:
            with one_line_errors(), as_submitted(params, rule) as unedited:
                getattr(self, f"_{'train' if rule else job}")(job, params, unedited)
        except SystemExit as stop:
            print(stop.code, file=sys.stderr, flush=True)
            os._exit(1)
        sys.stderr.flush()

    def _data(self, _: str, params: dict[str, Any], __: Callable[[], str]) -> None:
        SCRIPTS["data"].main(problem=params["problem"], seed=3, output="data.nc")

    def _train(self, job: str, params: dict[str, Any], unedited: Callable[[], str]) -> None:
        first, stop = map(int, job.split("-"))
        SCRIPTS["train"].main(
            data="data.nc",
            design=None,
            space=SPACE.to_json(),
            first=first,
            stop=stop,
            problem=params["problem"],
            budget=params["budget"],
            repeats=1,
            seed=3,
            code_fingerprint=params["training_code"],
            folder="trial_files",
            give_up_after=0,
            tries=2,
            unedited=unedited,
            memory_limit=math.inf,
            save_every=60.0,
            networks=False,
            device="cpu",
            precision="32",
            output=f"{job}.jsonl",
        )

    def _gather(self, _: str, params: dict[str, Any], __: Callable[[], str]) -> None:
        budget = params["budget"]
        make_design(SPACE, sample(SPACE, N_TRIALS, 3), budget).to_netcdf("design.nc")
        SCRIPTS["gather"].main(
            design="design.nc",
            data="data.nc",
            records=[f"{name}.jsonl" for name in SLICES],
            study="edited",
            problem=params["problem"],
            budget=budget,
            repeats=1,
            seed=3,
            code_fingerprint=params["training_code"],
            output="trials.nc",
        )
