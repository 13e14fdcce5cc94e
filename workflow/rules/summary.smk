rule summary:
    input:
        trials="random/trials.nc",
        sensitivity="sensitivity.nc",
        comparison="comparison.nc",
    output:
        "summary.txt",
    log:
        "logs/summary.log",
    localrule: True
    params:
        folder=RESULTS,
        code=code("summary"),
    script:
        "../scripts/summary.py"


rule failures:
    input:
        "random/trials.nc",
        all_searches,
        all_finals("trials.nc"),
    output:
        "failed.txt",
    log:
        "logs/failures.log",
    localrule: True
    params:
        folder=RESULTS,
        code=code("failures"),
    script:
        "../scripts/failures.py"
