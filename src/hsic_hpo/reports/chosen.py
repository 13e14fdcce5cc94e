"""The configurations that the searches ended with, side by side."""

import json

import pandas as pd
import xarray as xr

from hsic_hpo.digits import value_in_words
from hsic_hpo.spaces.space import Space


def chosen(comparison: xr.Dataset, space: Space) -> pd.DataFrame:
    """Tabulate what each repeat of each search method chose.

    Parameters
    ----------
    comparison
        Comparison Dataset.
    space
        The search space.

    Returns
    -------
    pandas.DataFrame
        A row per hyperparameter, a column of texts per method, and per repeat where a method has
        several; empty where a hyperparameter is not active.
    """
    columns: dict[str, list[str]] = {"hyperparameter": list(space.names)}
    for method in comparison["search"].values.tolist():
        texts = [text for text in comparison["configuration"].sel(search=method).values if text]
        for repeat, text in enumerate(texts, start=1):
            configuration = json.loads(text)
            name = f"{method}, repeat {repeat}" if len(texts) > 1 else method
            columns[name] = [value_in_words(configuration.get(known)) for known in space.names]
    return pd.DataFrame(columns)
