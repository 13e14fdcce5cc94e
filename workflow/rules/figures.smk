from hsic_hpo.figures.by_name import drawing_source
from hsic_hpo.reports.captions import CAPTIONS

TRIALS = dict(trials="random/trials.nc")
SENSITIVITY = dict(sensitivity="sensitivity.nc")
# Category and label in Snakemake's own report, and the datasets that each figure shows.
FIGURES = {
    "space": ("Study", "Search space", TRIALS),
    "errors": ("Study", "Errors of the random search", TRIALS | SENSITIVITY),
    "trainings": ("Study", "Trainings", TRIALS),
    "importance": ("Sensitivity", "Impact on the best", SENSITIVITY | TRIALS),
    "distributions": ("Sensitivity", "Values of the best", TRIALS | SENSITIVITY),
    "worst": ("Sensitivity", "Impact on the worst", TRIALS | SENSITIVITY),
    "interactions": ("Sensitivity", "Interactions", SENSITIVITY),
    "pairs": ("Sensitivity", "Interacting pairs", TRIALS | SENSITIVITY),
    "convergence": ("Sensitivity", "Convergence", dict(convergence="convergence.nc")),
    "importance_by_budget": (
        "Sensitivity",
        "Impact by budget",
        dict(importance_by_budget="importance_by_budget.nc"),
    ),
    "importance_by_epoch": (
        "Sensitivity",
        "Impact by epoch",
        dict(importance_by_epoch="importance_by_epoch.nc"),
    ),
    "quadrant": ("Decisions", "Error against cost", SENSITIVITY),
    "sweeps": ("Decisions", "Ranges", SENSITIVITY),
    "front": (
        "Search",
        "The best network for every cost",
        TRIALS | dict(searches=all_searches, front="front.nc"),
    ),
    "comparison": (
        "Search",
        "Error against FLOPs",
        TRIALS | dict(searches=all_searches, comparison="comparison.nc"),
    ),
}
# Without a search the random trials hold all of the front.
if STUDY.searches:
    FIGURES["front_held"] = (
        "Search",
        "What each search holds of the front",
        dict(front_held="front_held.nc"),
    )


for figure, (category, label, datasets) in FIGURES.items():

    rule:
        name:
            f"{figure}_figure"
        input:
            **datasets,
        output:
            report(
                f"figures/{figure}.svg",
                caption="../report/figure.rst",
                category=category,
                labels={"figure": label},
            ),
            f"figures/{figure}.pdf",
            f"figures/{figure}.png",
        log:
            f"logs/{figure}_figure.log",
        localrule: True
        params:
            caption=CAPTIONS[figure],
            code=code("figure", drawing_source(figure)),
        script:
            "../scripts/figure.py"


rule importance_table:
    input:
        sensitivity="sensitivity.nc",
        surrogate="sensitivity_surrogate.nc",
    output:
        report(
            "tables/importance.csv",
            caption="../report/importance_table.rst",
            category="Sensitivity",
            labels={"table": "Indices"},
        ),
        "tables/importance.md",
    log:
        "logs/importance_table.log",
    localrule: True
    params:
        code=code("importance_table"),
    script:
        "../scripts/importance_table.py"


rule importance_by_budget_table:
    input:
        "importance_by_budget.nc",
    output:
        report(
            "tables/importance_by_budget.csv",
            caption="../report/importance_by_budget_table.rst",
            category="Sensitivity",
            labels={"table": "Indices by budget"},
        ),
        "tables/importance_by_budget.md",
    log:
        "logs/importance_by_budget_table.log",
    localrule: True
    params:
        code=code("importance_by_budget_table"),
    script:
        "../scripts/importance_by_budget_table.py"


rule importance_by_epoch_table:
    input:
        "importance_by_epoch.nc",
    output:
        report(
            "tables/importance_by_epoch.csv",
            caption="../report/importance_by_epoch_table.rst",
            category="Sensitivity",
            labels={"table": "Indices by epoch"},
        ),
        "tables/importance_by_epoch.md",
    log:
        "logs/importance_by_epoch_table.log",
    localrule: True
    params:
        code=code("importance_by_epoch_table"),
    script:
        "../scripts/importance_by_epoch_table.py"


use rule importance_table as importance_all_table with:
    input:
        sensitivity="sensitivity_all.nc",
    output:
        report(
            "tables/importance_all.csv",
            caption="../report/importance_all_table.rst",
            category="Sensitivity",
            labels={"table": "Indices of all trials, searches included"},
        ),
        "tables/importance_all.md",
    log:
        "logs/importance_all_table.log",
    localrule: True
