rule space_figure:
    input:
        "random/trials.nc",
    output:
        report(
            "figures/space.svg",
            caption="../report/space.rst",
            category="Study",
            labels={"figure": "Search space"},
        ),
        "figures/space.pdf",
        "figures/space.png",
    log:
        "logs/space_figure.log",
    params:
        code=code("space_figure"),
    script:
        "../scripts/space_figure.py"


rule errors_figure:
    input:
        trials="random/trials.nc",
        sensitivity="sensitivity.nc",
    output:
        report(
            "figures/errors.svg",
            caption="../report/errors.rst",
            category="Study",
            labels={"figure": "Errors of the random search"},
        ),
        "figures/errors.pdf",
        "figures/errors.png",
    log:
        "logs/errors_figure.log",
    params:
        code=code("errors_figure"),
    script:
        "../scripts/errors_figure.py"


rule trainings_figure:
    input:
        "random/trials.nc",
    output:
        report(
            "figures/trainings.svg",
            caption="../report/trainings.rst",
            category="Study",
            labels={"figure": "Trainings"},
        ),
        "figures/trainings.pdf",
        "figures/trainings.png",
    log:
        "logs/trainings_figure.log",
    params:
        code=code("trainings_figure"),
    script:
        "../scripts/trainings_figure.py"


rule importance_figure:
    input:
        "sensitivity.nc",
    output:
        report(
            "figures/importance.svg",
            caption="../report/importance.rst",
            category="Sensitivity",
            labels={"figure": "Impact on the best"},
        ),
        "figures/importance.pdf",
        "figures/importance.png",
    log:
        "logs/importance_figure.log",
    params:
        code=code("importance_figure"),
    script:
        "../scripts/importance_figure.py"


rule distributions_figure:
    input:
        trials="random/trials.nc",
        sensitivity="sensitivity.nc",
    output:
        report(
            "figures/distributions.svg",
            caption="../report/distributions.rst",
            category="Sensitivity",
            labels={"figure": "Values of the best"},
        ),
        "figures/distributions.pdf",
        "figures/distributions.png",
    log:
        "logs/distributions_figure.log",
    params:
        code=code("distributions_figure"),
    script:
        "../scripts/distributions_figure.py"


rule worst_figure:
    input:
        trials="random/trials.nc",
        sensitivity="sensitivity.nc",
    output:
        report(
            "figures/worst.svg",
            caption="../report/worst.rst",
            category="Sensitivity",
            labels={"figure": "Impact on the worst"},
        ),
        "figures/worst.pdf",
        "figures/worst.png",
    log:
        "logs/worst_figure.log",
    params:
        code=code("worst_figure"),
    script:
        "../scripts/worst_figure.py"


rule interactions_figure:
    input:
        "sensitivity.nc",
    output:
        report(
            "figures/interactions.svg",
            caption="../report/interactions.rst",
            category="Sensitivity",
            labels={"figure": "Interactions"},
        ),
        "figures/interactions.pdf",
        "figures/interactions.png",
    log:
        "logs/interactions_figure.log",
    params:
        code=code("interactions_figure"),
    script:
        "../scripts/interactions_figure.py"


rule convergence_figure:
    input:
        "convergence.nc",
    output:
        report(
            "figures/convergence.svg",
            caption="../report/convergence.rst",
            category="Sensitivity",
            labels={"figure": "Convergence"},
        ),
        "figures/convergence.pdf",
        "figures/convergence.png",
    log:
        "logs/convergence_figure.log",
    params:
        code=code("convergence_figure"),
    script:
        "../scripts/convergence_figure.py"


rule quadrant_figure:
    input:
        "sensitivity.nc",
    output:
        report(
            "figures/quadrant.svg",
            caption="../report/quadrant.rst",
            category="Decisions",
            labels={"figure": "Error against cost"},
        ),
        "figures/quadrant.pdf",
        "figures/quadrant.png",
    log:
        "logs/quadrant_figure.log",
    params:
        code=code("quadrant_figure"),
    script:
        "../scripts/quadrant_figure.py"


rule sweeps_figure:
    input:
        "sensitivity.nc",
    output:
        report(
            "figures/sweeps.svg",
            caption="../report/sweeps.rst",
            category="Decisions",
            labels={"figure": "Ranges"},
        ),
        "figures/sweeps.pdf",
        "figures/sweeps.png",
    log:
        "logs/sweeps_figure.log",
    params:
        code=code("sweeps_figure"),
    script:
        "../scripts/sweeps_figure.py"


rule importance_table:
    input:
        "sensitivity.nc",
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
    params:
        code=code("importance_table"),
    script:
        "../scripts/importance_table.py"
