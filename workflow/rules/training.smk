rule train:
    input:
        # Rows of a random design depend on its parameters below, never on how many rows follow:
        # more trials must not touch the jobs that are done.
        design=ancient("random/design.nc"),
        data="data.nc",
    output:
        "random/records/{first}-{stop}.jsonl",
    log:
        "logs/train/{first}-{stop}.log",
    threads: 1
    params:
        rows=RANDOM_DESIGN,
        problem=STUDY.settings["problem"],
        budget=STUDY.budget,
        repeats=STUDY.repeats,
        seed=STUDY.seed,
        training_code=TRAINING_CODE,
        code=code("train", PROBLEM_SOURCE),
    script:
        "../scripts/train.py"


rule gather:
    input:
        design="random/design.nc",
        data="data.nc",
        records=expand(
            "random/records/{slice}.jsonl",
            slice=slices(STUDY.settings["random_search"]["n_trials"]),
        ),
    output:
        "random/trials.nc",
    log:
        "logs/gather.log",
    params:
        study=STUDY.name,
        problem=STUDY.settings["problem"],
        repeats=STUDY.repeats,
        seed=STUDY.seed,
        training_code=TRAINING_CODE,
        code=code("gather"),
    script:
        "../scripts/gather.py"
