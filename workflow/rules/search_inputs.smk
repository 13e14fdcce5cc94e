from hsic_hpo.search.final_choice import COST_AWARE
from hsic_hpo.search.settings import DEFAULTS

# What the rules of a search ask of its settings: inputs and parameters by method and round.


def n_rounds(method):
    return STUDY.searches[method].n_rounds


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
        round=range(1, n_rounds(wildcards.method) + 1),
    )


def all_repeats(wildcards):
    if wildcards.method == "random":
        return []
    return expand(
        "search/{method}/{repeat}/trials.nc",
        method=wildcards.method,
        repeat=range(STUDY.searches[wildcards.method].repeats),
    )


def all_searches(_):
    return [
        f"search/{method}/{repeat}/trials.nc"
        for method, settings in STUDY.searches.items()
        for repeat in range(settings.repeats)
    ]


def selected(wildcards):
    return {"selection": "selection.nc"} if wildcards.method == "hsic-gpbo" else {}


def round_size(wildcards):
    return STUDY.searches[wildcards.method].batch_size


def round_stage(wildcards):
    if wildcards.method != "hsic-gpbo":
        return 0
    return 1 if int(wildcards.round) <= STUDY.searches["hsic-gpbo"].rounds else 2


def initial_trials(wildcards):
    return STUDY.searches.get(wildcards.method, DEFAULTS["random"]).initial_trials


def final_tolerance(wildcards):
    weighs_cost = wildcards.method in COST_AWARE
    return STUDY.settings.final.tolerance if weighs_cost else None


def round_records(wildcards):
    return expand(
        "search/{method}/{repeat}/{round}/records/{slice}.jsonl",
        method=wildcards.method,
        repeat=wildcards.repeat,
        round=wildcards.round,
        slice=slices(round_size(wildcards)),
    )


def final_records(wildcards):
    settings = STUDY.searches.get(wildcards.method, DEFAULTS["random"])
    return expand(
        "final/{method}/records/{slice}.jsonl",
        method=wildcards.method,
        # Each with all its seeds, and perhaps a longer budget: long enough for a job of its own.
        slice=slices(settings.repeats, per_job=1),
    )
