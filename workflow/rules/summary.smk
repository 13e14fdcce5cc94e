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
        folder=f"results/{STUDY.name}",
        code=code("summary"),
    script:
        "../scripts/summary.py"
