rule sensitivity:
    input:
        "random/trials.nc",
    output:
        "sensitivity.nc",
    log:
        "logs/sensitivity.log",
    localrule: True
    params:
        settings=asdict(STUDY.settings.sensitivity),
        code=code("sensitivity"),
    script:
        "../scripts/sensitivity.py"


rule convergence:
    input:
        "random/trials.nc",
    output:
        "convergence.nc",
    log:
        "logs/convergence.log",
    localrule: True
    params:
        settings=asdict(STUDY.settings.sensitivity),
        code=code("convergence"),
    script:
        "../scripts/convergence.py"
