"""``hsic-hpo check``: tell whether a study config is right, and whether its trainings work."""

import argparse

from hsic_hpo.study import study
from hsic_hpo.study.retrainings import final_budgets
from hsic_hpo.trials.retrained import trained_for
from hsic_hpo.wording import counted, number, with_units


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to those of the program."""
    parser = commands.add_parser(
        "check",
        help="check a study config without running it",
        description="Check a study config: what is wrong is said in one line.",
    )
    parser.add_argument("config", nargs="+", help="YAML file; a later one overrides an earlier")
    parser.add_argument(
        "--train", action="store_true", help="also train a random configuration for one step"
    )
    parser.set_defaults(run=_check)


def _check(options: argparse.Namespace) -> None:
    checked = study.read_study(options.config)
    print(describe(checked))
    if options.train:
        _train(checked, ", ".join(options.config))


def describe(checked: study.Study) -> str:
    """Say in one line what a study is."""
    groups = len(checked.space.groups()) - 1
    return (
        f"Study {checked.name}: {checked.settings.random_search.n_trials} random trials of "
        f"{counted(len(checked.space), 'hyperparameters')} "
        f"({counted(groups, 'conditional groups')}) "
        f"on {checked.problem_name}"
    )


def _train(checked: study.Study, where: str) -> None:
    # PyTorch takes seconds to load.
    from hsic_hpo.training.trial_run import try_trainings

    # All searches train alike.
    searches = checked.settings.training.budget
    budgets = {"searches": searches}
    finals = final_budgets(checked.settings)
    for budget in finals:
        if budget != searches:
            length = f", {trained_for(budget.to_dict())}" if len(finals) > 1 else ""
            budgets[f"retrainings{length}"] = budget
    kind = checked.problem
    records = try_trainings(kind, checked.space, budgets, checked.seed, where)
    for purpose, record in records.items():
        print(
            f"A training of one step ({purpose}): validation error "
            f"{number(record['validation_error'])}, test error {number(record['test_error'])}, "
            f"{with_units(kind.error_name, kind.error_units)}"
        )
