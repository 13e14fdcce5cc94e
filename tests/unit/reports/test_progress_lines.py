"""The lines that tell of a study where the output is no terminal."""

from io import StringIO
from pathlib import Path

from rich.console import Console

from hsic_hpo.reports.progress_lines import Lines
from hsic_hpo.study.journal import History
from hsic_hpo.study.plan import Plan
from hsic_hpo.study.progress import RUNNING, Progress, Stage

FACTS = {"name": "told", "problem": "none", "n_hyperparameters": 2}
N_RANDOM, N_AFTER_A_RUNG = 1000, 400


def progress(n_random: int, n_after: int) -> Progress:
    stages = (
        Stage("random", n_random, N_RANDOM, int(n_random < N_RANDOM)),
        Stage("rung-1", n_after, N_AFTER_A_RUNG, int(n_random == N_RANDOM)),
    )
    history = History(Plan(FACTS, (), (2, 0), 0.0))
    return Progress(history, RUNNING, stages, ["train"], 0, 9, None, [], 0, 60.0, 60.0, 0.5, [])


def told(states: list[Progress]) -> list[str]:
    output = StringIO()
    lines = Lines(Console(file=output, width=200), Path("results/told"))
    for state in states:
        lines.update(state)
    # Without the two that say which study it is.
    return output.getvalue().splitlines()[2:]


def test_trainings_that_go_on_after_a_rung_are_told_of_as_those_before_it() -> None:
    before = told([progress(n, 0) for n in range(1, N_RANDOM + 1)])
    after = told([progress(N_RANDOM, n) for n in range(N_AFTER_A_RUNG + 1)])
    assert 20 <= len(before) <= 22
    assert 10 <= len(after) <= 12
    assert "Random, past rung 1: 200 of 400 trainings" in "\n".join(after)


def test_what_has_not_changed_is_not_said_again() -> None:
    assert len(told([progress(17, 0)] * 5)) == 1
