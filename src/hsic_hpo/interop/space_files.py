"""Search spaces in files: this package's YAML, and the forms of other tools."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hsic_hpo.errors import InputError
from hsic_hpo.files import write_text
from hsic_hpo.interop.configspace_json import configspace_definitions, is_configspace
from hsic_hpo.interop.configspace_writing import configspace_content
from hsic_hpo.interop.nni import is_nni_space, nni_definitions
from hsic_hpo.interop.text_files import read_text
from hsic_hpo.interop.wandb_sweep import is_sweep, sweep_space
from hsic_hpo.spaces.space import Space
from hsic_hpo.yaml_files import parse_yaml, yaml_lines


def read_space(path: Path | str) -> Space:
    """Read a search space.

    Parameters
    ----------
    path
        YAML as a study config or ``--write-space`` writes it, or JSON of the same; the
        configuration of a sweep of Weights & Biases; JSON of ConfigSpace or of NNI. Constants and
        forbidden clauses are left out.

    Raises
    ------
    InputError
        One line: file, key, value, what is allowed.

    Examples
    --------
    >>> import tempfile
    >>> import hsic_hpo as hh
    >>> space = hh.Space({"lr": hh.Float(1e-4, 1e-1, log=True)})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     hh.write_space(space, f"{folder}/space.json")
    ...     print(hh.read_space(f"{folder}/space.json").to_dict())
    {'lr': {'type': 'float', 'range': [0.0001, 0.1], 'scale': 'log'}}
    """
    return read_noted_space(path)[0]


def read_noted_space(path: Path | str) -> tuple[Space, tuple[str, ...]]:
    """Read a search space and what a reader must know of it, a sentence each; see `read_space`."""
    text = read_text(path)
    try:
        content = json.loads(text)
    except ValueError:
        content = parse_yaml(text, path)
    if not isinstance(content, dict):
        raise InputError(f"{path}: not a mapping of keys to values")
    return space_of(content, str(path))


def space_of(content: Mapping[str, Any], where: str) -> tuple[Space, tuple[str, ...]]:
    """Return the space that a file holds, in any form that `read_space` knows, and its notes."""
    spec: Any = content.get("space", content)
    notes: list[str] = []
    if is_sweep(content):
        spec, notes = sweep_space(content, where)
    elif is_configspace(content):
        spec, notes = configspace_definitions(content, where)
    elif is_nni_space(content):
        spec = nni_definitions(content, where)
    return Space.from_dict(spec, f"{where}: space"), tuple(notes)


def space_yaml(space: Space) -> str:
    """Return a space as YAML, a line for each hyperparameter, that `read_space` reads back."""
    return yaml_lines(json.loads(space.to_json()))


def write_space(space: Space, path: Path | str) -> None:
    """Write a search space.

    Parameters
    ----------
    space
        The space.
    path
        Where the name ends in ``.json``, ConfigSpace's JSON is written, for SMAC, DeepCAVE,
        HyperSHAP and NePS; else YAML.

    Raises
    ------
    InputError
        For anything but a space; when ConfigSpace has no counterpart of a hyperparameter.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import hsic_hpo as hh
    >>> space = hh.Space({"lr": hh.Float(1e-4, 1e-1, log=True), "n": hh.Integer(1, 8)})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     hh.write_space(space, f"{folder}/space.yaml")
    ...     print(Path(folder, "space.yaml").read_text())
    lr: {type: float, range: [0.0001, 0.1], scale: log}
    n: {type: integer, range: [1, 8]}
    <BLANKLINE>
    """
    if not isinstance(space, Space):
        raise InputError(f"space: {type(space).__name__}; a Space is needed")
    if Path(path).suffix.lower() == ".json":
        write_text(json.dumps(configspace_content(space), indent=2) + "\n", path)
    else:
        write_text(space_yaml(space), path)
