"""Finished trials from elsewhere, as trials Datasets."""
