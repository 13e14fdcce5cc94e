# Another workflow may have said already what is made when nothing else is asked for.
NO_TARGET = workflow.default_target is None


include: "common.smk"
include: "data.smk"
include: "design.smk"
include: "halving_inputs.smk"
include: "training.smk"
include: "halving.smk"
include: "looks.smk"
include: "search_inputs.smk"
include: "sensitivity.smk"
include: "networks.smk"
include: "search.smk"
include: "figures.smk"
include: "summary.smk"
include: "report.smk"
include: "toy.smk"


# On a cluster only trainings are worth a job of their own: all other rules are local.
rule all:
    default_target: NO_TARGET
    input:
        "random/trials.nc",
        "sensitivity.nc",
        "convergence.nc",
        expand("tables/importance.{suffix}", suffix=["csv", "md"]),
        expand("tables/importance_by_budget.{suffix}", suffix=["csv", "md"]),
        expand("tables/importance_by_epoch.{suffix}", suffix=["csv", "md"]),
        expand("tables/halving.{suffix}", suffix=["csv", "md"] if RUNGS else []),
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
        expand(
            "tables/front_held.{suffix}",
            suffix=["csv", "md"] if STUDY.searches else [],
        ),
        expand("tables/comparison.{suffix}", suffix=["csv", "md", "tex"]),
        NETWORKS,
        "summary.txt",
        "failed.txt",
        "report.html",
    localrule: True


include: "reference.smk"


if not MAIN and workflow.is_main_process:
    before_jobs(workflow, make_again_unless_it_runs)


# A job on a cluster reads all of this again, edited perhaps, and inherits what was submitted.
if workflow.is_main_process or VARIABLE not in os.environ:
    SUBMISSION.announce(os.environ)
