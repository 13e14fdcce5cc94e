"""What the columns of a table are: hyperparameters, the error, or anything else."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from hsic_hpo.errors import InputError, did_you_mean
from hsic_hpo.interop.budgets import words
from hsic_hpo.interop.cells import TIMES
from hsic_hpo.interop.direction import suggests_more_is_better
from hsic_hpo.interop.rows import PREFIXES

# Where one prefix is there, its columns are the hyperparameters and no others.
_FAMILIES = (
    *PREFIXES,
    "params/",
    "param.",
    "parameters.",
    "parameters/",
    "hyperparameters.",
    "hyperparameters/",
    "hparams/",
    "hparams.",
)
# What tools put in front of the names of results.
_RESULTS = ("metrics.", "metrics/", "summary/", "summary.", "values_")
_ERRORS = (
    "value",
    "loss",
    "error",
    "objective",
    "val_loss",
    "valid_loss",
    "validation_loss",
    "val_error",
    "valid_error",
    "validation_error",
    "mean_test_score",
    "score",
    "final_metric",
)
# Names of columns that say which trial it was, when and where.
_BOOKKEEPING = frozenset(
    [
        "number",
        "trial",
        "id",
        "run",
        "name",
        "index",
        "state",
        "status",
        "seed",
        "random_state",
        "fold",
        "repeat",
        "replicate",
        "split",
        "datetime_start",
        "datetime_complete",
        "start_time",
        "end_time",
        "duration",
        "date",
        "datetime",
        "time",
        "timestamp",
        "created",
        "updated",
        "runtime",
        "hostname",
        "host",
        "pid",
        "user",
        "node_ip",
        "experiment_id",
        "run_id",
        "trial_id",
        "experiment_tag",
        "logdir",
        "checkpoint_dir_name",
        "done",
        "group",
        "tags",
        "notes",
        "sweep",
        "job_type",
        "job_id",
        "uuid",
        "epoch",
        "iteration",
        "training_iteration",
        "iterations_since_restore",
        "time_since_restore",
        "time_this_iter_s",
        "time_total_s",
        "n_params",
        "flops",
        "train_seconds",
        "params_count",
        "_timestamp",
        "_runtime",
        "_step",
        "_wandb",
        "artifact_uri",
        "message",
        "comment",
        "seconds",
        "minutes",
        "hours",
        "gpu",
        "device",
    ]
)
# A number whose name ends so is a result.
_MEASURES = frozenset(
    [
        "loss",
        "error",
        "score",
        "accuracy",
        "acc",
        "auc",
        "auroc",
        "f1",
        "rmse",
        "mae",
        "mse",
        "mape",
        "r2",
        "nll",
        "logloss",
        "perplexity",
        "ppl",
        "reward",
        "bleu",
        "iou",
        "miou",
        "dice",
        "precision",
        "recall",
    ]
)
_BEGINNINGS = ("user_attrs_", "system_attrs_", "tags.", "tags/", "metrics.", "metrics/", "summary")
_MANY_TEXTS = 50
_FEWEST_COUNTED = 10


@dataclass(frozen=True)
class Roles:
    """Which columns are hyperparameters.

    Attributes
    ----------
    hyperparameters
        The columns' names, in their order.
    prefix
        What stands in front of each of them and is no part of the name; perhaps empty.
    others
        The columns that were not taken.
    """

    hyperparameters: tuple[str, ...]
    prefix: str
    others: tuple[str, ...]


def result_column(columns: Sequence[str], name: str, where: str) -> str:
    """Return the column of a result, which may stand behind what a tool puts in front of it.

    Raises
    ------
    InputError
        When it is missing, or stands twice.
    """
    candidates = [name, *(f"{prefix}{name}" for prefix in _RESULTS)]
    found = [candidate for candidate in candidates if candidate in columns]
    if not found:
        raise InputError(
            f"{where}: column {name!r} is missing; columns: {', '.join(columns)}"
            f"{did_you_mean(name, columns)}"
        )
    if list(columns).count(found[0]) > 1:
        raise InputError(f"{where}: column {found[0]!r} stands twice")
    return found[0]


def error_column(columns: Sequence[str], where: str) -> str:
    """Return the one column that is called as errors are.

    Raises
    ------
    InputError
        When several columns or none are called so; it lists the candidates.
    """
    found = [name for name in columns if bare_result(name).lower() in _ERRORS]
    if len(found) == 1:
        return found[0]
    others = [name for name in columns if suggests_more_is_better(name) or _is_measure(name)]
    candidates = list(dict.fromkeys([*found, *others])) or list(columns)
    raise InputError(
        f"{where}: which column is the error? name it (--error); candidates: "
        f"{', '.join(candidates)}"
    )


def bare_result(name: str) -> str:
    """Return the name of a result without what a tool puts in front of it."""
    return next((name.removeprefix(start) for start in _RESULTS if name.startswith(start)), name)


def _is_measure(name: str) -> bool:
    parts = words(name)
    return bool(parts) and parts[-1] in _MEASURES


def column_roles(frame: pd.DataFrame, used: Sequence[str], where: str) -> Roles:
    """Tell which columns are hyperparameters.

    Where columns have a prefix that tools put in front of hyperparameters (``params_``,
    ``config/``), those are; else all but what is named as bookkeeping or as a result, counts
    rows, or holds a different text in each.

    Parameters
    ----------
    frame
        Typed cells, one row a trial.
    used
        Columns that are something else: the error, a cost.
    where
        Place named first in messages.

    Raises
    ------
    InputError
        When none is a hyperparameter.
    """
    names = [str(name) for name in frame.columns]
    counts = {prefix: sum(name.startswith(prefix) for name in names) for prefix in _FAMILIES}
    prefix = max(_FAMILIES, key=lambda one: counts[one])
    if counts[prefix]:
        taken = [name for name in names if name.startswith(prefix) and name not in used]
    else:
        prefix = ""
        taken = [
            name
            for position, name in enumerate(names)
            if name not in used and not _is_other(name, frame.iloc[:, position])
        ]
    if not taken:
        raise InputError(
            f"{where}: no column is a hyperparameter; columns: {', '.join(names)}; a search space "
            "(--space) says which are"
        )
    others = tuple(name for name in names if name not in {*taken, *used})
    return Roles(tuple(taken), prefix, others)


def _is_other(name: str, cells: pd.Series) -> bool:
    plain = name.lower().replace(" ", "_")
    if plain in _BOOKKEEPING or plain.startswith(_BEGINNINGS) or plain.startswith("unnamed:"):
        return True
    known = cells.dropna()
    # Typed cells are objects, whatever their column was.
    if known.map(lambda cell: isinstance(cell, TIMES)).any():
        return True
    is_text = known.map(lambda cell: isinstance(cell, str))
    if is_text.any():
        # Paths, tags and dates differ from row to row.
        return bool(is_text.all()) and known.nunique() > min(_MANY_TEXTS, len(known) / 2)
    if _is_measure(name) and not known.map(lambda cell: isinstance(cell, bool)).all():
        return True
    return _counts_rows(known)


def _counts_rows(known: pd.Series) -> bool:
    numbers = pd.to_numeric(known, errors="coerce")
    return len(numbers) >= _FEWEST_COUNTED and bool((numbers.diff().iloc[1:] == 1).all())
