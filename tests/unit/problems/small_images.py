"""Small image sets with files, hashes and sources of their own."""

import gzip
import hashlib
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from hsic_hpo.problems.image_sources import FILES, ImageSet
from hsic_hpo.problems.mnist import Mnist


def idx_file(values: np.ndarray) -> bytes:
    """Write the header by hand, as the format's description has it."""
    return struct.pack(f">BBBB{values.ndim}I", 0, 0, 8, values.ndim, *values.shape) + bytes(
        values.ravel().tolist()
    )


def arrays(n_train: int = 12, n_test: int = 5, side: int = 4) -> dict[str, np.ndarray]:
    """Draw labels and images that show them: one bright row or column on dark ground."""
    rng = np.random.default_rng(0)
    parts = {}
    for split, n in (("train", n_train), ("test", n_test)):
        labels = rng.integers(0, 10, n).astype(np.uint8)
        images = np.zeros((n, side, side), np.uint8)
        images[np.arange(n), labels % side] = rng.integers(100, 256, (n, 1))
        parts |= {f"{split} images": images, f"{split} labels": labels}
    return parts


def image_set(
    parts: Mapping[str, np.ndarray], sources: Mapping[str, Callable[[], dict[str, bytes]]]
) -> ImageSet:
    """Return a set whose hashes are those of ``parts``."""
    hashes = {part: hashlib.sha256(idx_file(parts[part])).hexdigest() for part in FILES}
    return ImageSet("Small", ("raw", "Small/raw"), hashes, sources)


def files(parts: Mapping[str, np.ndarray]) -> dict[str, bytes]:
    """Return the content of the four files."""
    return {part: idx_file(parts[part]) for part in FILES}


def write_files(parts: Mapping[str, np.ndarray], folder: Path, *, compressed: bool = False) -> None:
    """Write the four files under their original names."""
    folder.mkdir(parents=True, exist_ok=True)
    for part, name in FILES.items():
        content = idx_file(parts[part])
        if compressed:
            (folder / f"{name}.gz").write_bytes(gzip.compress(content))
        else:
            (folder / name).write_bytes(content)


PARTS = arrays(n_train=10_300, n_test=200, side=28)


@dataclass(frozen=True)
class SmallMnist(Mnist):
    """MNIST's problem on images that are quickly made."""

    images: ClassVar[ImageSet] = image_set(PARTS, {"memory": lambda: files(PARTS)})
