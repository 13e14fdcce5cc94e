"""A study: its config, its provenance, its logs and locks."""
