rule sensitivity:
    input:
        "random/trials.nc",
    output:
        "sensitivity.nc",
    log:
        "logs/sensitivity.log",
    priority: AT_ONCE
    localrule: True
    params:
        settings=asdict(STUDY.settings.analysis),
        code=code("sensitivity"),
    script:
        "../scripts/sensitivity.py"


# A file of its own: nothing that is decided or searched rests on it.
rule sensitivity_surrogate:
    input:
        "random/trials.nc",
    output:
        "sensitivity_surrogate.nc",
    log:
        "logs/sensitivity_surrogate.log",
    priority: LONG
    localrule: True
    params:
        settings=asdict(STUDY.settings.analysis),
        code=code("sensitivity_surrogate"),
    script:
        "../scripts/sensitivity_surrogate.py"


rule convergence:
    input:
        "random/trials.nc",
    output:
        "convergence.nc",
    log:
        "logs/convergence.log",
    localrule: True
    params:
        settings=asdict(STUDY.settings.analysis),
        code=code("convergence"),
    script:
        "../scripts/convergence.py"


rule budget:
    input:
        "random/trials.nc",
    output:
        "importance_by_budget.nc",
    log:
        "logs/budget.log",
    localrule: True
    params:
        settings=asdict(STUDY.settings.analysis),
        cost=STUDY.settings.selection.cost,
        code=code("budget"),
    script:
        "../scripts/budget.py"


rule by_epoch:
    input:
        "random/trials.nc",
    output:
        "importance_by_epoch.nc",
    log:
        "logs/by_epoch.log",
    localrule: True
    params:
        settings=asdict(STUDY.settings.sensitivity),
        code=code("by_epoch"),
    script:
        "../scripts/by_epoch.py"


# What the searches tried tells more of where the best ones lie; their trials are not random, so
# that a surrogate explains them, beside the exact tests of the random ones.
rule sensitivity_all:
    input:
        random="random/trials.nc",
        searches=all_searches,
    output:
        "sensitivity_all.nc",
    log:
        "logs/sensitivity_all.log",
    priority: NEXT
    localrule: True
    params:
        settings=asdict(STUDY.settings.analysis),
        code=code("sensitivity_all"),
    script:
        "../scripts/sensitivity_all.py"
