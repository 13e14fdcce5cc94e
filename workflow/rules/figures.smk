rule errors_figure:
    input:
        trials="random/trials.nc",
        sensitivity="sensitivity.nc",
    output:
        "figures/errors.svg",
        "figures/errors.png",
    log:
        "logs/errors_figure.log",
    params:
        code=code("errors_figure"),
    script:
        "../scripts/errors_figure.py"


rule importance_figure:
    input:
        "sensitivity.nc",
    output:
        "figures/importance.svg",
        "figures/importance.png",
    log:
        "logs/importance_figure.log",
    params:
        code=code("importance_figure"),
    script:
        "../scripts/importance_figure.py"


rule importance_table:
    input:
        "sensitivity.nc",
    output:
        "tables/importance.csv",
        "tables/importance.md",
    log:
        "logs/importance_table.log",
    params:
        code=code("importance_table"),
    script:
        "../scripts/importance_table.py"


rule summary:
    input:
        trials="random/trials.nc",
        sensitivity="sensitivity.nc",
    output:
        "summary.txt",
    log:
        "logs/summary.log",
    params:
        folder=f"results/{STUDY.name}",
        code=code("summary"),
    script:
        "../scripts/summary.py"
