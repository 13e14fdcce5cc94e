"""Files of trained networks: weights, how inputs are scaled, and the configuration.

What reads them stands apart, as no edit of it is to train anything again.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from hsic_hpo.files import atomic
from hsic_hpo.problems.base import DenseProblem, Problem
from hsic_hpo.problems.data import Data
from hsic_hpo.problems.dense_space import complete
from hsic_hpo.training.outcome import Outcome

FORMAT = 1
_SCALING = ("input_mean", "input_scale", "output_mean", "output_scale")


@dataclass(frozen=True)
class Wanted:
    """A trained network that is to be kept.

    Attributes
    ----------
    path
        File to create or replace.
    facts
        What to tell of it beside its configuration, JSON-able: ``problem``, as a study config
        names it, and whatever helps a reader.
    """

    path: Path
    facts: Mapping[str, Any]


def write_model(
    network: nn.Module,
    problem: Problem,
    configuration: Mapping[str, Any],
    data: Any,
    wanted: Wanted,
    outcome: Outcome,
) -> None:
    """Write a trained network, atomically.

    Parameters
    ----------
    network
        As it was tested.
    problem, configuration, data
        Of the training; what the configuration of a dense network left out is added.
    wanted
        Where, and what else to tell.
    outcome
        Of the training.
    """
    told = dict(configuration)
    if isinstance(problem, DenseProblem):
        told = complete(configuration, problem.accepted)
    facts = {
        **wanted.facts,
        "configuration": told,
        "validation_error": outcome.validation_error,
        "test_error": outcome.test_error,
    }
    content = {
        "format": FORMAT,
        "facts": json.dumps(facts),
        # A module may add what is no tensor.
        "state_dict": {
            name: value.cpu() if isinstance(value, torch.Tensor) else value
            for name, value in network.state_dict().items()
        },
        "scaling": _scaling(data) if isinstance(data, Data) else {},
    }
    with atomic(wanted.path) as temporary:
        torch.save(content, temporary)


def _scaling(data: Data) -> dict[str, torch.Tensor]:
    given = {name: getattr(data, name) for name in _SCALING}
    return {
        name: torch.from_numpy(np.array(value))
        for name, value in given.items()
        if value is not None
    }
