import atexit
import os
import sys
from dataclasses import asdict

from hsic_hpo.study import study as studies
from hsic_hpo.errors import InputError
from hsic_hpo.files import space_warning
from hsic_hpo.study.fingerprint import training_sources
from hsic_hpo.study.locks import clear_stale_locks
from hsic_hpo.study.submitted import VARIABLE, Submission
from hsic_hpo.training.records import training_seed
from snakemake.exceptions import WorkflowError

# How many trials share a job decides only how the work is cut up: a setting of the machine's
# profile, not of the study.
overrides = dict(workflow.config_settings.config)
trials_per_job = str(overrides.pop("trials_per_job", 20))
if not trials_per_job.isdecimal() or int(trials_per_job) < 1:
    raise WorkflowError(
        f"trials_per_job: {trials_per_job!r} is not an integer of at least 1 (in the profile)"
    )
TRIALS_PER_JOB = int(trials_per_job)

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


# Results, and Snakemake's own records of them, stay together: a copied folder is complete. A job
# step of SLURM starts within it already, so that a relative path would lead on from there.
workdir: Path(workflow.basedir, "results", STUDY.name)


def warn_of_full_disk(folder):
    warning = space_warning(folder)
    if warning:
        print(warning, file=sys.stderr)


if workflow.is_main_process:
    ALIVE = clear_stale_locks(".")
    # A full disk has no room for what the jobs would say in their logs, and may stop Snakemake
    # itself before it comes to any handler of errors.
    atexit.register(warn_of_full_disk, Path.cwd())


def code(script, *modules):
    """Fingerprint a script with all of the package that it runs."""
    return SUBMISSION.code(SCRIPTS / f"{script}.py", *modules)


def slices(n, per_job=TRIALS_PER_JOB):
    """Cut n trials into the slices that share a job."""
    return [f"{first}-{min(first + per_job, n)}" for first in range(0, n, per_job)]
