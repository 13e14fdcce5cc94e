"""Datasets in, tables and sentences out; no index is computed here."""
