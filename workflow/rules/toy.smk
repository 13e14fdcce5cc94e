TOY_FIGURES = ["hidden_interaction", "joint_indices", "conditional"]


rule toy_draws:
    output:
        "toy.nc",
    log:
        "logs/toy_draws.log",
    localrule: True
    params:
        n_draws=STUDY.settings.toy.n_draws,
        seed=STUDY.seed,
        code=code("toy_draws"),
    script:
        "../scripts/toy_draws.py"


rule toy_tables:
    input:
        "toy.nc",
    output:
        "tables/toy.csv",
        "tables/toy.md",
    log:
        "logs/toy_tables.log",
    localrule: True
    params:
        code=code("toy_tables"),
    script:
        "../scripts/toy_tables.py"


rule toy_figures:
    input:
        "toy.nc",
    output:
        report(
            "figures/toy_hidden_interaction.svg",
            caption="../report/toy.rst",
            category="Analytical examples",
            labels={"figure": "Figure 3: a hidden interaction"},
        ),
        report(
            "figures/toy_joint_indices.svg",
            caption="../report/toy.rst",
            category="Analytical examples",
            labels={"figure": "Figure 4: joint indices"},
        ),
        report(
            "figures/toy_conditional.svg",
            caption="../report/toy.rst",
            category="Analytical examples",
            labels={"figure": "Figure 5: a conditional variable"},
        ),
        expand(
            "figures/toy_{figure}.{suffix}", figure=TOY_FIGURES, suffix=["pdf", "png"]
        ),
    log:
        "logs/toy_figures.log",
    localrule: True
    params:
        code=code("toy_figures"),
    script:
        "../scripts/toy_figures.py"


rule toy:
    input:
        rules.toy_tables.output,
        rules.toy_figures.output,
    localrule: True
