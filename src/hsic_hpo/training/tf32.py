"""TensorFloat-32 in place of single precision: switched on or off, and put back afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager
from operator import attrgetter
from typing import Any

import torch

# Of torch.backends; each has a setting of its own since torch 2.9.
_OPERATIONS = (
    "cuda.matmul",
    "cudnn.conv",
    "cudnn.rnn",
    "mkldnn.matmul",
    "mkldnn.conv",
    "mkldnn.rnn",
)


@contextmanager
def tf32(*, allowed: bool) -> Iterator[None]:
    """Compute in single precision, whatever was set before, or with TensorFloat-32's mantissa.

    Matrix products, convolutions and recurrent layers are meant. Torch has an older interface for
    all of a library and, since 2.9, one for each operation; after a setting by the newer one the
    older one may raise when it is asked, as Lightning does.

    Parameters
    ----------
    allowed
        Whether TensorFloat-32 may be used, where the device has it.
    """
    operations = _operations()
    before = [operation.fp32_precision for operation in operations]
    _forbid(operations)
    matmul, cudnn = torch.get_float32_matmul_precision(), _cudnn_allows()
    torch.set_float32_matmul_precision("high" if allowed else "highest")
    torch.backends.cudnn.allow_tf32 = allowed
    if not allowed:
        # What the older interface leaves open follows a setting for all operations.
        _forbid(operations)
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(matmul)
        torch.backends.cudnn.allow_tf32 = cudnn
        for operation, precision in zip(operations, before, strict=True):
            operation.fp32_precision = precision


def _operations() -> list[Any]:
    if not hasattr(torch.backends, "fp32_precision"):
        return []
    return [attrgetter(name)(torch.backends) for name in _OPERATIONS]


def _forbid(operations: list[Any]) -> None:
    for operation in operations:
        operation.fp32_precision = "ieee"


def _cudnn_allows() -> bool:
    """Return what the older interface was told, while no operation may use TensorFloat-32."""
    try:
        return torch.backends.cudnn.allow_tf32
    except RuntimeError:
        # Only a permission contradicts that.
        return True
