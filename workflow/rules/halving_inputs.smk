# Halving of the random search: all trials train to the first rung, the best go on to the next.
RUNGS = STUDY.rungs
N_TRIALS = STUDY.settings.random_search.n_trials
# Trials in training after so many rungs.
IN_TRAINING = [N_TRIALS, *(n_kept(rung, N_TRIALS) for rung in RUNGS)]


def records_of_rung(rung):
    """Name the files of the trainings after so many rungs."""
    if not RUNGS:
        return [f"random/records/{slice}.jsonl" for slice in slices(N_TRIALS)]
    n = IN_TRAINING[rung]
    # Of the first ones more trials train the new ones alone.
    cut = even_slices(n, TRIALS_PER_JOB) if rung else slices(n)
    return [f"random/rungs/{rung}/records/{slice}.jsonl" for slice in cut]


def random_records(_):
    return [path for rung in range(len(IN_TRAINING)) for path in records_of_rung(rung)]


def survivors(_):
    paths = [f"random/rungs/{rung}/design.nc" for rung in range(1, len(IN_TRAINING))]
    return {"rungs": paths} if RUNGS else {}


def design_of_rung(rung):
    return f"random/rungs/{rung}/design.nc" if rung else "random/design.nc"


def design_to_train(wildcards):
    # The first ones draw their own rows, as those of rule train do.
    rung = int(wildcards.rung)
    return {"design": design_of_rung(rung)} if rung else {}


def of_rung(rung):
    """Return what the trainings after so many rungs are told beside all others."""
    number = int(rung)
    last = number == len(RUNGS)
    return {"rung": number, "until_epoch": None if last else RUNGS[number].epochs}
