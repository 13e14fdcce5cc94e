# The best trials of the random search go on, rung after rung.
if RUNGS:

    use rule train as train_rung with:
        input:
            unpack(design_to_train),
            data="data.nc",
            retry=marked_for_retry("random/rungs/{rung}/records/{first}-{stop}.jsonl"),
        output:
            "random/rungs/{rung}/records/{first}-{stop}.jsonl",
        log:
            "logs/train/rung-{rung}/{first}-{stop}.log",
        params:
            **SUBMISSION.job(
                "train_rung", TRAIN, [of_rung(n) for n in range(len(IN_TRAINING))]
            ),
            rung=lambda wildcards: int(wildcards.rung),
            until_epoch=lambda wildcards: of_rung(wildcards.rung)["until_epoch"],

    rule halve:
        input:
            data="data.nc",
            design=lambda wildcards: design_of_rung(int(wildcards.rung) - 1),
            records=lambda wildcards: records_of_rung(int(wildcards.rung) - 1),
        output:
            "random/rungs/{rung}/design.nc",
        log:
            "logs/halve/{rung}.log",
        localrule: True
        params:
            rung=lambda wildcards: asdict(RUNGS[int(wildcards.rung) - 1]),
            n_kept=lambda wildcards: IN_TRAINING[int(wildcards.rung)],
            budget=STUDY.budget,
            repeats=STUDY.repeats,
            seed=STUDY.seed,
            training_code=TRAINING_CODE,
            code=code("halve"),
        script:
            "../scripts/halve.py"

    # For the trials of searches, where these have rungs too.
    rule thresholds:
        input:
            "random/trials.nc",
        output:
            "random/thresholds.json",
        log:
            "logs/thresholds.log",
        priority: AT_ONCE
        localrule: True
        params:
            code=code("thresholds"),
        script:
            "../scripts/thresholds.py"

    # How sure the halving is.
    rule halving:
        input:
            "random/trials.nc",
        output:
            dataset="halving.nc",
            csv=report(
                "tables/halving.csv",
                caption="../report/halving_table.rst",
                category="Study",
                labels={"table": "Halving"},
            ),
            md="tables/halving.md",
        log:
            "logs/halving.log",
        localrule: True
        params:
            goal_fraction=STUDY.settings.sensitivity.goal_fraction,
            code=code("halving"),
        script:
            "../scripts/halving.py"
