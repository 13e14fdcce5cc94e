"""Search spaces in files: this package's YAML, and the forms of other tools."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hsic_hpo.files import write_text
from hsic_hpo.interop.text_files import refuse_pickle
from hsic_hpo.spaces.space import Space
from hsic_hpo.yaml_files import read_yaml, yaml_lines


def read_space(path: Path | str) -> Space:
    """Read a search space.

    Parameters
    ----------
    path
        YAML as a study config or ``--write-space`` writes it, or JSON of the same.

    Raises
    ------
    InputError
        One line: file, key, value, what is allowed.
    """
    refuse_pickle(path)
    content = read_yaml(path)
    return space_of(content, str(path))


def space_of(content: Mapping[str, Any], where: str) -> Space:
    """Return the space that a file holds, in any form that `read_space` knows."""
    spec = content.get("space", content)
    return Space.from_dict(spec, f"{where}: space")


def space_yaml(space: Space) -> str:
    """Return a space as YAML, a line for each hyperparameter, that `read_space` reads back."""
    return yaml_lines(space.to_dict())


def write_space(space: Space, path: Path | str) -> None:
    """Write a space as YAML."""
    write_text(space_yaml(space), path)
