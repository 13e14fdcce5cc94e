"""Tables and plain sentences from Datasets; no index is computed here."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from hsic_hpo import trials as trials_data
from hsic_hpo.errors import InputError
from hsic_hpo.files import write_text
from hsic_hpo.wording import goal, group_name, number, outcomes, p_value, target_name

_COSTS = ("flops", "train_seconds")
_COLUMNS = {
    "index": "hsic_order_free",
    "noise_floor": "noise_floor_order_free",
    "p_value": "p_value_order_free",
    "adjusted_p_value": "p_value_order_free_adjusted",
    "significant": "significant",
    "debiased_index": "hsic_order_free_unbiased",
    "interval_low": "interval_low_order_free",
    "interval_high": "interval_high_order_free",
    "paper_index": "hsic",
    "paper_adjusted_p_value": "p_value_adjusted",
    "paper_r2": "r2_hsic",
}
_COUNTS = ("n", "m", "note")
# What LaTeX takes for a command, or does not have in its usual fonts.
_IN_LATEX = str.maketrans(
    {special: rf"\{special}" for special in "&%$#_{}"}
    | {
        "\\": r"\textbackslash{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "<": r"\textless{}",
        ">": r"\textgreater{}",
        "|": r"\textbar{}",
        "±": r"$\pm$",
        "×": r"$\times$",
        "≤": r"$\leq$",
        "≥": r"$\geq$",
        "≠": r"$\neq$",
        "\n": " ",
    }
)


def importance(sensitivity: xr.Dataset) -> pd.DataFrame:
    """Tabulate the indices for the best fraction by error, with those for the costs beside them.

    Parameters
    ----------
    sensitivity
        Sensitivity Dataset.

    Returns
    -------
    pandas.DataFrame
        One row per hyperparameter of each group, the largest index of a group first; a group
        without an index has one row with an empty ``hyperparameter`` and the reason in ``note``.
        All indices are dimensionless. ``interval_low`` and ``interval_high`` belong to
        ``debiased_index``; all up to them are by the values alone, which decides significance, and
        the ``paper_`` columns by the u that was drawn;
        ``flops_index`` and ``train_seconds_index`` are the indices for the cheapest fraction;
        ``m`` of the ``n`` trials of a group are in the best fraction.
    """
    best = sensitivity.sel(subset="best", drop=True)
    error = best.sel(target="error", drop=True)
    columns = {column: error[variable] for column, variable in _COLUMNS.items()}
    for cost in _COSTS:
        # A group that has no index by error must not seem to have one in its single row.
        by_cost = best.sel(target=cost, drop=True).where(error["hsic"].notnull())
        columns[f"{cost}_index"] = by_cost["hsic_order_free"]
        columns[f"{cost}_significant"] = by_cost["significant"]
    columns |= {name: error[name] for name in _COUNTS}
    frame = xr.Dataset(columns).to_dataframe(["group", "hyperparameter"]).reset_index()
    flags = [name for name in frame.columns if name.endswith("significant")]
    frame = frame.astype(dict.fromkeys(flags, "boolean") | {"n": int, "m": int})
    kept = [_kept(part) for _, part in frame.groupby("group", sort=False)]
    return pd.concat(kept, ignore_index=True)


def _kept(group: pd.DataFrame) -> pd.DataFrame:
    present = group[group["index"].notna()]
    if present.empty:
        return group.head(1).assign(hyperparameter="")
    return present.sort_values("index", ascending=False, kind="stable")


def selection(dataset: xr.Dataset) -> pd.DataFrame:
    """Tabulate the decisions of a selection, the first stage first.

    Parameters
    ----------
    dataset
        Selection Dataset.

    Returns
    -------
    pandas.DataFrame
        One row per hyperparameter: its ``role``, the ``choice`` (the value at which it is fixed,
        or what is searched), its ``default`` until the second stage, whether the study config
        decided (``overridden``) and the ``reason`` with its figures.
    """
    frame = dataset[["role", "definition", "default", "overridden", "reason", "stage"]]
    rows = frame.to_dataframe().reset_index()
    order = rows["stage"].map({1: 0, 0: 1, 2: 2})
    rows = rows.loc[order.sort_values(kind="stable").index].reset_index(drop=True)
    rows["choice"] = [readable(json.loads(text)) for text in rows["definition"]]
    fixed = rows["role"] == "fix"
    rows["default"] = [readable(json.loads(text)) for text in rows["default"]]
    rows.loc[fixed, "default"] = ""
    rows["overridden"] = rows["overridden"].astype(bool)
    columns = ["hyperparameter", "role", "choice", "default", "overridden", "reason"]
    return rows[columns]


def readable(choice: Any) -> str:
    """Say what a decision chose: a value, or the definition of what is searched."""
    if choice is None:
        return ""
    if isinstance(choice, bool):
        return str(choice).lower()
    if not isinstance(choice, dict):
        return number(choice) if isinstance(choice, float) else str(choice)
    if "range" in choice:
        low, high = (f"{end:.6g}" for end in choice["range"])
        return f"{low} to {high}{', log' if choice.get('scale') == 'log' else ''}"
    if "levels" in choice:
        return ", ".join(map(readable, choice["levels"]))
    if "distribution" in choice:
        return str(choice["distribution"]["name"])
    return "true or false"


def toy(dataset: xr.Dataset) -> pd.DataFrame:
    """Tabulate the analytical examples: tables 1, 2 and 3 of the slides.

    Parameters
    ----------
    dataset
        Toy Dataset.

    Returns
    -------
    pandas.DataFrame
        One row per entry of the three tables: ``index`` of our random draws, its exact value
        ``population`` and the value that the ``slides`` print, then each over the largest of its
        table; all dimensionless. The Dataset's attribute ``remark`` says how far they compare.
    """
    values = ["hsic", "population", "slides"]
    columns = ["table", "quantity", *values, *(f"{name}_ratio" for name in values)]
    frame = dataset[columns].to_dataframe().reset_index(drop=True)[columns]
    return frame.rename(columns={"hsic": "index", "hsic_ratio": "index_ratio"})


def write(table: pd.DataFrame, path: Path | str, *, remark: str = "") -> None:
    """Write a table atomically in the format of the suffix of ``path``.

    Parameters
    ----------
    table
        Any table of this module; its row labels are not written.
    path
        File that ends in ``.csv`` (all digits, for machines), ``.md`` (three significant digits,
        for people) or ``.tex`` (the same in LaTeX, for the package booktabs).
    remark
        A sentence to stand below the Markdown or LaTeX table.

    Raises
    ------
    InputError
        When the suffix is another one.
    """
    suffix = Path(path).suffix.lower()
    if suffix == ".csv":
        write_text(table.to_csv(index=False, lineterminator="\n"), path)
    elif suffix == ".tex":
        write_text(_latex(table) + (f"\n{_escaped(remark)}\n" if remark else ""), path)
    elif suffix == ".md":
        write_text(_markdown(table) + (f"\n{remark}\n" if remark else ""), path)
    else:
        raise InputError(f"{path}: cannot write a table as {suffix!r}; use .csv, .md or .tex")


def _markdown(table: pd.DataFrame) -> str:
    header = [_cell(str(name).replace("_", " ")) for name in table.columns]
    # Numbers stand to the right, so that their digits line up.
    ruler = ["--:" if kind.kind in "if" else "---" for kind in table.dtypes]
    rows = [[_cell(value) for value in row] for row in table.itertuples(index=False)]
    return "".join(f"| {' | '.join(row)} |\n" for row in [header, ruler, *rows])


def _latex(table: pd.DataFrame) -> str:
    shown = pd.DataFrame(
        {
            _escaped(str(name).replace("_", " ")): [_escaped(cell_text(value)) for value in column]
            for name, column in table.items()
        }
    )
    numeric = "".join("r" if kind.kind in "if" else "l" for kind in table.dtypes)
    return shown.style.hide(axis="index").to_latex(hrules=True, column_format=numeric)


def _escaped(text: str) -> str:
    return text.translate(_IN_LATEX)


def _cell(value: Any) -> str:
    # A bar or a line break would end the cell.
    return cell_text(value).replace("|", "\\|").replace("\n", " ")


def cell_text(value: Any) -> str:
    """Return a cell of a table as people read it: three significant digits, empty if missing."""
    if pd.isna(value):
        return ""
    if isinstance(value, bool | np.bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return number(value)
    return str(value)


def summary(trials: xr.Dataset, sensitivity: xr.Dataset) -> list[str]:
    """Say in three lines what a random search found.

    Parameters
    ----------
    trials
        Trials Dataset.
    sensitivity
        Sensitivity Dataset of these trials.

    Returns
    -------
    list of str
        How the trials ended and how far their errors spread; which hyperparameters matter for
        the best fraction, with adjusted p-values, each in the largest group that has an index
        of it; which ones only cost.
    """
    table = importance(sensitivity)
    largest = table[table["index"].notna()].sort_values("n", ascending=False, kind="stable")
    largest = largest.drop_duplicates("hyperparameter")
    if largest.empty:
        return [_spread(trials), _no_index(table), "Nothing can be said about cost either."]
    return [_spread(trials), _impact(largest, sensitivity), _only_cost(largest, sensitivity)]


def _spread(trials: xr.Dataset) -> str:
    error = trials_data.error(trials)
    finite = error[np.isfinite(error)]
    if finite.size == 0:
        return f"{outcomes(trials)}; no error to compare."
    units = "" if trials.attrs["error_units"] == "1" else f" {trials.attrs['error_units']}"
    values = finite.min(), *np.quantile(finite, [0.1, 0.9])
    best, low, high = (f"{number(value)}{units}" for value in values)
    name = trials.attrs["error_name"]
    return f"{outcomes(trials)}; {name}: best {best}, best decile {low}, worst decile {high}."


def _impact(largest: pd.DataFrame, sensitivity: xr.Dataset) -> str:
    aim = f"the {goal(sensitivity)} by {target_name(sensitivity, 'error')}"
    found = largest[largest["significant"]]
    if found.empty:
        nearest = largest.sort_values("adjusted_p_value").head(1)
        return f"No hyperparameter matters significantly for {aim}; nearest: {_named(nearest)}."
    parts = [
        _named(rows) if label == "all" else f"where {group_name(str(label))}: {_named(rows)}"
        for label, rows in found.groupby("group", sort=False)
    ]
    return f"What matters for {aim}: {'; '.join(parts)}."


def _named(rows: pd.DataFrame) -> str:
    pairs = zip(rows["hyperparameter"], rows["adjusted_p_value"], strict=True)
    return ", ".join(f"{name} (adjusted p = {p_value(value)})" for name, value in pairs)


def _no_index(table: pd.DataFrame) -> str:
    # The main group comes first and is the largest: its reason holds for the others too.
    return f"No hyperparameter has an index: {table['note'].iloc[0]}."


def _only_cost(largest: pd.DataFrame, sensitivity: xr.Dataset) -> str:
    parts = []
    for _, row in largest[~largest["significant"].astype(bool)].iterrows():
        costs = [
            target_name(sensitivity, cost)
            for cost in _COSTS
            if pd.notna(row[f"{cost}_significant"]) and row[f"{cost}_significant"]
        ]
        if costs:
            parts.append(f"{row['hyperparameter']} ({', '.join(costs)}{_but(row, sensitivity)})")
    if not parts:
        return "No hyperparameter was found to drive cost without mattering for the error."
    return f"What only costs: {', '.join(parts)}."


def _but(row: pd.Series, sensitivity: xr.Dataset) -> str:
    pure = sensitivity["pure_p_value_adjusted"].sel(
        target="error", subset="best", group=row["group"], hyperparameter=row["hyperparameter"]
    )
    found = pure["partner"].values[pure.values <= float(sensitivity.attrs["significance"])]
    return f"; but it interacts with {', '.join(map(str, found))}" if len(found) else ""
