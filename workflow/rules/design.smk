RANDOM_DESIGN = dict(
    space=STUDY.space.to_json(),
    seed=STUDY.seed,
    budget=STUDY.budget,
)


rule design:
    output:
        "random/design.nc",
    log:
        "logs/design.log",
    localrule: True
    params:
        **RANDOM_DESIGN,
        code=code("design"),
        n_trials=STUDY.settings.random_search.n_trials,
    script:
        "../scripts/design.py"
