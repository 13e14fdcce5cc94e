"""The figures of an explanation, by name: each takes Datasets and returns a figure.

A notebook shows what they return; pyplot and its settings are not touched.
"""

from hsic_hpo.figures.convergence import convergence
from hsic_hpo.figures.distributions import distributions
from hsic_hpo.figures.errors import errors
from hsic_hpo.figures.importance import importance
from hsic_hpo.figures.importance_by_budget import importance_by_budget
from hsic_hpo.figures.importance_by_epoch import importance_by_epoch
from hsic_hpo.figures.interactions import interactions
from hsic_hpo.figures.pairs import pairs
from hsic_hpo.figures.quadrant import quadrant
from hsic_hpo.figures.space import space
from hsic_hpo.figures.style import save
from hsic_hpo.figures.sweeps import sweeps
from hsic_hpo.figures.trainings import trainings
from hsic_hpo.figures.worst import worst
from hsic_hpo.interactive.front import plot_front as front

__all__ = [
    "convergence",
    "distributions",
    "errors",
    "front",
    "importance",
    "importance_by_budget",
    "importance_by_epoch",
    "interactions",
    "pairs",
    "quadrant",
    "save",
    "space",
    "sweeps",
    "trainings",
    "worst",
]
