"""Device and precision of a training: settings of a machine, not of a study."""

import random
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch

from hsic_hpo.errors import InputError, did_you_mean
from hsic_hpo.training.streams import fork_streams
from hsic_hpo.training.tf32 import tf32

DEVICES = ("cpu", "cuda", "auto")
PRECISIONS = ("32", "tf32", "bf16")


@dataclass(frozen=True)
class Machine:
    """Device and precision of a training, see :func:`machine`.

    Attributes
    ----------
    device
        CPU or the first GPU.
    precision
        ``"32"`` for single precision; ``"tf32"`` for matrix products, convolutions and recurrent
        layers of a GPU with the mantissa of TensorFloat-32; ``"bf16"`` for forward passes and
        losses in bfloat16 where torch deems it safe: those of training, and with a Lightning module
        those of validation and test too. Weights are always in single precision.
    """

    device: torch.device
    precision: str

    def start(self) -> None:
        """Start a GPU, once in a process: its libraries take a second, which is no training's."""
        if self.device.type == "cuda":
            _start_gpu(self.device)

    def autocast(self) -> AbstractContextManager[object]:
        """Return a context for the forward passes of a training; it can be entered repeatedly."""
        if self.precision == "bf16":
            return torch.autocast(self.device.type, torch.bfloat16)
        return nullcontext()

    @contextmanager
    def isolated(self, seed: int) -> Iterator[None]:
        """Run on one thread with random streams of its own, and restore all of it afterwards.

        Dropout, and modules of the user's own, draw from the global streams of torch, NumPy and
        Python and may offer no other.

        Parameters
        ----------
        seed
            In [0, 2**32).
        """
        threads = torch.get_num_threads()
        streams = np.random.get_state(), random.getstate()  # noqa: NPY002 - to leave it untouched
        with fork_streams(self.device), tf32(allowed=self.precision == "tf32"):
            torch.manual_seed(seed)
            np.random.seed(seed)  # noqa: NPY002 - users' modules may draw from it
            random.seed(seed)
            torch.set_num_threads(1)
            try:
                yield
            finally:
                torch.set_num_threads(threads)
                np.random.set_state(streams[0])  # noqa: NPY002 - to leave it untouched
                random.setstate(streams[1])


@cache
def _start_gpu(device: torch.device) -> None:
    # What fails here fails in the training too, which says so.
    with suppress(RuntimeError):
        weights = torch.ones(8, 8, device=device, requires_grad=True)
        torch.relu(weights @ weights).sum().backward()
        torch.cuda.synchronize(device)


def machine(device: str = "cpu", precision: str = "32") -> Machine:
    """Check the settings of a machine.

    Parameters
    ----------
    device
        ``"cpu"``, ``"cuda"``, or ``"auto"`` for a GPU where there is one.
    precision
        ``"32"``, ``"tf32"`` (on a GPU only) or ``"bf16"``.

    Raises
    ------
    InputError
        For an unknown setting, or a GPU that is not there.
    """
    for name, value, known in (("device", device, DEVICES), ("precision", precision, PRECISIONS)):
        if value not in known:
            raise InputError(
                f"{name}: {value!r}; allowed: {', '.join(known)}{did_you_mean(value, known)}"
            )
    has_gpu = torch.cuda.is_available()
    if device == "cuda" and not has_gpu:
        raise InputError("device: 'cuda', but PyTorch finds no GPU; allowed here: cpu, auto")
    chosen = "cuda" if has_gpu and device != "cpu" else "cpu"
    if precision == "tf32" and chosen == "cpu":
        raise InputError("precision: 'tf32' needs a GPU; allowed on a CPU: 32, bf16")
    return Machine(torch.device(chosen), precision)
