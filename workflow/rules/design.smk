RANDOM_DESIGN = dict(
    space=STUDY.space.to_json(),
    seed=STUDY.seed,
    budget=STUDY.budget,
    code=code("design"),
)


rule design:
    output:
        "random/design.nc",
    log:
        "logs/design.log",
    params:
        **RANDOM_DESIGN,
        n_trials=STUDY.settings["random_search"]["n_trials"],
    script:
        "../scripts/design.py"
