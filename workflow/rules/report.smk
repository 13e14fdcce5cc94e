rule html_report:
    input:
        trials="random/trials.nc",
        searches=all_searches,
        sensitivity="sensitivity.nc",
        convergence="convergence.nc",
        selection="selection.nc",
        comparison="comparison.nc",
        figures=expand("figures/{figure}.svg", figure=FIGURES),
    output:
        "report.html",
    log:
        "logs/html_report.log",
    params:
        settings=STUDY.config,
        captions=captions(FIGURES),
        code=code(
            "html_report",
            PACKAGE / "report" / "page.html.j2",
            PACKAGE / "report" / "page.css",
        ),
    script:
        "../scripts/html_report.py"
