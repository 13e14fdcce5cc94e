"""Trials that Ray Tune leaves in the folder of an experiment.

Seen in folders of Ray 2: a folder for each trial, with its configuration (``params.json``) and a
JSON record a line for each report (``result.json``). The search space stands in pickles alone,
which are not opened.
"""

import json
from pathlib import Path
from typing import Any

import pandas as pd

from hsic_hpo.errors import InputError
from hsic_hpo.interop.raw_table import RawTable
from hsic_hpo.interop.text_files import read_text
from hsic_hpo.interop.typed_columns import flat


def ray_trials(folder: Path) -> list[Path]:
    """Return the folders of an experiment's trials, in their order; empty without any."""
    found = sorted(path.parent for path in folder.glob("*/params.json"))
    return found or sorted(path.parent for path in folder.glob("*/*/params.json"))


def read_ray(folders: list[Path], where: str) -> RawTable:
    """Read the trials of an experiment, each as it was last reported.

    Parameters
    ----------
    folders
        As `ray_trials` finds them.
    where
        Place named first in messages.

    Raises
    ------
    InputError
        When a file is not one of Ray Tune.
    """
    rows = []
    for folder in folders:
        row = {f"config/{key}": one for key, one in flat(_record(folder / "params.json")).items()}
        last = _last(folder / "result.json")
        row |= {key: value for key, value in last.items() if key != "config"}
        failed = (folder / "error.txt").exists() or not last
        rows.append(row | {"state": "failed" if failed else "complete"})
    labels = [
        f"trial {row.get('trial_id', folder.name)}"
        for row, folder in zip(rows, folders, strict=True)
    ]
    return RawTable(pd.DataFrame(rows, labels, dtype=object), where)


def _record(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(read_text(path)))
    except (TypeError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{path}: not a file of Ray Tune") from None


def _last(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    lines = [line for line in read_text(path).splitlines() if line.strip()]
    for line in reversed(lines):
        try:
            return dict(json.loads(line))
        except ValueError:
            # A killed trial leaves half a line.
            continue
    return {}
