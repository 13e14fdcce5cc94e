# What a study does that is a run of its own, and no part of another workflow.
import atexit

from hsic_hpo.files import space_warning
from hsic_hpo.study.calm_scheduler import calm_scheduler
from hsic_hpo.study.failed_jobs import FailedJobs
from hsic_hpo.study.forked_jobs import ForkedJobs
from hsic_hpo.study.gaps import gaps_in, gaps_in_words
from hsic_hpo.study.journal import Journal
from hsic_hpo.study.locks import (
    clear_stale_locks,
    is_read_only,
    note_run,
    running,
    warn_of_run,
)
from hsic_hpo.study.place import check_place, check_room
from hsic_hpo.study.plan import plan_of, study_facts
from hsic_hpo.study.stops import Stops, before_the_line, command_line
from hsic_hpo.trials.failures import commonest
from hsic_hpo.wording import counted
from snakemake.logging import logger
from snakemake.script import PythonScript

# Ctrl-C reaches the jobs too: they leave it to the main process, which ends them.
shell.prefix("set -euo pipefail; trap '' INT; ")


# Results, and Snakemake's own records of them, stay together: a copied folder is complete. A job
# step of SLURM starts within it already, so that a relative path would lead on from there.
PLACE = Path(workflow.snakefile).parents[2] / "results" / STUDY.name
try:
    check_place(PLACE, sys.executable)
except InputError as error:
    raise WorkflowError(str(error))


workdir: PLACE


def warn_of_full_disk(folder):
    warning = space_warning(folder)
    if warning:
        print(warning, file=sys.stderr)


if workflow.is_main_process:
    COMMAND = command_line(sys.argv, os.environ.get("STARTED_AS", ""))
    STOPS = Stops(RESULTS, COMMAND)
    STOPS.listen()
    JOURNAL = Journal()
    before_the_line(JOURNAL.stop)
    FORKED_JOBS = ForkedJobs()
    READ_ONLY = is_read_only(".")
    if READ_ONLY and not workflow.output_settings.dryrun:
        raise WorkflowError(
            f"{RESULTS}: not writable by you; a dry run (-n) is possible, and so are "
            "hsic-hpo watch and hsic-hpo explain"
        )
    if READ_ONLY and not Path(".snakemake", "locks").is_dir():
        # Snakemake makes it even for a dry run.
        raise WorkflowError(
            f"{RESULTS}: finished by an earlier version, which left no .snakemake/locks, and not "
            "writable by you; once its owner has made a dry run (-n), you can make one too; "
            "hsic-hpo explain is possible now"
        )
    if READ_ONLY:
        # Snakemake keeps what a dry run learns of files for the next run.
        from snakemake.persistence import PersistenceBase

        PersistenceBase.save_iocache = lambda self: None
    if not (READ_ONLY or workflow.output_settings.dryrun):
        try:
            check_room(Path("."), RESULTS)
        except InputError as error:
            raise WorkflowError(str(error))
        if warning := warn_of_run(".", RESULTS):
            print(warning, file=sys.stderr)
    ALONE = not READ_ONLY and running(".") is None
    ALIVE = None if READ_ONLY else clear_stale_locks(".")
    if ALONE:
        before_jobs(workflow, make_again)
    # A full disk has no room for what the jobs would say in their logs, and may stop Snakemake
    # itself before it comes to any handler of errors.
    atexit.register(warn_of_full_disk, Path.cwd())


def no_more_tries(jobid):
    job = next(job for job in workflow.dag.jobs if workflow.dag.jobid(job) == jobid)
    job.attempt = job.restart_times + 1


onstart:
    # Snakemake has meanwhile taken SIGTERM for itself.
    STOPS.listen(jobs_run=True)
    note_run(".")
    # Not before: many of Snakemake's options run nothing.
    retry.note_command(Path("."), COMMAND)
    PLAN = plan_of(
        workflow,
        study_facts(STUDY, TRAINING_CODE, FINAL_SEED),
        command=COMMAND,
        log=next(iter(log), ""),
    )
    JOURNAL.begin(Path("."), PLAN)
    # Started now, as it prints where jobs print.
    FORKED_JOBS.start()
    if workflow.local_exec and any(
        job.is_needed and job.slice for job in PLAN.jobs
    ):
        FORKED_JOBS.prepare(str(script_file("train")))
    PythonScript.execute_script = FORKED_JOBS.instead_of(
        PythonScript.execute_script
    )
    calm_scheduler()
    logger.addFilter(JOURNAL)
    logger.addFilter(FailedJobs(no_more_tries, STOPS.give_up))


onsuccess:
    FORKED_JOBS.close()
    JOURNAL.end(ok=not gaps_in("."))
    if Path("summary.txt").exists():
        print(Path("summary.txt").read_text(encoding="utf-8"), end="")
    if Path("failed.txt").exists():
        print(
            "".join(Path("failed.txt").open(encoding="utf-8").readlines()[:1]),
            end="",
            file=sys.stderr,
        )
    if gaps_in("."):
        raise WorkflowError(gaps_in_words(gaps_in(".")))


onerror:
    FORKED_JOBS.close()
    JOURNAL.end(ok=False)
    # The list of them is made at the end alone.
    FAILED = retry.failed_reasons(Path("."))
    if FAILED:
        print(
            f"{counted(len(FAILED), 'trainings')} failed: {commonest(FAILED)}; to train them again: "
            f"hsic-hpo retry {RESULTS}",
            file=sys.stderr,
        )
