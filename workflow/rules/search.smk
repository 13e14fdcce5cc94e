ROUND = "search/{method}/{repeat}/{round}"
# Of a choice by its name: lowest-error, within-10-percent, max-flops-10000, knee; with the length of
# its trainings where these have another budget than most: lowest-error-150-epochs.
FINAL = "final/{method}/{choice}"


wildcard_constraints:
    method="[a-z0-9-]+",
    choice="[a-z0-9.-]+",
    repeat=r"\d+",
    round=r"\d+",
    rung=r"\d+",
    look=r"\d+",


rule selection:
    input:
        sensitivity="sensitivity.nc",
        trials="random/trials.nc",
    output:
        "selection.nc",
    log:
        "logs/selection.log",
    priority: AT_ONCE
    localrule: True
    params:
        settings=asdict(STUDY.settings.selection),
        code=code("selection"),
    script:
        "../scripts/selection.py"


rule selection_table:
    input:
        "selection.nc",
    output:
        report(
            "tables/selection.csv",
            caption="../report/selection_table.rst",
            category="Decisions",
            labels={"table": "Decisions"},
        ),
        "tables/selection.md",
    log:
        "logs/selection_table.log",
    localrule: True
    params:
        code=code("selection_table"),
    script:
        "../scripts/selection_table.py"


rule propose:
    input:
        unpack(selected),
        random="random/trials.nc",
        rounds=earlier_rounds,
    output:
        f"{ROUND}/design.nc",
    log:
        "logs/search/{method}-{repeat}-{round}/propose.log",
    priority: by_rounds_left
    localrule: True
    threads: 1
    params:
        round=settings_of_round,
        problem=problem_of_known_costs,
        cost=STUDY.settings.selection.cost,
        seed=STUDY.seed,
        budget=STUDY.budget,
        code=code("propose", PROBLEM_SOURCE),
    script:
        "../scripts/propose.py"


use rule train as train_round with:
    input:
        unpack(rungs_of_searches),
        data="data.nc",
        design=f"{ROUND}/design.nc",
        retry=marked_for_retry(f"{ROUND}/records/{{first}}-{{stop}}.jsonl"),
    output:
        f"{ROUND}/records/{{first}}-{{stop}}.jsonl",
    log:
        "logs/search/{method}-{repeat}-{round}/train/{first}-{stop}.log",
    priority: by_rounds_left
    params:
        **SUBMISSION.job("train_round", TRAIN),


use rule gather as gather_round with:
    input:
        unpack(rungs_of_searches),
        design=f"{ROUND}/design.nc",
        data="data.nc",
        records=round_records,
    output:
        f"{ROUND}/trials.nc",
    log:
        "logs/search/{method}-{repeat}-{round}/gather.log",
    priority: by_rounds_left
    localrule: True


rule search_trials:
    input:
        all_rounds,
    output:
        "search/{method}/{repeat}/trials.nc",
    log:
        "logs/search/{method}-{repeat}/search_trials.log",
    priority: NEXT
    localrule: True
    params:
        code=code("search_trials"),
    script:
        "../scripts/search_trials.py"


rule choose:
    input:
        random="random/trials.nc",
        searches=all_repeats,
    output:
        f"{FINAL}/design.nc",
    log:
        "logs/final/{method}-{choice}/choose.log",
    priority: NEXT
    localrule: True
    params:
        choice=settings_of_choice,
        cost=STUDY.settings.selection.cost,
        budget=budget_of_choice,
        code=code("choose"),
    script:
        "../scripts/choose.py"


use rule train as train_final with:
    input:
        data="data.nc",
        design=f"{FINAL}/design.nc",
        retry=marked_for_retry(f"{FINAL}/records/{{first}}-{{stop}}.jsonl"),
    output:
        f"{FINAL}/records/{{first}}-{{stop}}.jsonl",
    log:
        "logs/final/{method}-{choice}/train/{first}-{stop}.log",
    priority: NEXT
    params:
        **SUBMISSION.job(
            "train_final",
            TRAIN
            | dict(
                seed=FINAL_SEED,
                repeats=STUDY.settings.final.seeds,
                networks=HAS_NETWORKS,
            ),
            [dict(budget=budget) for budget in STUDY.final_budgets],
        )
        | dict(budget=budget_of_choice),


use rule gather as gather_final with:
    input:
        design=f"{FINAL}/design.nc",
        data="data.nc",
        records=final_records,
    output:
        f"{FINAL}/trials.nc",
    log:
        "logs/final/{method}-{choice}/gather.log",
    localrule: True
    params:
        study=STUDY.name,
        problem=STUDY.settings.problem,
        budget=budget_of_choice,
        repeats=STUDY.settings.final.seeds,
        seed=FINAL_SEED,
        training_code=TRAINING_CODE,
        code=code("gather"),


rule comparison:
    input:
        designs=all_finals("design.nc"),
        finals=all_finals("trials.nc"),
    output:
        "comparison.nc",
    log:
        "logs/comparison.log",
    localrule: True
    params:
        methods={row: method for row, (method, _) in ROWS.items()},
        code=code("comparison"),
    script:
        "../scripts/comparison.py"


rule comparison_table:
    input:
        "comparison.nc",
    output:
        report(
            "tables/comparison.csv",
            caption="../report/comparison_table.rst",
            category="Search",
            labels={"table": "Comparison of the searches"},
        ),
        "tables/comparison.md",
        "tables/comparison.tex",
    log:
        "logs/comparison_table.log",
    localrule: True
    params:
        code=code("comparison_table"),
    script:
        "../scripts/comparison_table.py"


rule front:
    input:
        random="random/trials.nc",
        searches=all_searches,
    output:
        "front.nc",
    log:
        "logs/front.log",
    localrule: True
    params:
        cost=STUDY.settings.selection.cost,
        choices=front_choices(STUDY),
        initial_trials={
            method: settings.initial_trials
            for method, settings in STUDY.searches.items()
        },
        tolerance=STUDY.settings.final.tolerance,
        code=code("front"),
    script:
        "../scripts/front.py"


rule front_table:
    input:
        "front.nc",
    output:
        report(
            "tables/front.csv",
            caption="../report/front_table.rst",
            category="Search",
            labels={"table": "The best network for every cost"},
        ),
        "tables/front.md",
    log:
        "logs/front_table.log",
    localrule: True
    params:
        code=code("front_table"),
    script:
        "../scripts/front_table.py"


rule front_held:
    input:
        random="random/trials.nc",
        searches=all_searches,
    output:
        "front_held.nc",
    log:
        "logs/front_held.log",
    localrule: True
    params:
        cost=STUDY.settings.selection.cost,
        code=code("front_held"),
    script:
        "../scripts/front_held.py"


rule front_held_table:
    input:
        "front_held.nc",
    output:
        report(
            "tables/front_held.csv",
            caption="../report/front_held_table.rst",
            category="Search",
            labels={"table": "What each search holds of the front"},
        ),
        "tables/front_held.md",
    log:
        "logs/front_held_table.log",
    localrule: True
    params:
        code=code("front_held_table"),
    script:
        "../scripts/front_held_table.py"


rule tradeoffs_table:
    input:
        selection="selection.nc",
        random="random/trials.nc",
        searches=all_searches,
    output:
        report(
            "tables/tradeoffs.csv",
            caption="../report/tradeoffs_table.rst",
            category="Decisions",
            labels={"table": "What the decisions cost"},
        ),
        "tables/tradeoffs.md",
    log:
        "logs/tradeoffs_table.log",
    localrule: True
    params:
        code=code("tradeoffs_table"),
    script:
        "../scripts/tradeoffs_table.py"
