"""Results of scikit-learn's searches, ``cv_results_``: each split is a repeat."""

import re

import pandas as pd

from hsic_hpo.interop.raw_table import RawTable

_MEAN = "mean_test_score"
_SPLIT = re.compile(r"split(\d+)_test_score")
SCORE = "test_score"


def is_cv_results(frame: pd.DataFrame) -> bool:
    """Tell whether a table is that of a search with a single score."""
    return _MEAN in frame.columns and any(str(name).startswith("param_") for name in frame.columns)


def of_cv_results(frame: pd.DataFrame, where: str) -> RawTable:
    """Return a row for each split of each configuration; of a score more is better.

    Parameters
    ----------
    frame
        ``pandas.DataFrame(search.cv_results_)``, also as it was read from CSV.
    where
        Place named first in messages.
    """
    splits = {name: found[1] for name in frame.columns if (found := _SPLIT.fullmatch(str(name)))}
    rest = frame.drop(columns=["params", *splits], errors="ignore")
    parts = [
        rest.assign(**{SCORE: frame[name], "split": number}) for name, number in splits.items()
    ]
    if not parts:
        parts = [rest.assign(**{SCORE: frame[_MEAN]})]
    each = f", each of the {len(splits)} splits a repeat" if splits else ""
    note = f"Scores of scikit-learn: more is better{each}."
    # Sorting is stable: the splits of a configuration follow each other, configurations in order.
    order = pd.concat([pd.Series(range(len(frame)))] * len(parts)).argsort(kind="stable")
    together = pd.concat(parts, axis="index").iloc[order.to_numpy()]
    return RawTable(together, where, error=SCORE, maximise=True, notes=(note,))
