"""The workflow as a module of another one: deployed by snakedeploy, run from that one's folder.

The study is wide enough to hold trainings that diverge, which are data.
"""

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from textwrap import indent

import numpy as np
import pytest

from checkout import CONFIG, Checkout
from dry_runs import dry_run
from hsic_hpo.trials import dataset as trials
from pages import all_blocks
from shared_folders import made_once

# As the page shows it.
(SNAKEFILE,) = [
    block.text for block in all_blocks("text") if block.heading == "In a workflow of your own"
]
# Snakemake reads YAML 1.1, which takes 1e-4 for text.
STUDY = (
    CONFIG.replace("study: tiny", "study: my_study")
    .replace("space:\n", "space:\n  learning_rate: {type: float, range: [1e-4, 1e7], scale: log}\n")
    .replace("n_trials: 40", "n_trials: 20")
)


@dataclass
class Project:
    """Somebody's project, and the clone that it was deployed from."""

    root: Path
    clone: Checkout

    @property
    def results(self) -> Path:
        return self.root / "results" / "my_study"

    def planned(self) -> dict[str, int]:
        printed = dry_run(["--quiet", "rules"], self.root, self.clone.environment)
        counts = re.findall(r"^(\w+) +(\d+)$", printed.split("Job stats:")[-1], re.MULTILINE)
        return {rule: int(count) for rule, count in counts}


def deploy(clone: Checkout, root: Path) -> Project:
    """Do what the page says."""
    program = Path(sys.executable).with_name("snakedeploy")
    command = [program, "deploy-workflow", clone.root, root, "--branch", "main"]
    subprocess.run([*command, "--name", "hsic_hpo"], check=True, capture_output=True)
    (root / "workflow" / "workflow").symlink_to(clone.root / "workflow")
    return Project(root, clone)


@pytest.fixture(scope="module")
def clone(fresh: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    copied = fresh.copy(tmp_path_factory.mktemp("deployed") / "hsic_hpo")
    (copied.root / "profiles").symlink_to(Path("workflow", "profiles"))
    return copied


@pytest.fixture(scope="module")
def project(clone: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with a rule of its own, which has run."""

    def make(root: Path) -> None:
        made = deploy(clone, root)
        text = SNAKEFILE.replace("/path/to/hsic_hpo", str(clone.root))
        (root / "workflow" / "Snakefile").write_text(text)
        text = f"of_mine: [a, b]\nhsic_hpo:\n{indent(STUDY, '  ')}"
        (root / "config" / "config.yaml").write_text(text)
        done = subprocess.run(
            [sys.executable, "-m", "snakemake", "--cores", "2"],
            cwd=made.root,
            env=clone.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    return Project(made_once(tmp_path_factory, "my_project", make), clone)


def test_what_snakedeploy_writes_plans_the_study_of_the_clone(
    clone: Checkout, tmp_path: Path
) -> None:
    deployed = deploy(clone, tmp_path / "project")
    planned = deployed.planned()
    assert (planned["train_rung"], planned["all"]) == (52, 1)


def test_results_lie_in_the_folder_that_uses_it_beside_its_own(project: Project) -> None:
    for name in ("random/trials.nc", "report.html", "summary.txt", "figures/importance.pdf"):
        assert (project.results / name).stat().st_size > 0, name
    assert (project.root / "best.csv").read_text().startswith("source,method,")
    assert {path.name for path in project.root.iterdir()} == {
        *("config", "profiles", "workflow", "results", "best.csv", ".snakemake"),
    }
    assert [path.name for path in (project.root / "results").iterdir()] == ["my_study"]
    # It is named as its owner finds it.
    assert "results/my_study" in (project.results / "summary.txt").read_text().splitlines()[-1]


def test_nothing_is_written_beside_the_workflow(project: Project) -> None:
    assert not (project.clone.root / "results").exists()
    assert not list(project.clone.root.rglob(".snakemake"))


def test_nothing_is_left_to_do_and_a_retry_is_planned(project: Project) -> None:
    assert project.planned() == {}
    mark = project.results / "random" / "records" / "0-10.retry"
    mark.touch()
    planned = project.planned()
    mark.unlink()
    assert planned["hsic_train"] == 1


def test_diverging_trials_are_data(project: Project) -> None:
    dataset = trials.read_trials(project.results / "random" / "trials.nc")
    diverged = dataset["status"].values == "diverged"
    assert diverged.any()
    assert not diverged.all()
    assert np.isinf(trials.error(dataset)[diverged[:, 0]]).all()
    assert "diverged" in (project.results / "summary.txt").read_text()
