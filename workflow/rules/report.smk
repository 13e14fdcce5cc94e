rule html_report:
    input:
        unpack(told_of_searches),
        trials="random/trials.nc",
        searches=all_searches,
        sensitivity="sensitivity.nc",
        surrogate="sensitivity_surrogate.nc",
        convergence="convergence.nc",
        importance_by_budget="importance_by_budget.nc",
        importance_by_epoch="importance_by_epoch.nc",
        selection="selection.nc",
        comparison="comparison.nc",
        front="front.nc",
        figures=expand("figures/{figure}.svg", figure=FIGURES),
    output:
        "report.html",
    log:
        "logs/html_report.log",
    localrule: True
    params:
        settings=STUDY.config,
        captions=CAPTIONS,
        code=code("html_report"),
    script:
        "../scripts/html_report.py"
