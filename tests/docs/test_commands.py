"""Every command that a page, a comment or ``make help`` shows works as it is written.

It runs letter by letter in a copy of the project. Only the size of a study is cut, by the configs:
where a command names one, the tiny study stands, most of which is computed already.
"""

import shutil
from collections.abc import Callable
from pathlib import Path

import optuna
import pandas as pd
import pytest
import yaml

from hsic_hpo.cli import main
from pages import ROOT, SETTINGS, advertised
from project import Project
from scripts_of_docs import load

MY_STUDY = "config/my_study.yaml"
ADVERTISED = advertised()
publish = load("publish").publish


def in_the_folder_of_tests(project: Project) -> None:
    project.place(".test/config/config.yaml")
    shutil.copytree(
        project.results, project.root / ".test", copy_function=shutil.copyfile, dirs_exist_ok=True
    )


def the_tiny_study(path: str) -> Callable[[Project], None]:
    return lambda project: project.place(path)


def quick(project: Project) -> None:
    """The first study, of which the end is missing."""
    project.place("config/quick.yaml")
    (project.results / "summary.txt").unlink()


def example(project: Project) -> None:
    """The example with the few trials that other tests have trained, gathered."""
    project.edit("examples/digits/digits.yaml", "n_trials: 100", "n_trials: 12")
    project.edit("workflow/profiles/default/config.yaml", "cores: all", "until: [gather]\ncores: 2")


def another_profile(project: Project) -> None:
    project.place("config/quick.yaml")
    shutil.copytree(project.root / "workflow/profiles/default", project.root / "folder")


def two_configs(project: Project) -> None:
    project.place("a.yaml")
    project.place("b.yaml", "seed: 3\n")


def toy(project: Project) -> None:
    project.edit("config/toy.yaml", "n_draws: 10000", "n_draws: 2000")


def results_of_quick(project: Project) -> None:
    project.take_results("quick")


def results_of_bateman(project: Project) -> None:
    project.take_results("bateman")


def published(project: Project) -> None:
    """A single reference study, drawn already, and a page that shows it."""
    shutil.rmtree(project.root / "results" / "reference", ignore_errors=True)
    project.take_results("reference/bateman")
    reference = project.root / "results" / "reference" / "bateman"
    publish(project.results, reference)
    # The tiny study has no searches.
    shutil.rmtree(reference / "final")
    # Empty, though newer than what it is made of: archives keep no times.
    (reference / "findings.md").write_text("")
    (project.root / "docs" / "studies.md").unlink()
    project.place("config/bateman.yaml")
    project.place(
        "README.md", "<!-- begin results/reference/bateman/findings.md -->\n<!-- end -->\n"
    )


def results_of_my_study(project: Project) -> None:
    project.take_results("my_study")


def network_of_my_study(project: Project) -> None:
    results_of_my_study(project)
    final = project.root / "results" / "my_study" / "final"
    (model,) = final.glob("random/*/model.ckpt")
    (final / "gpbo" / "lowest-error").mkdir(parents=True)
    shutil.copy(model, final / "gpbo" / "lowest-error")


def table_and_space(project: Project) -> None:
    space = {
        "learning_rate": {"type": "float", "range": [1e-4, 1e-1], "scale": "log"},
        "n_units": {"type": "integer", "range": [8, 64]},
    }
    project.place("space.yaml", yaml.safe_dump(space))
    trials = [(1e-4 * 1.12**i, 8 + i % 57, abs(i - 30), i % 7) for i in range(60)]
    columns = ["learning_rate", "n_units", "validation_loss", "seconds"]
    pd.DataFrame(trials, columns=columns).to_csv(project.root / "trials.csv", index=False)


def table_and_sweep(project: Project) -> None:
    table_and_space(project)
    parameters = {
        "learning_rate": {"distribution": "log_uniform_values", "min": 1e-4, "max": 1e-1},
        "n_units": {"min": 8, "max": 64},
    }
    project.place("sweep.yaml", yaml.safe_dump({"method": "random", "parameters": parameters}))


def optuna_study(project: Project) -> None:
    verbosity = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(
        storage=f"sqlite:///{project.root / 'study.db'}",
        study_name="my_study",
        sampler=optuna.samplers.RandomSampler(seed=0),
    )
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1) ** 2, n_trials=60)
    optuna.logging.set_verbosity(verbosity)


# What is put in place for each command, and what it prints or writes.
COMMANDS: dict[str, tuple[Callable[[Project], None] | None, str]] = {
    "make help": (None, "cluster-test"),
    "make study": (quick, "results/tiny/summary.txt"),
    f"make study CONFIG={MY_STUDY}": (the_tiny_study(MY_STUDY), "Study tiny: 40 random trials"),
    "make study CONFIG=config/mnist-paper.yaml": (
        the_tiny_study("config/mnist-paper.yaml"),
        "Study tiny",
    ),
    "make study CONFIG=examples/digits/digits.yaml": (example, "results/digits/random/trials.nc"),
    "make study CONFIG=examples/fashion/fashion.yaml": (
        the_tiny_study("examples/fashion/fashion.yaml"),
        "Study tiny",
    ),
    "make study CORES=8": (the_tiny_study("config/quick.yaml"), "Study tiny"),
    "make study PROFILE=folder": (another_profile, "Study tiny"),
    "make check": (None, "Study quick: 300 random trials"),
    f"make check CONFIG={MY_STUDY}": (the_tiny_study(MY_STUDY), "Study tiny"),
    f"hsic-hpo check --train {MY_STUDY}": (the_tiny_study(MY_STUDY), "test error"),
    "hsic-hpo --help": (None, "watch"),
    f"hsic-hpo check {MY_STUDY}": (the_tiny_study(MY_STUDY), "Study tiny"),
    f"hsic-hpo run {MY_STUDY}": (the_tiny_study(MY_STUDY), "Nothing to be done"),
    "hsic-hpo run config/mnist-paper.yaml random/trials.nc": (
        the_tiny_study("config/mnist-paper.yaml"),
        "Nothing to be done",
    ),
    f"snakemake --logger hsic-hpo --configfile {MY_STUDY}": (
        the_tiny_study(MY_STUDY),
        "Nothing to be done",
    ),
    "hsic-hpo watch results/my_study": (results_of_my_study, "100 %, all done"),
    "hsic-hpo explain results/my_study": (results_of_my_study, "40 of 40 random trials"),
    "hsic-hpo analyse trials.csv": (table_and_space, "Space, inferred"),
    "hsic-hpo retry results/my_study": (results_of_my_study, "No training failed"),
    "hsic-hpo export results/my_study/final/gpbo/lowest-error/model.ckpt --torch model.pt2": (
        network_of_my_study,
        "Wrote model.pt2",
    ),
    "hsic-hpo export results/my_study/final/gpbo/lowest-error/model.ckpt --onnx model.onnx": (
        network_of_my_study,
        "Wrote model.onnx",
    ),
    "make toy": (toy, "results/toy/tables/toy.md"),
    "make publish STUDY=bateman": (
        results_of_bateman,
        "results/reference/bateman/searches.tar.xz",
    ),
    "make reference": (published, "results/reference/bateman/findings.md"),
    "make clean": (None, "results/tiny/summary.txt"),
    "snakemake -n": (the_tiny_study("config/config.yaml"), "Nothing to be done"),
    "snakemake --cores 2": (the_tiny_study("config/config.yaml"), "Nothing to be done"),
    "snakemake --cores 2 --directory .test": (in_the_folder_of_tests, "Nothing to be done"),
    "snakemake --configfile config/quick.yaml -n": (
        the_tiny_study("config/quick.yaml"),
        "Nothing to be done",
    ),
    "snakemake --configfile a.yaml b.yaml": (two_configs, "Nothing to be done"),
    "snakemake --report report.zip --configfile config/quick.yaml": (
        the_tiny_study("config/quick.yaml"),
        "results/tiny/report.zip",
    ),
    ".venv/bin/hsic-hpo analyse trials.csv": (table_and_space, "Space, inferred"),
    ".venv/bin/hsic-hpo analyse trials.csv --space space.yaml --error validation_loss "
    "--cost seconds": (table_and_space, "What a search should do"),
    ".venv/bin/hsic-hpo analyse study.db --report report.html --figures figures": (
        optuna_study,
        "Wrote figures/importance.svg",
    ),
    ".venv/bin/hsic-hpo analyse --optuna sqlite:///study.db --study my_study": (
        optuna_study,
        "60 trials",
    ),
    ".venv/bin/hsic-hpo analyse trials.csv --error validation_loss --space sweep.yaml": (
        table_and_sweep,
        "60 trials",
    ),
    ".venv/bin/hsic-hpo analyse trials.csv --error validation_loss --write-space space.json": (
        table_and_space,
        "Wrote space.json",
    ),
    ".venv/bin/hsic-hpo choose results/quick": (
        results_of_quick,
        "Chosen: cheapest within 10 % of the lowest error",
    ),
    ".venv/bin/hsic-hpo choose results/quick --max-flops 1e4": (
        results_of_quick,
        "Chosen: lowest error, at most 10000 FLOPs per sample",
    ),
    ".venv/bin/hsic-hpo choose results/quick --within 5% --yaml": (
        results_of_quick,
        "# cheapest within 5 % of the lowest error",
    ),
    ".venv/bin/hsic-hpo choose trials.csv --error validation_loss --cost seconds --knee": (
        table_and_space,
        "Chosen: knee",
    ),
    ".venv/bin/python -m pytest tests/unit/spaces": (None, " passed in "),
    "pip install .": (None, "Would install hsic_hpo"),
    ".venv/bin/pip install '.[optuna]'": (None, "Would install hsic_hpo"),
    ".venv/bin/pip install '.[hpolib]'": (None, "Would install hsic_hpo"),
    "pip install '.[all]'": (None, "Would install hsic_hpo"),
    "pip install '.[report]'": (None, "Would install hsic_hpo"),
    "pip install '.[training,workflow,report]'": (None, "Would install hsic_hpo"),
}
CLUSTER = ("tests/cluster/cluster_runs.py", 'PROFILE = "workflow/profiles/slurm"')
BY_HAND = "checked by hand: the top of the profile says how far"
# What cannot run within a test: the file that runs it instead, and what stands there. Of `make`,
# what it would do is asked here as well.
ELSEWHERE: dict[str, tuple[str, str]] = {
    "make test": (".ci/run", "make test"),
    "make lint": (".ci/run", "make lint"),
    "make lint test": (".ci/run", "make lint"),
    "make docs": ("tests/docs/test_site.py", '"mkdocs", "build", "--strict"'),
    "make cluster-test": (".ci/run", "make cluster-test"),
    # It ends with an error for the one finding that stays.
    "snakemake --lint": ("Makefile", "tests/workflow/lint.py"),
    "snakedeploy deploy-workflow /path/to/hsic_hpo my_project --branch main --name hsic_hpo": (
        "tests/workflow/test_module.py",
        '"deploy-workflow", clone.root, root, "--branch", "main"',
    ),
    "ln -s /path/to/hsic_hpo/workflow my_project/workflow/workflow": (
        "tests/workflow/test_module.py",
        '(root / "workflow" / "workflow").symlink_to(clone.root / "workflow")',
    ),
    "make chaos": ("tests/workflow/test_chaos.py", "CHAOS_KILLS"),
    # It measures for long; all that it does is to run these.
    "make bench": ("Makefile", "for benchmark in benchmarks/*.py"),
    f"make study CONFIG={MY_STUDY} PROFILE=workflow/profiles/slurm": CLUSTER,
    "make study PROFILE=workflow/profiles/slurm": CLUSTER,
    f"make study CONFIG={MY_STUDY} PROFILE=workflow/profiles/cluster-generic": (
        "workflow/profiles/cluster-generic/config.yaml",
        "Checked with a stand-in for qsub",
    ),
    ".venv/bin/pip install snakemake-executor-plugin-cluster-generic": (
        "workflow/profiles/cluster-generic/config.yaml",
        "Checked with a stand-in for qsub",
    ),
    f"make study CONFIG={MY_STUDY} PROFILE=workflow/profiles/kubernetes": (
        "workflow/profiles/kubernetes/config.yaml",
        "no job has run",
    ),
    ".venv/bin/pip install snakemake-executor-plugin-kubernetes snakemake-storage-plugin-s3": (
        "workflow/profiles/kubernetes/config.yaml",
        "no job has run",
    ),
}


@pytest.mark.parametrize("command", ADVERTISED)
def test_a_test_runs_what_is_advertised(command: str) -> None:
    assert command in COMMANDS or command in ELSEWHERE


def test_nothing_is_run_that_no_page_shows() -> None:
    assert COMMANDS.keys() | ELSEWHERE.keys() <= set(ADVERTISED)
    assert not COMMANDS.keys() & ELSEWHERE.keys()


@pytest.mark.parametrize("command", COMMANDS)
def test_it_works_as_it_is_written(
    command: str, project: Project, request: pytest.FixtureRequest
) -> None:
    prepare, expected = COMMANDS[command]
    if prepare is not None:
        prepare(project)
    if prepare is example:
        stored = Path("results", "digits", "trial_files")
        shutil.copytree(request.getfixturevalue("digits").root / stored, project.root / stored)
    printed = project.shell(command)
    if expected.startswith("results/"):
        assert (project.root / expected).stat().st_size > 0
    else:
        assert expected in printed
    assert "does not provide the extra" not in printed


@pytest.mark.parametrize("command", ELSEWHERE)
def test_what_cannot_run_here_runs_elsewhere(command: str, unused: Project) -> None:
    path, text = ELSEWHERE[command]
    assert text in (ROOT / path).read_text(encoding="utf-8")
    if command.startswith("make "):
        unused.place(MY_STUDY)
        assert unused.shell(command, MAKEFLAGS="n")


@pytest.mark.parametrize("path", [path for path in SETTINGS if "profiles" not in path])
def test_every_config_of_the_project_is_valid(
    path: str, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["check", str(ROOT / path)])
    name = yaml.safe_load((ROOT / path).read_text())["study"]
    assert capsys.readouterr().out.startswith(f"Study {name}: ")
