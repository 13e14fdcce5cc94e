"""Finished trials, the currency between stages: one xarray Dataset per search."""
