"""Learning problems: data, splits, metric and default search space."""
