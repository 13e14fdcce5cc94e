"""Write the network of a study's choice for other programs: ONNX, or torch.export's programs."""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.export import Dim

from hsic_hpo.errors import InputError, needs_extra
from hsic_hpo.files import atomic
from hsic_hpo.problems.base import DenseProblem, LightningProblem
from hsic_hpo.problems.lightning_costs import first_sample
from hsic_hpo.problems.registry import load_problem
from hsic_hpo.training.loading import load_model, read_facts

# One that is traced with a single sample may hold for single samples only.
_SAMPLES = 2


def export_torch(path: Path | str, output: Path | str, folder: Path | str | None = None) -> None:
    """Write a network as a program of ``torch.export``, which needs no code of its problem.

    Parameters
    ----------
    path, folder
        See :func:`hsic_hpo.training.loading.load_model`.
    output
        File to create or replace, such as ``model.pt2``; ``torch.export.load(output).module()``
        gives a function of any number of samples.

    Raises
    ------
    InputError
        When the file cannot be loaded, or the network cannot be written in this way.
    """
    network, inputs, shapes = _traceable(path, folder)
    with atomic(output) as temporary, _as_input_error(path, "a program of torch.export"):
        program = torch.export.export(network, inputs, dynamic_shapes=shapes)
        torch.export.save(program, temporary)


def export_onnx(path: Path | str, output: Path | str, folder: Path | str | None = None) -> None:
    """Write a network as an ONNX file, its weights within.

    Parameters
    ----------
    path, output, folder
        See :func:`export_torch`; the output's name usually ends in ``.onnx``.

    Raises
    ------
    InputError
        When the file cannot be loaded, or the network cannot be written in this way.
    """
    with needs_extra("--onnx", "onnx"):
        import onnxscript  # noqa: F401
    network, inputs, shapes = _traceable(path, folder)
    with atomic(output) as temporary, _as_input_error(path, "ONNX"):
        torch.onnx.export(
            network,
            inputs,
            temporary,
            dynamo=True,
            dynamic_shapes=shapes,
            external_data=False,
            verbose=False,
        )


def _traceable(
    path: Path | str, folder: Path | str | None
) -> tuple[nn.Module, tuple[torch.Tensor, ...], Any]:
    """Return a network, inputs that it takes, and which of their sizes are free."""
    network, facts = load_model(path, folder), read_facts(path)
    problem = load_problem(
        facts["problem"], f"{path}: problem", () if folder is None else (folder,)
    )
    if isinstance(problem, DenseProblem):
        sample: tuple[torch.Tensor, ...] = (torch.zeros(1, problem.n_inputs, dtype=torch.float64),)
    else:
        assert isinstance(problem, LightningProblem)
        sample = first_sample(problem, facts["configuration"])
    inputs = tuple(torch.cat([given] * _SAMPLES) for given in sample)
    return network, inputs, tuple({0: Dim.AUTO} for _ in inputs)


@contextmanager
def _as_input_error(path: Path | str, kind: str) -> Iterator[None]:
    """Say in one line why a network, perhaps of a user's own, cannot be traced."""
    nowhere = io.StringIO()
    try:
        with warnings.catch_warnings(), redirect_stdout(nowhere), redirect_stderr(nowhere):
            # Of the libraries about themselves.
            warnings.simplefilter("ignore")
            yield
    except OSError:
        raise
    except Exception as error:
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        raise InputError(f"{path}: its network cannot be written as {kind}: {reason}") from error
