import atexit
import os
import sys
from dataclasses import asdict

from hsic_hpo.study import study as studies
from hsic_hpo.errors import InputError
from hsic_hpo.files import space_warning
from hsic_hpo.study import retry
from hsic_hpo.study.failed_jobs import FailedJobs
from hsic_hpo.study.fingerprint import training_sources
from hsic_hpo.study.gaps import clear_gaps, gaps_in, gaps_in_words
from hsic_hpo.study.journal import Journal
from hsic_hpo.study.locks import clear_stale_locks, is_read_only, running
from hsic_hpo.study.plan import plan_of, study_facts
from hsic_hpo.study.stops import Stops, before_the_line, command_line
from hsic_hpo.study.submitted import VARIABLE, Submission
from hsic_hpo.training.giving_up import DEFAULT_LIMIT
from hsic_hpo.training.records import training_seed
from hsic_hpo.trials.failures import commonest
from hsic_hpo.wording import counted
from snakemake.exceptions import WorkflowError
from snakemake.logging import logger

overrides = dict(workflow.config_settings.config)


def machine_setting(name, default, least):
    """Take a setting that stands in the machine's profile, as it changes no result."""
    value = str(overrides.pop(name, default))
    if not value.isdecimal() or int(value) < least:
        raise WorkflowError(
            f"{name}: {value!r} is not an integer of at least {least} (in the profile)"
        )
    return int(value)


TRIALS_PER_JOB = machine_setting("trials_per_job", 20, least=1)
GIVE_UP_AFTER = machine_setting("give_up_after", DEFAULT_LIMIT, least=0)
RETRY_FAILED = str(overrides.pop("retry_failed", False)).lower()
if RETRY_FAILED not in ("true", "false"):
    raise WorkflowError(
        f"retry_failed: {RETRY_FAILED!r}; allowed: true, false (in the profile)"
    )

try:
    STUDY = studies.read_study(workflow.configfiles, overrides)
except InputError as error:
    raise WorkflowError(str(error))

# Jobs inherit it; no path enters what a job depends on.
studies.tell_jobs_where(workflow.configfiles, os.environ)
PROBLEM_SOURCE = STUDY.problem.source
SCRIPTS = Path(workflow.basedir, "workflow", "scripts")
# What the jobs of this run are to run; they refuse anything else.
SUBMISSION = Submission(SCRIPTS, PROBLEM_SOURCE)
TRAINING_CODE = SUBMISSION.code(*training_sources(PROBLEM_SOURCE))


# Files are written aside and then renamed, which needs no locks; not all file systems have them.
os.environ.update(HDF5_USE_FILE_LOCKING="FALSE")
# Ctrl-C reaches the jobs too: they leave it to the main process, which ends them.
shell.prefix("set -euo pipefail; trap '' INT; ")


# Results, and Snakemake's own records of them, stay together: a copied folder is complete. A job
# step of SLURM starts within it already, so that a relative path would lead on from there.
workdir: Path(workflow.basedir, "results", STUDY.name)


def warn_of_full_disk(folder):
    warning = space_warning(folder)
    if warning:
        print(warning, file=sys.stderr)


if workflow.is_main_process:
    COMMAND = command_line(sys.argv, os.environ.get("STARTED_AS", ""))
    STOPS = Stops(f"results/{STUDY.name}", COMMAND)
    STOPS.listen()
    JOURNAL = Journal()
    before_the_line(JOURNAL.stop)
    READ_ONLY = is_read_only(".")
    if READ_ONLY and not workflow.output_settings.dryrun:
        raise WorkflowError(
            f"results/{STUDY.name}: not writable by you; a dry run (-n) is possible, and so are "
            "hsic-hpo watch and hsic-hpo explain"
        )
    if READ_ONLY:
        # Snakemake keeps what a dry run learns of files for the next run.
        from snakemake.persistence import PersistenceBase

        PersistenceBase.save_iocache = lambda self: None
    ALONE = not READ_ONLY and running(".") is None
    ALIVE = None if READ_ONLY else clear_stale_locks(".")
    if ALONE and not workflow.output_settings.dryrun:
        retry.COMMAND_FILE.write_text(COMMAND)
        if RETRY_FAILED == "true":
            retry.mark(Path("."))
        clear_gaps(".")
    # A full disk has no room for what the jobs would say in their logs, and may stop Snakemake
    # itself before it comes to any handler of errors.
    atexit.register(warn_of_full_disk, Path.cwd())


def no_more_tries(jobid):
    job = next(job for job in workflow.dag.jobs if workflow.dag.jobid(job) == jobid)
    job.attempt = job.restart_times + 1


def marked_for_retry(records):
    """Make the mark of `hsic-hpo retry` an input of the job that makes a file of records."""
    return lambda wildcards: retry.marked(records.format(**wildcards))


def code(script, *modules):
    """Fingerprint a script with all of the package that it runs."""
    return SUBMISSION.code(SCRIPTS / f"{script}.py", *modules)


def slices(n, per_job=TRIALS_PER_JOB):
    """Cut n trials into the slices that share a job."""
    return [f"{first}-{min(first + per_job, n)}" for first in range(0, n, per_job)]
