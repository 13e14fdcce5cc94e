"""IDX files are read as their description says, and broken ones are refused in one line."""

import gzip
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from hsic_hpo.errors import InputError
from hsic_hpo.problems import idx
from small_images import idx_file

SHAPES = arrays.array_shapes(min_dims=1, max_dims=4, max_side=5)
VALUES = arrays.arrays(np.uint8, SHAPES)
LABELS = bytes([0, 0, 8, 1, 0, 0, 0, 3, 7, 0, 255])


def test_file_written_by_hand_is_read() -> None:
    assert idx.decode(LABELS, "labels").tolist() == [7, 0, 255]
    image = bytes([0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3]) + bytes(range(6))
    assert idx.decode(image, "image").tolist() == [[0, 1, 2], [3, 4, 5]]


@given(VALUES)
def test_encoding_writes_the_header_and_decoding_undoes_it(values: np.ndarray) -> None:
    assert idx.encode(values) == idx_file(values)
    decoded = idx.decode(idx.encode(values), "x")
    assert decoded.dtype == np.uint8
    np.testing.assert_array_equal(decoded, values)


@given(VALUES, st.data())
def test_no_truncated_file_is_read(values: np.ndarray, data: st.DataObject) -> None:
    content = idx.encode(values)
    kept = data.draw(st.integers(0, len(content) - 1))
    with pytest.raises(InputError, match=r"^x: .*; fetch it again$"):
        idx.decode(content[:kept], "x")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not an IDX file of unsigned bytes"),
        (b"<html>not found</html>", "not an IDX file of unsigned bytes"),
        (b"\0\0\x0d" + LABELS[3:], "not an IDX file of unsigned bytes"),
        (LABELS[:-1], r"2 values, but its header says 3 \(3\): it is truncated or altered"),
        (LABELS + b"\0", r"4 values, but its header says 3 \(3\): it is truncated or altered"),
    ],
    ids=["empty", "web page", "floats", "short", "long"],
)
def test_other_files_are_refused(content: bytes, message: str) -> None:
    with pytest.raises(InputError, match=f"^a/labels: {message}; fetch it again$"):
        idx.decode(content, "a/labels")


def test_compressed_files_are_decompressed(tmp_path: Path) -> None:
    (tmp_path / "labels").write_bytes(LABELS)
    (tmp_path / "labels.gz").write_bytes(gzip.compress(LABELS))
    assert idx.read_idx(tmp_path / "labels") == LABELS
    assert idx.read_idx(tmp_path / "labels.gz") == LABELS


@pytest.mark.parametrize("fault", ["empty", "plain", "truncated", "flipped"])
def test_broken_gzip_files_are_refused(tmp_path: Path, fault: str) -> None:
    whole = gzip.compress(bytes(range(256)) * 40)
    middle = len(whole) // 2
    content = {
        "empty": b"\x1f",
        "plain": LABELS,
        "truncated": whole[:-9],
        "flipped": whole[:middle] + bytes([whole[middle] ^ 255]) + whole[middle + 1 :],
    }[fault]
    path = tmp_path / "labels.gz"
    path.write_bytes(content)
    with pytest.raises(InputError, match=rf"^{path}: not a whole gzip file .*; fetch it again$"):
        idx.read_idx(path)
