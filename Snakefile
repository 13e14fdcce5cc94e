from pathlib import Path

from snakemake.utils import min_version

min_version("9.0")


if not config:

    configfile: "config/quick.yaml"


include: "workflow/rules/common.smk"
include: "workflow/rules/data.smk"
include: "workflow/rules/design.smk"
include: "workflow/rules/training.smk"
include: "workflow/rules/search_inputs.smk"
include: "workflow/rules/sensitivity.smk"
include: "workflow/rules/search.smk"
include: "workflow/rules/figures.smk"
include: "workflow/rules/summary.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/toy.smk"


# On a cluster only trainings are worth a job of their own: all other rules are local.
rule all:
    default_target: True
    input:
        "random/trials.nc",
        "sensitivity.nc",
        "convergence.nc",
        expand("tables/importance.{suffix}", suffix=["csv", "md"]),
        expand("tables/importance_by_budget.{suffix}", suffix=["csv", "md"]),
        # Without a search all trials are the random ones.
        expand(
            "tables/importance_all.{suffix}",
            suffix=["csv", "md"] if STUDY.searches else [],
        ),
        expand(
            "figures/{figure}.{suffix}", figure=FIGURES, suffix=["svg", "pdf", "png"]
        ),
        expand("tables/selection.{suffix}", suffix=["csv", "md"]),
        expand("tables/tradeoffs.{suffix}", suffix=["csv", "md"]),
        expand("tables/front.{suffix}", suffix=["csv", "md"]),
        expand("tables/comparison.{suffix}", suffix=["csv", "md", "tex"]),
        "summary.txt",
        "failed.txt",
        "report.html",
    localrule: True


include: "workflow/rules/reference.smk"


# A job on a cluster reads all of this again, edited perhaps, and inherits what was submitted.
if workflow.is_main_process or VARIABLE not in os.environ:
    SUBMISSION.announce(os.environ)


onstart:
    # Snakemake has meanwhile taken SIGTERM for itself.
    STOPS.listen(jobs_run=True)
    logger.addFilter(FailedJobs(no_more_tries, STOPS.give_up))


onsuccess:
    if Path("summary.txt").exists():
        print(Path("summary.txt").read_text(), end="")
    if Path("failed.txt").exists():
        print(
            "".join(Path("failed.txt").open().readlines()[:1]),
            end="",
            file=sys.stderr,
        )
    if gaps_in("."):
        raise WorkflowError(gaps_in_words(gaps_in(".")))


onerror:
    # The list of them is made at the end alone.
    FAILED = retry.failed_reasons(Path("."))
    if FAILED:
        print(
            f"{counted(len(FAILED), 'trainings')} failed: {commonest(FAILED)}; to train them again: "
            f"hsic-hpo retry results/{STUDY.name}",
            file=sys.stderr,
        )
