"""The table of the analytical examples."""

import pandas as pd
import xarray as xr


def analytical_table(dataset: xr.Dataset) -> pd.DataFrame:
    """Tabulate the analytical examples: tables 1, 2 and 3 of the slides.

    Parameters
    ----------
    dataset
        Toy Dataset.

    Returns
    -------
    pandas.DataFrame
        One row per entry of the three tables: ``index`` of the random draws, its exact value
        ``population`` and the value that the ``slides`` print, then each over the largest of its
        table; all dimensionless. The Dataset's attribute ``remark`` says how far they compare.
    """
    values = ["hsic", "population", "slides"]
    columns = ["table", "quantity", *values, *(f"{name}_ratio" for name in values)]
    frame = dataset[columns].to_dataframe().reset_index(drop=True)[columns]
    return frame.rename(columns={"hsic": "index", "hsic_ratio": "index_ratio"})
