"""The evaluator inside Optuna: Optuna's own tests of evaluators, and studies of known truth."""

import math
from collections.abc import Callable

import optuna
import pytest
from optuna.importance import BaseImportanceEvaluator, get_param_importances
from optuna.samplers import RandomSampler, TPESampler
from optuna.testing.pytest_importance import (
    BasicImportanceEvaluatorTestCase,
    ConditionalImportanceEvaluatorTestCase,
)

import hsic_hpo as hh
from hsic_hpo.errors import InputError

FEW = "ignore:HsicImportanceEvaluator"


@pytest.mark.filterwarnings(FEW, "ignore::optuna.exceptions.ExperimentalWarning")
class TestAsOptunaTestsItsOwn(
    BasicImportanceEvaluatorTestCase, ConditionalImportanceEvaluatorTestCase
):
    @pytest.fixture
    def evaluator(self) -> Callable[..., BaseImportanceEvaluator]:
        return hh.HsicImportanceEvaluator


def several(trial: optuna.Trial) -> float:
    """Two parameters decide, three do nothing."""
    x = [trial.suggest_float(f"x{i}", 0, 1) for i in range(5)]
    return (x[0] - 0.3) ** 2 + (x[1] - 0.7) ** 2


def conditional(trial: optuna.Trial) -> float:
    """The learning rate and the optimiser decide, and its momentum where there is one."""
    optimiser = trial.suggest_categorical("optimiser", ["sgd", "adam", "rmsprop"])
    error = 0.3 * (math.log10(trial.suggest_float("lr", 1e-5, 1e-1, log=True)) + 3) ** 2
    trial.suggest_float("idle", 0, 1)
    if optimiser == "sgd":
        return error + 2 * (trial.suggest_float("momentum", 0, 1) - 0.8) ** 2
    return error + 0.3 * (optimiser == "rmsprop")


def run(objective, sampler: optuna.samplers.BaseSampler, n: int = 150, **study) -> optuna.Study:
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    found = optuna.create_study(sampler=sampler, **study)
    found.optimize(objective, n_trials=n)
    return found


@pytest.fixture(scope="module")
def of_tpe() -> optuna.Study:
    return run(several, TPESampler(seed=0))


def test_those_that_decide_stand_first_whatever_the_sampler(of_tpe: optuna.Study) -> None:
    for study in (of_tpe, run(several, RandomSampler(seed=0))):
        found = get_param_importances(study, evaluator=hh.HsicImportanceEvaluator())
        assert set(list(found)[:2]) == {"x0", "x1"}
        assert found["x0"] + found["x1"] > 0.95
        assert sum(found.values()) == pytest.approx(1.0)


def test_the_table_says_what_was_found_and_by_which_evidence(of_tpe: optuna.Study) -> None:
    adaptive = hh.HsicImportanceEvaluator().table(of_tpe).set_index("hyperparameter")
    assert adaptive.index[adaptive["found"]].sort_values().tolist() == ["x0", "x1"]
    assert adaptive["p_value"].isna().all()
    assert adaptive["importance"].sum() == pytest.approx(1.0)
    study = run(several, RandomSampler(seed=0))
    random = hh.HsicImportanceEvaluator().table(study).set_index("hyperparameter")
    assert (random.loc[["x0", "x1"], "adjusted_p_value"] < 0.05).all()
    assert random["found"].tolist() == (random["adjusted_p_value"] <= 0.05).tolist()
    assert random.loc["x0", "share_at_goal"] > random.loc["x0", "share_of_all"]


def test_how_trials_were_drawn_is_told_by_the_study_or_by_the_user(of_tpe: optuna.Study) -> None:
    evaluator = hh.HsicImportanceEvaluator()
    assert evaluator.explanation(of_tpe).attrs["way"] == "surrogate"
    assert "TPESampler" in evaluator.explanation(of_tpe).attrs["way_reason"]
    told = hh.HsicImportanceEvaluator(drawn="random").explanation(of_tpe)
    assert told.attrs["way"] == "direct"
    with pytest.raises(InputError, match=r"^drawn: 'grid'; allowed: random, adaptive"):
        hh.HsicImportanceEvaluator(drawn="grid")  # type: ignore[arg-type]


def test_conditional_parameters_are_ranked_among_the_others() -> None:
    study = run(conditional, RandomSampler(seed=1), 300)
    found = get_param_importances(study, evaluator=hh.HsicImportanceEvaluator())
    assert list(found)[-1] == "idle"
    assert set(found) == {"optimiser", "lr", "momentum", "idle"}
    table = hh.HsicImportanceEvaluator().table(study).set_index("hyperparameter")
    assert table.loc["momentum", "group"] == "optimiser = sgd"
    assert table.loc["lr", "found"]


def test_a_parameter_without_an_index_stands_at_the_end_of_the_table() -> None:
    study = run(conditional, RandomSampler(seed=1), 60)
    table = hh.HsicImportanceEvaluator().table(study)
    last = table.iloc[-1]
    assert (last["hyperparameter"], last["importance"], last["found"]) == ("momentum", 0.0, False)


def two(trial: optuna.Trial) -> tuple[float, float]:
    return trial.suggest_float("a", 0, 1), trial.suggest_float("b", 0, 1)


def test_each_of_several_objectives_has_its_own_importances_by_target() -> None:
    study = run(two, RandomSampler(seed=1), 100, directions=["minimize", "maximize"])
    evaluator = hh.HsicImportanceEvaluator()
    for objective, name in enumerate("ab"):
        found = get_param_importances(
            study, evaluator=evaluator, target=lambda trial, i=objective: trial.values[i]
        )
        assert found[name] > 0.95
    with pytest.raises(InputError, match=r"^target: missing; one is needed, as the study has 2"):
        get_param_importances(study, evaluator=evaluator)


def test_the_best_of_a_maximised_objective_are_the_highest() -> None:
    study = run(two, RandomSampler(seed=1), 100, directions=["minimize", "maximize"])
    evaluator = hh.HsicImportanceEvaluator()

    def values(target) -> str:
        table = evaluator.table(study, target=target).set_index("hyperparameter")
        return table.loc["b", "values_at_goal"]

    assert values(lambda trial: trial.values[1]).startswith("from 0.")
    assert values(lambda trial: -trial.values[1]).startswith("from 0.")
    assert values(lambda trial: 2 * trial.values[1]).startswith("up to 0.")
    single = run(lambda trial: two(trial)[1], RandomSampler(seed=1), 100, direction="maximize")
    table = evaluator.table(single).set_index("hyperparameter")
    assert table.loc["b", "values_at_goal"].startswith("from 0.")


def test_a_range_that_changed_counts_whole() -> None:
    study = run(
        lambda trial: (
            trial.suggest_float("x", 0, 1 + trial.number % 2) ** 2
            + 0 * trial.suggest_float("idle", 0, 1)
        ),
        RandomSampler(seed=0),
        80,
    )
    found = get_param_importances(study, evaluator=hh.HsicImportanceEvaluator())
    assert list(found) == ["x", "idle"]


def test_few_trials_are_ranked_with_a_warning() -> None:
    study = run(several, RandomSampler(seed=0), 20)
    with pytest.warns(UserWarning, match="^HsicImportanceEvaluator: 20 trials are few"):
        found = get_param_importances(study, evaluator=hh.HsicImportanceEvaluator())
    assert sum(found.values()) == pytest.approx(1.0)
    with pytest.raises(InputError, match="20 trials; at least 30 are needed"):
        hh.HsicImportanceEvaluator().table(study)


def test_where_nothing_can_be_said_importances_are_equal_with_a_warning() -> None:
    noise = run(
        lambda t: hash((t.suggest_float("x", 0, 1), t.number)) % 997, TPESampler(seed=0), 40
    )
    with pytest.warns(UserWarning, match="nothing can be said of these trials"):
        found = hh.HsicImportanceEvaluator().evaluate(noise)
    assert found == {"x": 0.0}


def test_names_of_parameters_are_checked(of_tpe: optuna.Study) -> None:
    evaluator = hh.HsicImportanceEvaluator()
    with pytest.raises(InputError, match=r"^params: no completed trial has z; known: x0, x1"):
        evaluator.evaluate(of_tpe, ["x0", "z"])
    with pytest.raises(TypeError, match="is not a list of names"):
        evaluator.evaluate(of_tpe, "x0")  # type: ignore[arg-type]
    assert list(evaluator.evaluate(of_tpe, ["x4", "x0"])) == ["x0", "x4"]
