"""A finished training is found again whole, or not at all."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hsic_hpo.training.records import (
    find,
    read_records,
    store,
    training_key,
    training_seed,
    write_records,
)

RECORD = {"status": "ok", "reason": "", "validation_error": 0.1 + 0.2, "learning_curve": [1e-300]}
KEY = training_key({"n_layers": 2}, {"epochs": 3}, 5, "data", "code")


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    store(RECORD, tmp_path, KEY)
    (path,) = tmp_path.rglob("[!.]*.json")
    return path


def test_round_trip_keeps_every_bit(tmp_path: Path, stored: Path) -> None:
    assert stored.is_file()
    assert find(tmp_path, KEY) == RECORD


def test_an_unknown_training_is_not_found(tmp_path: Path) -> None:
    assert find(tmp_path, KEY) is None


def test_a_truncated_file_counts_as_unfinished(tmp_path: Path, stored: Path) -> None:
    whole = stored.read_bytes()
    for length in range(len(whole)):
        stored.write_bytes(whole[:length])
        assert find(tmp_path, KEY) is None


def test_a_flipped_bit_is_never_taken_for_a_result(tmp_path: Path, stored: Path) -> None:
    whole = bytearray(stored.read_bytes())
    for position in range(len(whole)):
        for bit in range(8):
            altered = whole.copy()
            altered[position] ^= 1 << bit
            stored.write_bytes(altered)
            assert find(tmp_path, KEY) in (None, RECORD)


@pytest.mark.parametrize("content", [b"[]", b"null", b"3", b'{"record": 3, "sha256": ""}'])
def test_other_json_counts_as_unfinished(tmp_path: Path, stored: Path, content: bytes) -> None:
    stored.write_bytes(content)
    assert find(tmp_path, KEY) is None


def test_the_key_depends_on_everything_that_decides_the_result() -> None:
    base = ({"n_layers": 2}, {"epochs": 3}, 5, "data", "code")
    changed = ({"n_layers": 3}, {"epochs": 4}, 6, "data2", "code2")
    keys = {training_key(*base)}
    for position, value in enumerate(changed):
        keys.add(training_key(*base[:position], value, *base[position + 1 :]))
    assert len(keys) == 6


def test_the_key_does_not_depend_on_the_order_of_hyperparameters() -> None:
    rest = ({}, 0, "", "")
    assert training_key({"a": 1, "b": 2}, *rest) == training_key({"b": 2, "a": 1}, *rest)


@given(st.integers(0, 2**40), st.text("0123456789abcdef", min_size=16, max_size=16))
def test_seeds_differ_between_repeats_and_fit_torch(study_seed: int, trial: str) -> None:
    seeds = [training_seed(study_seed, trial, repeat) for repeat in range(20)]
    assert len(set(seeds)) == 20
    assert all(0 <= seed < 2**32 for seed in seeds)


def test_records_round_trip(tmp_path: Path) -> None:
    records = [RECORD, {**RECORD, "reason": "ValueError: é", "validation_error": None}]
    write_records(iter(records), tmp_path / "r.jsonl")
    assert read_records(tmp_path / "r.jsonl") == records
