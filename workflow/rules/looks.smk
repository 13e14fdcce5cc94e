# Looks at the random search after each block of its trials, to end it once all is decided.
if STOP:

    rule look:
        input:
            unpack(earlier_look),
            design="random/design.nc",
            data="data.nc",
            records=records_of_looks,
        output:
            "random/looks/{look}.json",
        log:
            "logs/looks/{look}.log",
        localrule: True
        params:
            stop=asdict(STOP),
            n_trials=lambda wildcards: ENDS[int(wildcards.look)],
            settings=asdict(STUDY.settings.analysis),
            budget=STUDY.budget,
            repeats=STUDY.repeats,
            seed=STUDY.seed,
            training_code=TRAINING_CODE,
            code=code("look"),
        script:
            "../scripts/look.py"
