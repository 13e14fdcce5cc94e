TRAIN_CODE = code("train", PROBLEM_SOURCE)
# Retrainings of what a search chose must not repeat the training that made it look good.
FINAL_SEED = training_seed(STUDY.seed, "final", 0)
# Of all rules that train; what one of them does not set it inherits.
TRAIN = dict(
    **RANDOM_DESIGN,
    problem=STUDY.settings.problem,
    repeats=STUDY.repeats,
    training_code=TRAINING_CODE,
    code=TRAIN_CODE,
)


rule train:
    # The job draws its own rows of the random design, which no later row changes. It does not
    # read design.nc, as more trials would make that file, and so every job, new.
    input:
        data="data.nc",
        retry=marked_for_retry("random/records/{first}-{stop}.jsonl"),
    output:
        "random/records/{first}-{stop}.jsonl",
    log:
        "logs/train/{first}-{stop}.log",
    threads: 1
    # Not parameters: other numbers make no finished training another one.
    resources:
        tries=STUDY.settings.training.tries,
        give_up_after=GIVE_UP_AFTER,
        save_state_every=SAVE_STATE_EVERY,
    params:
        **SUBMISSION.job("train", TRAIN),
    script:
        "../scripts/train.py"


rule gather:
    input:
        unpack(survivors),
        design="random/design.nc",
        data="data.nc",
        records=random_records,
    output:
        "random/trials.nc",
    log:
        "logs/gather.log",
    localrule: True
    params:
        study=STUDY.name,
        problem=STUDY.settings.problem,
        budget=STUDY.budget,
        repeats=STUDY.repeats,
        seed=STUDY.seed,
        training_code=TRAINING_CODE,
        code=code("gather"),
    script:
        "../scripts/gather.py"
