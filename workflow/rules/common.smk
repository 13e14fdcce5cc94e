import os
import sys
from dataclasses import asdict
from pathlib import Path

from hsic_hpo.study import study as studies
from hsic_hpo.errors import InputError
from hsic_hpo.study import retry
from hsic_hpo.study.before_jobs import before_jobs
from hsic_hpo.study.fingerprint import training_sources
from hsic_hpo.study.gaps import clear_gaps
from hsic_hpo.study.submitted import VARIABLE, Submission
from hsic_hpo.training.giving_up import DEFAULT_LIMIT
from hsic_hpo.training.records import training_seed
from hsic_hpo.trials.rungs import n_kept
from hsic_hpo.yaml_files import values_of_texts
from snakemake.exceptions import WorkflowError

# A run of its own reads its config files; another workflow hands its config over.
MODIFIER = workflow.modifier
MAIN = MODIFIER.is_main_snakefile()
machine = workflow.config_settings.config
overrides = dict(machine if MAIN else config)


def machine_setting(name, default, least):
    """Take a setting that stands in the machine's profile, as it changes no result."""
    value = str(overrides.pop(name, machine.get(name, default)))
    if not value.isdecimal() or int(value) < least:
        raise WorkflowError(
            f"{name}: {value!r} is not an integer of at least {least} (in the profile)"
        )
    return int(value)


TRIALS_PER_JOB = machine_setting("trials_per_job", 10, least=1)
ROUND_TRIALS_PER_JOB = machine_setting("round_trials_per_job", 6, least=1)
FINAL_TRIALS_PER_JOB = machine_setting("final_trials_per_job", 1, least=1)
GIVE_UP_AFTER = machine_setting("give_up_after", DEFAULT_LIMIT, least=0)
SAVE_STATE_EVERY = machine_setting("save_state_every", 60, least=0)
RETRY_FAILED = str(
    overrides.pop("retry_failed", machine.get("retry_failed", False))
).lower()
if RETRY_FAILED not in ("true", "false"):
    raise WorkflowError(
        f"retry_failed: {RETRY_FAILED!r}; allowed: true, false (in the profile)"
    )

try:
    # Of what --config says Snakemake has read 1e-4, and all that is nested, as text.
    STUDY = (
        studies.read_study(workflow.configfiles, values_of_texts(overrides))
        if MAIN
        else studies.study_from(overrides, workflow.configfiles)
    )
except InputError as error:
    raise WorkflowError(str(error))

# Jobs inherit it; no path enters what a job depends on.
studies.tell_jobs_where(workflow.configfiles, os.environ)
PROBLEM_SOURCE = STUDY.problem.source
# Where this process finds the results, and where a reader does.
FOLDER = Path(MODIFIER.path_modifier.replace_prefix("."))
RESULTS = f"results/{STUDY.name}" if MAIN else str(FOLDER)
SCRIPTS = Path(workflow.snakefile).parents[1] / "scripts"


def script_file(name):
    # Snakemake would copy local files, too.
    local = SCRIPTS / f"{name}.py"
    return (
        local if local.exists() else Path(workflow.source_path(f"../scripts/{name}.py"))
    )


def name_of(rule):
    """Return what a rule is called in the workflow that runs, None where that leaves it out."""
    return MODIFIER.avail_rulename(rule) and MODIFIER.modify_rulename(rule)


# What the jobs of this run are to run; they refuse anything else.
SUBMISSION = Submission(
    script_file("train").parent,
    PROBLEM_SOURCE,
    named=name_of,
)
TRAINING_CODE = SUBMISSION.code(*training_sources(PROBLEM_SOURCE))


# Files are written aside and then renamed, which needs no locks; not all file systems have them.
os.environ.update(HDF5_USE_FILE_LOCKING="FALSE")


def make_again():
    """Let this run make again what the one before could not."""
    if RETRY_FAILED == "true":
        retry.mark(FOLDER)
    clear_gaps(FOLDER)


def make_again_unless_it_runs():
    """As a part of another workflow, which may be running here already."""
    if not any(Path(".snakemake", "locks").glob("*")):
        make_again()


def marked_for_retry(records):
    """Make the mark of `hsic-hpo retry` an input of the job that makes a file of records."""
    return lambda wildcards: retry.marked(records.format(**wildcards), FOLDER)


def code(script, *modules):
    """Fingerprint a script with all of the package that it runs."""
    return SUBMISSION.code(script_file(script), *modules)


# The priority of what most other jobs wait for.
AT_ONCE = 10_000


def even_slices(n, most):
    """Cut n trials that are waited for together into slices of at most so many, alike in size."""
    return slices(n, -(-n // -(-n // most)))


def slices(n, per_job=TRIALS_PER_JOB):
    """Cut n trials into the slices that share a job."""
    return [f"{first}-{min(first + per_job, n)}" for first in range(0, n, per_job)]
