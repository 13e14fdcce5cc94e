"""Labelled sensitivity indices of finished trials."""
