# What a published study says beyond its report: make reference.


rule peers:
    input:
        trials="random/trials.nc",
        sensitivity="sensitivity.nc",
    output:
        "peers.nc",
    log:
        "logs/peers.log",
    localrule: True
    params:
        seed=STUDY.seed,
        code=code("peers"),
    script:
        "../scripts/peers.py"


rule peers_table:
    input:
        "peers.nc",
    output:
        "tables/peers.csv",
        "tables/peers.md",
    log:
        "logs/peers_table.log",
    localrule: True
    params:
        code=code("peers_table"),
    script:
        "../scripts/peers_table.py"


rule findings:
    input:
        unpack(told_of_searches),
        trials="random/trials.nc",
        sensitivity="sensitivity.nc",
        surrogate="sensitivity_surrogate.nc",
        convergence="convergence.nc",
        importance_by_budget="importance_by_budget.nc",
        importance_by_epoch="importance_by_epoch.nc",
        selection="selection.nc",
        comparison="comparison.nc",
        front="front.nc",
    output:
        "findings.md",
    log:
        "logs/findings.log",
    localrule: True
    params:
        code=code("findings"),
    script:
        "../scripts/findings.py"


rule reference:
    input:
        # Networks are not published.
        [path for path in rules.all.input if not path.endswith("model.ckpt")],
        rules.peers_table.output,
        rules.findings.output,
    localrule: True
