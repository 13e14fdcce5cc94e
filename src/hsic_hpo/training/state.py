"""Files of the state of unfinished trainings: checked, and read without running any code."""

import hashlib
import io
import json
import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytorch_lightning
import torch

from hsic_hpo.files import atomic
from hsic_hpo.problems.base import Problem
from hsic_hpo.training.budget import Budget


def state_path(folder: Path | str, key: str) -> Path:
    """Return where the state of a training is kept: beside the record that it will have."""
    return Path(folder) / key[:2] / f"{key}.state"


def training_digest(
    problem: Problem,
    configuration: Mapping[str, Any],
    budget: Budget,
    seed: int,
    data_fingerprint: str,
) -> str:
    """Hash everything that a training is told, and the file that defines its problem.

    A problem that is defined in no file, as in a notebook, has another digest each time.
    """
    try:
        source = problem.source.read_bytes()
    except (OSError, TypeError):
        source = os.urandom(16)
    content = [
        type(problem).__qualname__,
        asdict(problem),
        dict(configuration),
        budget.to_dict(),
        seed,
        data_fingerprint,
        hashlib.sha256(source).hexdigest(),
    ]
    text = json.dumps(content, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def made_by(device: torch.device, precision: str) -> dict[str, str]:
    """Return what else a state depends on to the last bit, beside the training itself."""
    return {
        "torch": torch.__version__,
        "lightning": pytorch_lightning.__version__,
        "numpy": np.__version__,
        "device": device.type,
        "precision": precision,
    }


def write_state(state: Mapping[str, Any], path: Path, of: Mapping[str, Any]) -> None:
    """Write a state, atomically and with a checksum.

    Parameters
    ----------
    state
        Tensors and plain values.
    path
        File to create or replace.
    of
        JSON-able: which training it is the state of, and what made it.

    Raises
    ------
    OSError
        When it cannot be written.
    """
    buffer = io.BytesIO()
    torch.save(dict(state), buffer)
    content = buffer.getbuffer()
    head = json.dumps({"sha256": hashlib.sha256(content).hexdigest(), "of": dict(of)})
    with atomic(path) as temporary, temporary.open("wb") as file:
        file.write(f"{head}\n".encode())
        file.write(content)


def read_state(path: Path, of: Mapping[str, Any]) -> dict[str, Any] | None:
    """Read a state, on the CPU.

    Returns
    -------
    dict or None
        None when there is none, or when its file is truncated or altered, belongs to another
        training or was made by other versions of libraries: the training must then begin anew.
    """
    try:
        with path.open("rb") as file:
            head = json.loads(file.readline())
            content = file.read()
        if head["of"] != of or head["sha256"] != hashlib.sha256(content).hexdigest():
            return None
        state = torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
    except Exception:  # whatever stands in the file
        return None
    return state if isinstance(state, dict) else None


def forget_state(path: Path) -> None:
    """Remove a state, and what a killed process left of writing it."""
    path.unlink(missing_ok=True)
    for left in path.parent.glob(f".{path.stem}.*.tmp{path.suffix}"):
        left.unlink(missing_ok=True)
