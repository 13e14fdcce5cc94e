from types import SimpleNamespace

from hsic_hpo.problems.base import FunctionProblem
from hsic_hpo.search import methods
from hsic_hpo.study.compared import comparison_rows, front_choices

# What the rules of a search ask of its settings: inputs and parameters by method and round.


def settings_of(wildcards):
    return STUDY.search_settings(wildcards.method)


def earlier_rounds(wildcards):
    return expand(
        "search/{method}/{repeat}/{round}/trials.nc",
        method=wildcards.method,
        repeat=wildcards.repeat,
        round=range(1, int(wildcards.round)),
    )


def all_rounds(wildcards):
    return expand(
        "search/{method}/{repeat}/{round}/trials.nc",
        method=wildcards.method,
        repeat=wildcards.repeat,
        round=range(1, settings_of(wildcards).n_rounds + 1),
    )


def all_repeats(wildcards):
    if wildcards.method not in STUDY.searches:
        return []
    return expand(
        "search/{method}/{repeat}/trials.nc",
        method=wildcards.method,
        repeat=range(settings_of(wildcards).repeats),
    )


def all_searches(_):
    return [
        f"search/{method}/{repeat}/trials.nc"
        for method, settings in STUDY.searches.items()
        for repeat in range(settings.repeats)
    ]


def told_of_searches(_):
    names = ["sensitivity_all", "front_held"] if STUDY.searches else []
    return {name: f"{name}.nc" for name in names}


def selected(wildcards):
    needed = methods.needs_selection(wildcards.method)
    return {"selection": "selection.nc"} if needed else {}


# What most other jobs wait for, in a chain, comes first: the decisions, then the search with the
# most rounds to go, then what the chosen networks need. Figures fill the gaps.
NEXT, LONG = 2, 1


def by_rounds_left(wildcards):
    """Return the priority of a job of a round."""
    left = settings_of(wildcards).n_rounds - int(wildcards.round)
    return NEXT + 1 + left


def rungs_of_searches(_):
    return {"thresholds": "random/thresholds.json"} if STUDY.search_rungs else {}


def settings_of_round(wildcards):
    number = int(wildcards.round)
    told = methods.round_settings(wildcards.method, settings_of(wildcards), number)
    return told | ({"expect_ends": True} if STUDY.search_rungs else {})


def problem_of_known_costs(wildcards):
    return (
        STUDY.settings.problem if methods.uses_known_costs(wildcards.method) else None
    )


def retraining_of(wildcards):
    return STUDY.retrainings(wildcards.method)[wildcards.choice]


def settings_of_choice(wildcards):
    return retraining_of(wildcards).choice


def budget_of_choice(wildcards):
    return retraining_of(wildcards).budget


ROWS = comparison_rows(STUDY)


def all_finals(file):
    return [f"final/{method}/{choice}/{file}" for method, choice in ROWS.values()]


def round_records(wildcards):
    return expand(
        "search/{method}/{repeat}/{round}/records/{slice}.jsonl",
        method=wildcards.method,
        repeat=wildcards.repeat,
        round=wildcards.round,
        slice=even_slices(settings_of(wildcards).batch_size, ROUND_TRIALS_PER_JOB),
    )


def final_records(wildcards):
    return expand(
        "final/{method}/{choice}/records/{slice}.jsonl",
        method=wildcards.method,
        choice=wildcards.choice,
        slice=even_slices(settings_of(wildcards).repeats, FINAL_TRIALS_PER_JOB),
    )


# A function from a configuration to its errors trains no network.
HAS_NETWORKS = not isinstance(STUDY.problem, FunctionProblem)
NETWORKS = all_finals("model.ckpt") if HAS_NETWORKS else []


def all_final_records(_):
    found = []
    for method, choice in ROWS.values():
        found += final_records(SimpleNamespace(method=method, choice=choice))
    return found
