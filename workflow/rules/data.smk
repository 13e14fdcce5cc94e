rule data:
    output:
        "data.nc",
    log:
        "logs/data.log",
    params:
        problem=STUDY.settings.problem,
        seed=STUDY.seed,
        code=code("data", PROBLEM_SOURCE),
    script:
        "../scripts/data.py"
