"""Which sampler of Optuna drew trials, as far as its study tells."""

import re
from collections.abc import Sequence
from typing import Any

from hsic_hpo.trials.drawn import ADAPTIVE, RANDOM, UNKNOWN

# What samplers write beside the trials that they draw. RandomSampler writes nothing, and neither
# does TPESampler in versions of Optuna before 5 unless it is multivariate.
_SIGNS = (
    (re.compile(r"hsic_gpbo:"), ADAPTIVE, "HsicGpboSampler"),
    (re.compile(r"tpe:"), ADAPTIVE, "TPESampler"),
    (re.compile(r"gp:"), ADAPTIVE, "GPSampler"),
    (re.compile(r"(sep)?cma(wm)?:"), ADAPTIVE, "CmaEsSampler"),
    (re.compile(r"nsga2:|NSGAIISampler:"), ADAPTIVE, "NSGAIISampler"),
    (re.compile(r"nsga3:|NSGAIIISampler:"), ADAPTIVE, "NSGAIIISampler"),
    (re.compile(r"\w+:generation$"), ADAPTIVE, "genetic sampler"),
    (re.compile(r"grid_id$"), RANDOM, "GridSampler"),
)
# Samplers that do not look at errors; of others it is taken that they do.
_BLIND = ("RandomSampler", "GridSampler", "QMCSampler", "BruteForceSampler")
ENQUEUED = "fixed_params"


def sampler_of(study: Any, trials: Sequence[Any], *, is_given: bool) -> tuple[str, str]:
    """Tell how Optuna drew trials.

    Parameters
    ----------
    study
        Their study.
    trials
        The trials, of Optuna's own class.
    is_given
        Whether the study is a user's object, not one loaded here.

    Returns
    -------
    tuple of str
        A way of :data:`hsic_hpo.trials.drawn.WAYS`, and the sampler in words.
    """
    written = {key for trial in trials for key in trial.system_attrs}
    for sign, way, sampler in _SIGNS:
        if any(sign.match(key) for key in written):
            return way, sampler if sampler == "HsicGpboSampler" else f"Optuna's {sampler}"
    # The sampler of a study that was loaded is that of the next trial, Optuna's default if none
    # was named. A study in memory was never loaded, but trials may have been added to it.
    if is_given and _is_in_memory(study) and any(map(_has_run, trials)):
        sampler = type(study.sampler).__name__
        return RANDOM if sampler in _BLIND else ADAPTIVE, f"Optuna's {sampler}"
    return UNKNOWN, ""


def _has_run(trial: Any) -> bool:
    """Tell whether a trial took time: one that was made and added did not."""
    return trial.duration is not None and trial.duration.total_seconds() > 0


def _is_in_memory(study: Any) -> bool:
    from optuna.storages import InMemoryStorage

    return isinstance(study._storage, InMemoryStorage)
