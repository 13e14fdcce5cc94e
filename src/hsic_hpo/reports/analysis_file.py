"""The analysis of finished trials as a file, in the format of its ending."""

import json
from pathlib import Path

import pandas as pd
import xarray as xr

from hsic_hpo.files import write_netcdf, write_text
from hsic_hpo.tables.decisions import decisions_table
from hsic_hpo.tables.explained import explained_table
from hsic_hpo.tables.writing import write_table

_HEAD = ("study", "way", "way_reason", "surrogate_check", "error_name", "goal_fraction")


def write_analysis(
    sensitivity: xr.Dataset, decisions: xr.Dataset | None, path: Path | str, subset: str = "best"
) -> None:
    """Write what was found, atomically.

    Parameters
    ----------
    sensitivity
        Sensitivity Dataset of :func:`hsic_hpo.sensitivity.explanation.explain_trials`.
    decisions
        Selection Dataset of it; None where nothing was decided.
    path
        File that ends in ``.nc`` (the whole Dataset), ``.csv`` (the table of
        :func:`hsic_hpo.tables.explained.explained_table`) or ``.json`` (the same, with what was
        explained and the decisions).
    subset
        ``"best"`` or ``"worst"``: which indices the table has.
    """
    suffix = Path(path).suffix.lower()
    if suffix == ".json":
        head = {key: sensitivity.attrs[key] for key in _HEAD if key in sensitivity.attrs}
        told = {**head, "subset": subset, "indices": _records(explained_table(sensitivity, subset))}
        if decisions is not None:
            told["decisions"] = _records(decisions_table(decisions))
        write_text(json.dumps(told, indent=2) + "\n", path)
    elif suffix == ".csv":
        write_table(explained_table(sensitivity, subset), path)
    else:
        write_netcdf(sensitivity, path)


def _records(table: pd.DataFrame) -> list[dict[str, object]]:
    # Through pandas, which writes what is missing as null.
    records: list[dict[str, object]] = json.loads(table.to_json(orient="records"))
    return records
