"""Which kind of source trials come from, and the table in it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from hsic_hpo.errors import InputError
from hsic_hpo.interop.keras_tuner import keras_tuner_trials, read_keras_tuner
from hsic_hpo.interop.nni import is_nni_database, nni_database, read_nni
from hsic_hpo.interop.raw_table import RawTable
from hsic_hpo.interop.ray_tune import ray_trials, read_ray
from hsic_hpo.interop.reading import of_columns, of_frame, read_file
from hsic_hpo.interop.text_files import refuse_pickle

_SQLITE = b"SQLite format 3\x00"
_JOURNAL = "op_code"


def is_optuna(source: Any) -> bool:
    """Tell whether trials are in a study or a storage of Optuna, not in a table."""
    if isinstance(source, str | Path):
        if "://" in str(source):
            return True
        path = Path(source).expanduser()
        return path.is_file() and _is_storage(path)
    # A study, or a storage.
    return hasattr(source, "get_trials") or hasattr(source, "get_all_studies")


def _is_storage(path: Path) -> bool:
    with path.open("rb") as file:
        line = file.readline(1 << 16)
    if line.startswith(_SQLITE):
        return not is_nni_database(path)
    try:
        record = json.loads(line)
    except ValueError:
        return False
    return isinstance(record, dict) and _JOURNAL in record


def read_source(source: Any) -> RawTable:
    """Read the table that a source holds, see :func:`hsic_hpo.interop.sources.trials_from`.

    Raises
    ------
    InputError
        When there is none.
    """
    if isinstance(source, pd.DataFrame):
        return of_frame(source, "trials")
    if isinstance(source, Mapping):
        return of_columns(source, "trials")
    if isinstance(source, list):
        return of_frame(pd.DataFrame(source), "trials")
    if not isinstance(source, str | Path):
        raise InputError(
            f"trials: {type(source).__name__}; allowed: a path, a URL, a study of Optuna, a "
            "DataFrame, a list of records, a mapping of columns"
        )
    path = Path(source).expanduser()
    refuse_pickle(path)
    if not path.exists():
        raise InputError(f"{source}: no such file")
    if path.is_dir():
        return _read_folder(path, str(source))
    if is_nni_database(path):
        return read_nni(path, str(source))
    return read_file(path)


def _read_folder(folder: Path, where: str) -> RawTable:
    of_keras = keras_tuner_trials(folder)
    if of_keras:
        return read_keras_tuner(of_keras, where)
    database = nni_database(folder)
    if database is not None:
        return read_nni(database, where)
    of_ray = ray_trials(folder)
    if of_ray:
        return read_ray(of_ray, where)
    raise InputError(f"{where}: a folder without trials of Ray Tune, Keras Tuner or NNI")
