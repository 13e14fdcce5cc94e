"""Load the network of a study's choice from its file."""

import json
from pathlib import Path
from typing import Any

from hsic_hpo.errors import InputError, needs_extra
from hsic_hpo.problems.base import DenseProblem, LightningProblem
from hsic_hpo.problems.registry import load_problem

with needs_extra("a trained network", "training"):
    import torch
    from torch import nn

    from hsic_hpo.training.model_file import FORMAT
    from hsic_hpo.training.networks import architecture
    from hsic_hpo.training.raw_network import RawNetwork


def load_model(path: Path | str, folder: Path | str | None = None) -> nn.Module:
    """Load the network of a study's choice, ``final/<method>/<choice>/model.ckpt``.

    Parameters
    ----------
    path
        The file; it is read without running any code in it.
    folder
        Where the module of a problem of your own lies, unless it can be imported from here.

    Returns
    -------
    torch.nn.Module
        In evaluation mode, on the CPU. A dense network takes raw inputs, ``(n, ...)``, and gives
        outputs in their units or scores of classes, see
        :class:`hsic_hpo.training.raw_network.RawNetwork`; a Lightning module of your own takes what
        it always takes.

    Raises
    ------
    InputError
        When the file is missing or holds no network, or the problem cannot be imported.

    Examples
    --------
    >>> import hsic_hpo as hh, torch
    >>> hh.load_model("results/digits/final/gpbo/lowest-error/model.ckpt")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    hsic_hpo.errors.InputError: results/digits/final/gpbo/lowest-error/model.ckpt: no such file...
    """
    content, facts = _read(Path(path))
    problem = load_problem(
        facts["problem"], f"{path}: problem", () if folder is None else (folder,)
    )
    configuration = facts["configuration"]
    if isinstance(problem, DenseProblem):
        bare = architecture(problem.n_inputs, problem.n_outputs, configuration)
        network: nn.Module = bare.to_empty(device="cpu")
    elif isinstance(problem, LightningProblem):
        network = problem.module(configuration)
        # Where Lightning lets a module make its layers.
        network.configure_model()
    else:
        raise InputError(f"{path}: its problem, {problem.name}, is a function without a network")
    try:
        network.load_state_dict(content["state_dict"])
    except RuntimeError as error:
        reason = " ".join(str(error).split())
        raise InputError(
            f"{path}: its weights do not fit the network that {problem.name} makes now: {reason}"
        ) from error
    if isinstance(problem, DenseProblem):
        network = RawNetwork(network, content["scaling"])
    return network.eval()


def read_facts(path: Path | str) -> dict[str, Any]:
    """Read what is told of a network: its problem, configuration and errors.

    Raises
    ------
    InputError
        When the file is missing or holds no network.
    """
    return _read(Path(path))[1]


def _read(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    if not path.is_file():
        raise InputError(
            f"{path}: no such file; a study keeps the network of each choice that it trained "
            "again, unless its problem is a function, which has none"
        )
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
        facts = json.loads(content["facts"])
        known = content["format"] == FORMAT
    except Exception as error:  # whatever stands in the file
        raise InputError(f"{path}: {_no_network(path, error)}") from error
    if not known:
        raise InputError(f"{path}: written by another version of hsic_hpo")
    return content, facts


def _no_network(path: Path, error: Exception) -> str:
    try:
        return str(json.loads(path.read_text(encoding="utf-8"))["no_network"])
    except (OSError, ValueError, KeyError, TypeError):
        return f"not a network that a study kept, or damaged ({type(error).__name__})"
