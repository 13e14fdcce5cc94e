from pathlib import Path

from snakemake.utils import min_version

min_version("9.0")


if not config:

    configfile: "config/quick.yaml"


FIGURES = [
    "space",
    "errors",
    "trainings",
    "importance",
    "distributions",
    "worst",
    "interactions",
    "convergence",
    "quadrant",
    "sweeps",
    "comparison",
]


include: "workflow/rules/common.smk"
include: "workflow/rules/data.smk"
include: "workflow/rules/design.smk"
include: "workflow/rules/training.smk"
include: "workflow/rules/sensitivity.smk"
include: "workflow/rules/search_inputs.smk"
include: "workflow/rules/search.smk"
include: "workflow/rules/figures.smk"
include: "workflow/rules/summary.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/toy.smk"


# On a cluster only trainings are worth a job of their own.
localrules:
    all,
    data,
    design,
    gather,
    gather_round,
    gather_final,
    sensitivity,
    convergence,
    selection,
    propose,
    search_trials,
    choose,
    comparison,
    importance_table,
    selection_table,
    comparison_table,
    tradeoffs_table,
    space_figure,
    errors_figure,
    trainings_figure,
    importance_figure,
    distributions_figure,
    worst_figure,
    interactions_figure,
    convergence_figure,
    quadrant_figure,
    sweeps_figure,
    comparison_figure,
    summary,
    html_report,
    peers,
    peers_table,
    findings,
    reference,
    toy,
    toy_draws,
    toy_tables,
    toy_figures,


rule all:
    default_target: True
    input:
        "random/trials.nc",
        "sensitivity.nc",
        "convergence.nc",
        expand("tables/importance.{suffix}", suffix=["csv", "md"]),
        expand(
            "figures/{figure}.{suffix}", figure=FIGURES, suffix=["svg", "pdf", "png"]
        ),
        expand("tables/selection.{suffix}", suffix=["csv", "md"]),
        expand("tables/tradeoffs.{suffix}", suffix=["csv", "md"]),
        expand("tables/comparison.{suffix}", suffix=["csv", "md", "tex"]),
        "summary.txt",
        "report.html",


include: "workflow/rules/reference.smk"


onsuccess:
    if Path("summary.txt").exists():
        print(Path("summary.txt").read_text(), end="")
