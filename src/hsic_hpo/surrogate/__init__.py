"""Gaussian processes over whole configurations, for proposing and for explaining."""
