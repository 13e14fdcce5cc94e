"""Studies: config, problem and space checked as a whole."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from hsic_hpo.errors import InputError
from hsic_hpo.problems.bateman import Bateman
from hsic_hpo.sensitivity.settings import AnalysisSettings
from hsic_hpo.study import study

CONFIGS = Path(__file__).parents[3] / "config"


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_the_smallest_study_is_the_default_problem(tmp_path: Path) -> None:
    read = study.read_study([write(tmp_path, "x.yaml", "study: x")])
    assert (read.name, read.seed, read.repeats) == ("x", 0, 1)
    assert read.problem_name == "bateman"
    assert read.budget == {"epochs": 60}
    assert read.problem == Bateman()
    assert read.space.to_dict() == Bateman().default_space()


@pytest.mark.parametrize("path", sorted(CONFIGS.glob("*.yaml")), ids=lambda path: path.name)
def test_configs_of_the_project_are_valid_and_named_after_their_file(path: Path) -> None:
    assert study.read_study([path]).name == path.resolve().stem


FULL = """
study: full
seed: 3
problem: {name: bateman, options: {n_species: 4, t_end: 2}}
space:
  n_layers: {type: integer, range: [1, 3]}
  initialiser: null
  batch_size: {type: categorical, levels: [32, 64], when: {n_layers: {not: 1}}}
training: {epochs: 5, repeats: 2}
random_search: {n_trials: 17}
sensitivity: {goal_fraction: 0.25, bandwidth: 0.3}
"""


def test_a_full_study(tmp_path: Path) -> None:
    read = study.read_study([write(tmp_path, "x.yaml", FULL)])
    assert (read.name, read.seed, read.repeats) == ("full", 3, 2)
    assert read.budget == {"epochs": 5}
    assert read.problem == Bateman(n_species=4, t_end=2)
    assert (read.problem.n_inputs, read.problem.n_outputs) == (6, 4)
    assert "initialiser" not in read.space.names
    assert list(read.space["n_layers"].levels) == [1, 2, 3]
    assert read.space["batch_size"].conditions[0].label == "n_layers ≠ 1"
    assert read.space.names == [n for n in Bateman().default_space() if n != "initialiser"]
    assert read.settings.sensitivity == AnalysisSettings(goal_fraction=0.25, bandwidth=0.3, seed=3)


def test_later_files_and_overrides_count_more_key_by_key(tmp_path: Path) -> None:
    first = write(
        tmp_path,
        "a.yaml",
        "study: a\nseed: 1\ntraining: {epochs: 5, repeats: 2}\nspace: {dropout_rate: null}",
    )
    second = write(
        tmp_path, "b.yaml", "study: b\ntraining: {epochs: 6}\nspace: {initialiser: null}"
    )
    read = study.read_study([first, second], {"training": {"repeats": 4}})
    assert (read.name, read.seed, read.repeats, read.budget) == ("b", 1, 4, {"epochs": 6})
    removed = set(Bateman().default_space()) - set(read.space.names)
    assert removed == {"dropout_rate", "initialiser"}
    assert study.read_study([second, first]).budget == {"epochs": 5}


@pytest.mark.parametrize(
    ("final", "budget"),
    [
        ("{}", {"epochs": 5, "max_training_flops": 1e9}),
        ("{epochs: 50}", {"epochs": 50, "max_training_flops": 1e9}),
        ("{steps: 70}", {"steps": 70, "max_training_flops": 1e9}),
        ("{max_training_flops: 1e10}", {"epochs": 5, "max_training_flops": 1e10}),
        (
            "{early_stopping: {patience: 3}}",
            {
                "epochs": 5,
                "max_training_flops": 1e9,
                "early_stopping": {"patience": 3, "min_delta": 0.0},
            },
        ),
    ],
)
def test_retrainings_have_the_budget_of_the_trainings_but_for_changes(
    tmp_path: Path, final: str, budget: dict[str, Any]
) -> None:
    text = (
        "study: a\ntraining: {epochs: 5, max_training_flops: 1e9, repeats: 2}\n"
        f"final: {{training: {final}}}"
    )
    read = study.read_study([write(tmp_path, "a.yaml", text)])
    assert read.final_budgets == [budget]
    assert read.budget == {"epochs": 5, "max_training_flops": 1e9}


def test_a_choice_is_told_the_settings_of_its_search_and_of_the_end(tmp_path: Path) -> None:
    text = "study: a\nsearch: {gpbo: {initial_trials: 7}, nsga2: {}}\nfinal: {tolerance: 0.3}"
    read = study.read_study([write(tmp_path, "a.yaml", text)])
    gpbo = {"initial_trials": 7, "tolerance": None}
    assert read.choices("gpbo") == {"lowest-error": gpbo}
    nsga2 = {"initial_trials": 0, "tolerance": 0.3}
    assert read.choices("nsga2") == {"within-30-percent": nsga2}
    assert read.choices("random") == {"lowest-error": {"initial_trials": 0, "tolerance": None}}
    assert read.search_settings("random").n_rounds == 0


def test_a_study_may_choose_in_several_ways(tmp_path: Path) -> None:
    text = (
        "study: a\nsearch: {gpbo: {}, cgpbo: {max_cost: 50}}\n"
        "final: {choose: [knee, {max_flops: 1e4}, by_method, {cheapest_within: 0.1}]}"
    )
    read = study.read_study([write(tmp_path, "a.yaml", text)])
    names = ["knee", "max-flops-10000", "lowest-error", "within-10-percent"]
    assert list(read.choices("gpbo")) == names
    limited = read.choices("cgpbo")
    # What its own way and the last one say is the same.
    assert list(limited) == ["knee", "max-flops-10000", "within-10-percent"]
    assert {told["ceiling"] for told in limited.values()} == {50.0}
    assert limited["max-flops-10000"]["limits"] == {"flops": 1e4}
    assert limited["knee"]["knee"]
    assert read.config["final"]["choose"] == [
        "knee",
        {"max_flops": 1e4},
        "by_method",
        {"cheapest_within": 0.1},
    ]


def test_overrides_are_left_alone(tmp_path: Path) -> None:
    overrides: dict[str, Any] = {"training": {"epochs": 3}}
    read = study.read_study([write(tmp_path, "x.yaml", "study: x")], overrides)
    read.config["training"]["epochs"] = 99
    assert read.budget == {"epochs": 3}
    assert overrides == {"training": {"epochs": 3}}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            "problem: {name: batemen}",
            "problem.name: 'batemen' is not a problem; known: bateman, runge, mnist, "
            "fashion-mnist, hpolib; did you mean 'bateman'?",
        ),
        (
            "problem: {options: {n_steps: 3}}",
            "problem.options.n_steps: not an option of bateman; known: n_species, "
            "n_trajectories, n_times, t_end, v_low, v_high; did you mean 'n_times'?",
        ),
        (
            "problem: {options: {t_end: 0}}",
            "problem.options.t_end: 0 is outside [0.001, 1000]",
        ),
        (
            "space: {learning_rat: {type: float, range: [0.1, 1]}}",
            "space.learning_rat: not a hyperparameter of this problem; known: n_layers, n_units, "
            "activation, initialiser, batch_normalisation, dropout, dropout_rate, batch_size, "
            "learning_rate, weight_decay, l1_penalty, decay_biases, optimizer, momentum, "
            "nesterov, beta1, beta2, amsgrad, alpha, centered, loss_function; did you "
            "mean 'learning_rate'?",
        ),
        (
            "space: {optimizer: {type: categorical, levels: [adam, nadam]}}",
            "space.momentum.when.optimizer: 'sgd' is not a value of optimizer; "
            "allowed: adam, nadam",
        ),
        ("training: {epochs: 0}", "training.epochs: 0 is less than the minimum of 1"),
    ],
)
def test_a_bad_study_is_refused_with_its_file(tmp_path: Path, text: str, line: str) -> None:
    path = write(tmp_path, "x.yaml", f"study: x\n{text}")
    with pytest.raises(InputError) as error:
        study.read_study([path])
    assert str(error.value) == f"{path}: {line}"


def test_the_config_that_another_workflow_hands_over_is_read_as_a_file_would_be(
    tmp_path: Path,
) -> None:
    text = (
        "study: x\ntraining: {max_training_flops: 1e9}\n"
        "space: {learning_rate: {type: float, range: [1e-4, 1e-1], scale: log}}"
    )
    handed_over = yaml.safe_load(text)
    # That is YAML 1.1.
    assert handed_over["training"]["max_training_flops"] == "1e9"
    read = study.study_from(handed_over, [])
    assert read.settings == study.read_study([write(tmp_path, "x.yaml", text)]).settings
    with pytest.raises(
        InputError, match=r"^config/a\.yaml: unknown key 'sead'; did you mean 'seed'"
    ):
        study.study_from({"study": "x", "sead": 1}, ["config/a.yaml"])
    with pytest.raises(InputError, match=r"^config: key 'study' is missing"):
        study.study_from({}, [])


@pytest.mark.parametrize(
    ("override", "line"),
    [
        (
            "{n_layer: 3}",
            "n_layer: not a hyperparameter of the space; known: "
            f"{', '.join(Bateman().default_space())}; did you mean 'n_layers'?",
        ),
        ("{n_layers: 11}", "n_layers: 11 is not a value of it; allowed: integers from 1 to 10"),
        ("{n_layers: null}", "n_layers: None is not a value of it; allowed: integers from 1 to 10"),
        (
            "{n_layers: [1, 3]}",
            "n_layers: [1, 3] is not a value of it; allowed: integers from 1 to 10",
        ),
        ("{dropout: 1}", "dropout: 1 is not a value of it; allowed: false, true"),
        (
            "{n_layers: {roll: optimise}}",
            "n_layers: unknown key 'roll'; allowed: role, range, scale, step, levels, weights; "
            "did you mean 'role'?",
        ),
        (
            "{n_layers: {role: fixed}}",
            "n_layers.role: 'fixed'; allowed: optimise, restrict, fine-tune; "
            "to fix it, write its value",
        ),
        (
            "{n_layers: {range: [5, 11]}}",
            "n_layers: 11 is outside the space; allowed: integers from 1 to 10",
        ),
        (
            "{n_layers: {range: [5, 5]}}",
            "n_layers.range: [5, 5] is not increasing; needed: low < high",
        ),
        (
            "{optimizer: {levels: [sgd, lion]}}",
            "optimizer: 'lion' is outside the space; allowed: sgd, adam, nadam, rmsprop",
        ),
        (
            "{optimizer: {levels: [sgd]}}",
            "optimizer.levels: ['sgd'] has too few levels; at least two needed",
        ),
    ],
)
def test_a_bad_override_is_refused_before_anything_runs(
    tmp_path: Path, override: str, line: str
) -> None:
    path = write(tmp_path, "x.yaml", f"study: x\nselection: {{override: {override}}}")
    with pytest.raises(InputError) as error:
        study.read_study([path])
    assert str(error.value) == f"{path}: selection.override.{line}"


def test_overrides_are_about_the_space_of_the_study(tmp_path: Path) -> None:
    text = "study: x\nspace: {n_layers: {type: integer, range: [1, 20]}}\n"
    path = write(tmp_path, "x.yaml", f"{text}selection: {{override: {{n_layers: 20}}}}")
    assert study.read_study([path]).settings.selection.override == {"n_layers": 20}


def test_a_refusal_names_all_sources(tmp_path: Path) -> None:
    paths = [write(tmp_path, name, "study: x") for name in ("a.yaml", "b.yaml")]
    with pytest.raises(InputError) as error:
        study.read_study(paths, {"seed": -1})
    assert str(error.value) == (
        f"{paths[0]}, {paths[1]}, overrides: seed: -1 is less than the minimum of 0"
    )


def test_no_file() -> None:
    with pytest.raises(InputError) as error:
        study.read_study([])
    assert str(error.value) == (
        "no study config given: pass one, such as --configfile config/quick.yaml"
    )


OWN = """
from hsic_hpo.problems.bateman import Bateman

class {name}(Bateman):
    pass
"""


def test_a_problem_of_one_s_own_stands_beside_the_last_config(tmp_path: Path) -> None:
    for folder, name in (("first", "First"), ("last", "Last")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / f"own_{folder}.py").write_text(OWN.format(name=name))
    (tmp_path / "last" / "own_first.py").write_text(OWN.format(name="Nearer"))
    first = write(tmp_path / "first", "a.yaml", "study: a\nproblem: {import: 'own_last:Last'}")
    last = write(tmp_path / "last", "b.yaml", "problem: {import: 'own_first:Nearer'}")
    assert type(study.read_study([last, first]).problem).__name__ == "Last"
    assert type(study.read_study([first, last]).problem).__name__ == "Nearer"
    settings = study.read_study([first, last]).settings.problem
    assert settings == {"import": "own_first:Nearer", "options": {}}


def test_jobs_look_beside_the_configs_then_where_python_does(tmp_path: Path) -> None:
    paths = [tmp_path / "a" / "x.yaml", tmp_path / "b" / "y.yaml"]
    environment = {"PYTHONPATH": "/inherited"}
    for _ in range(2):
        study.tell_jobs_where(paths, environment)
        assert environment == {
            "PYTHONPATH": "/inherited",
            "HSIC_HPO_PROBLEM_PATH": f"{tmp_path}/b:{tmp_path}/a",
        }


def test_a_module_in_a_folder_that_a_search_path_takes_for_two_is_refused(tmp_path: Path) -> None:
    module = (
        "from hsic_hpo.problems.base import FunctionProblem\n\n\n"
        "class Line(FunctionProblem):\n"
        "    name, error_name, error_units = 'line', 'height', '1'\n\n"
        "    def default_space(self):\n"
        "        return {'x': {'type': 'float', 'range': [0, 1]}}\n\n"
        "    def evaluate(self, configuration, budget, seed):\n"
        "        return dict.fromkeys(['validation_error', 'test_error'], configuration['x'])\n"
    )
    for name in ("one", "a:b"):
        (tmp_path / name).mkdir()
        write(tmp_path / name, "own_line.py", module)
    text = "study: x\nproblem: {import: 'own_line:Line'}"
    assert study.read_study([write(tmp_path / "one", "x.yaml", text)]).problem_name == "line"
    with pytest.raises(InputError, match=r"x\.yaml: problem\.import: /.*/a:b: jobs find no module"):
        study.read_study([write(tmp_path / "a:b", "x.yaml", text)])
    # A problem of the package is found wherever the config lies.
    study.read_study([write(tmp_path / "a:b", "y.yaml", "study: y")])
