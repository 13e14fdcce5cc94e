rule data:
    output:
        "data.nc",
    log:
        "logs/data.log",
    localrule: True
    params:
        problem=STUDY.settings.problem,
        seed=STUDY.seed,
        code=code("data", PROBLEM_SOURCE),
    script:
        "../scripts/data.py"
