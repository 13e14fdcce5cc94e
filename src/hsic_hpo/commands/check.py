"""``hsic-hpo check``: is a study config right?"""

import argparse

from hsic_hpo.study import study
from hsic_hpo.wording import counted


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to those of the program."""
    parser = commands.add_parser("check", help="check a study config without running it")
    parser.add_argument("config", nargs="+", help="YAML file; a later one overrides an earlier")
    parser.set_defaults(run=_check)


def _check(options: argparse.Namespace) -> None:
    checked = study.read_study(options.config)
    groups = len(checked.space.groups()) - 1
    print(
        f"Study {checked.name}: {checked.settings.random_search.n_trials} random trials of "
        f"{counted(len(checked.space), 'hyperparameters')} "
        f"({counted(groups, 'conditional groups')}) "
        f"on {checked.problem_name}"
    )
