"""Explainable hyperparameter optimisation of neural networks with goal-oriented HSIC."""
