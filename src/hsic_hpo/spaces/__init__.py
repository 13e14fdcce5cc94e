"""The search space: hyperparameters, conditions, sampling; no data."""
