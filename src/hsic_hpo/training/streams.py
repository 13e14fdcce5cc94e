"""The random streams that trainings draw from, as plain values that can be kept in a file."""

import random
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

import numpy as np
import torch


def streams(device: torch.device) -> dict[str, Any]:
    """Return the state of the global streams of torch, NumPy and Python.

    Parameters
    ----------
    device
        Where the training runs: a GPU has a stream of its own.
    """
    name, keys, *rest = np.random.get_state()  # noqa: NPY002 - users' modules may draw from it
    found = {
        "torch": torch.get_rng_state(),
        "numpy": (name, torch.from_numpy(np.asarray(keys).astype(np.int64)), *rest),
        "python": random.getstate(),
    }
    if device.type == "cuda":
        found["cuda"] = torch.cuda.get_rng_state(device)
    return found


def set_streams(state: Mapping[str, Any], device: torch.device) -> None:
    """Let the global streams go on from what :func:`streams` returned."""
    torch.set_rng_state(state["torch"])
    name, keys, *rest = state["numpy"]
    np.random.set_state((name, keys.numpy().astype(np.uint32), *rest))  # noqa: NPY002
    random.setstate(state["python"])
    if "cuda" in state:
        torch.cuda.set_rng_state(state["cuda"], device)


def fork_streams(device: torch.device) -> AbstractContextManager[None]:
    """Return a context after which torch's streams, that of a GPU included, are as before.

    Parameters
    ----------
    device
        Where what runs in the context may draw, beside the CPU.
    """
    return torch.random.fork_rng(devices=[device.index or 0] if device.type == "cuda" else [])
