# Halving of the random search: all trials train to the first rung, the best go on to the next.
RUNGS = STUDY.rungs
N_TRIALS = STUDY.settings.random_search.n_trials
# Trials in training after so many rungs.
IN_TRAINING = [N_TRIALS, *(n_kept(rung, N_TRIALS) for rung in RUNGS)]


STOP = STUDY.settings.random_search.stop
# After each block of trials the search is looked at, if at all.
ENDS = (
    [N_TRIALS * look // STOP.looks for look in range(STOP.looks + 1)]
    if STOP
    else [0, N_TRIALS]
)
BLOCKS = list(zip(ENDS, ENDS[1:]))


def records_of_block(block):
    first, end = BLOCKS[block]
    cut = slices(end - first)
    shifted = [[first + int(row) for row in slice.split("-")] for slice in cut]
    return [f"random/records/{first}-{stop}.jsonl" for first, stop in shifted]


def look_before(wildcards):
    """Return the look that the trainings of a block wait for, if any."""
    block = next(n for n, (_, end) in enumerate(BLOCKS) if int(wildcards.first) < end)
    return {"look": f"random/looks/{block}.json"} if block else {}


def last_look(_):
    """Return the look that says of which trials the search consists in the end."""
    return {"look": f"random/looks/{STOP.looks}.json"} if STOP else {}


def earlier_look(wildcards):
    look = int(wildcards.look) - 1
    return {"before": f"random/looks/{look}.json"} if look else {}


def records_of_looks(wildcards):
    looks = range(int(wildcards.look))
    return [path for block in looks for path in records_of_block(block)]


def records_of_rung(rung):
    """Name the files of the trainings after so many rungs."""
    if not RUNGS:
        return [
            path for block in range(len(BLOCKS)) for path in records_of_block(block)
        ]
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
