"""On SLURM too no configuration stops a study, and a run is what was submitted."""

from collections.abc import Callable

import pytest

from cluster_runs import Run
from hsic_hpo.trials import dataset as trials
from hsic_hpo.trials.variables import hyperparameter_values
from slurm_cluster import wait_until
from wild_study import BAD, assert_named, make_wild

DEVOURS = 33
WORSE = {**BAD, DEVOURS: "devour"}


@pytest.fixture(scope="module")
def wild(make_run: Callable[..., Run]) -> Run:
    """A study of 60 trials in two jobs, of which six are bad; one devours all memory."""
    run = make_run(mem_mb="1200 * attempt")
    # A machine with other work takes its time to devour so much.
    make_wild(run.checkout, WORSE, max_seconds=10)
    run.finish(run.start(trials_per_job=30))
    return run


def test_six_bad_configurations_of_sixty_are_named_and_cost_no_other(wild: Run) -> None:
    assert_named(wild.trials, WORSE)
    assert [len(times) for times in wild.seen.values()] == [1] * 60


def test_a_job_with_more_memory_tries_again_what_needed_it(wild: Run) -> None:
    dataset = trials.read_trials(wild.trials)
    reason = str(dataset["reason"].values[DEVOURS, 0])
    limit = 1200 * len(wild.jobs(30))
    assert reason.endswith(f"of the {limit} MB of its job")
    # SLURM, which looks at the memory every few seconds, may end a job before it ends itself; the
    # next one then goes on.
    assert len(wild.jobs(0)) == 1
    assert len(wild.jobs(30)) in (2, 3)
    assert "tried again by the next job, which may have more" in wild.log(wild.jobs(30)[0])


def test_edits_under_way_make_no_trial_wrong(make_run: Callable[..., Run]) -> None:
    run = make_run(retries=0)
    make_wild(run.checkout, {}, seconds=1, max_seconds=60)
    process = run.start(trials_per_job=30)
    wait_until(lambda: len(run.look()) >= 4, "some are trained")
    config = run.checkout.config.read_text()
    run.checkout.edit("config/tiny.yaml", "epochs: 1", "epochs: 2")
    run.checkout.edit("config/wild.py", "x**3", "x**2")
    process.wait(120)
    assert process.returncode != 0
    assert "edited while the study ran" in run.log(run.jobs(0)[0])
    run.checkout.config.write_text(config)
    run.finish(run.start(trials_per_job=30))
    dataset = trials.read_trials(run.trials)
    expected = [float(x) ** 2 / 7 for x in hyperparameter_values(dataset, "x")]
    assert dataset["validation_error"].values[:, 0].tolist() == expected
