"""A finished training is found again whole, or not at all."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hsic_hpo.errors import InputError
from hsic_hpo.spaces.space import Space
from hsic_hpo.training.records import (
    asked_keys,
    find,
    read_asked,
    read_records,
    store,
    training_key,
    training_seed,
    write_records,
)
from hsic_hpo.trials.design import make_design

RECORD = {"status": "ok", "reason": "", "validation_error": 0.1 + 0.2, "learning_curve": [1e-300]}
SPACE = Space.from_dict({"x": {"type": "float", "range": [0, 1]}})
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


def asked_of(code: str) -> dict[tuple[str, int], str]:
    rows = make_design(SPACE, np.array([[0.25], [0.5], [0.75]]), {"epochs": 1})
    return asked_keys(
        rows,
        {"epochs": 1},
        n_repeats=2,
        study_seed=3,
        data_fingerprint="data",
        code_fingerprint=code,
    )


def written(path: Path, asked: dict[tuple[str, int], str], which: slice) -> Path:
    records = [
        {"trial": trial, "repeat": repeat, "asked": key}
        for (trial, repeat), key in list(asked.items())[which]
    ]
    write_records(records, path)
    return path


def test_a_design_asks_for_the_trainings_that_jobs_name_alike() -> None:
    asked = asked_of("code")
    assert len(set(asked.values())) == 6
    trial, repeat = list(asked)[3]
    assert repeat == 1
    seed = training_seed(3, trial, repeat)
    key = training_key({"x": 0.5}, {"epochs": 1}, seed, "data", "code")
    assert asked[trial, repeat] == key
    assert set(asked_of("other code").values()).isdisjoint(asked.values())


def test_records_that_were_asked_for_are_read_in_any_order(tmp_path: Path) -> None:
    asked = asked_of("code")
    second = written(tmp_path / "2.jsonl", asked, slice(4, 6))
    first = written(tmp_path / "1.jsonl", asked, slice(0, 4))
    found = read_asked([second, first], asked)
    assert {(one["trial"], one["repeat"]) for one in found} == set(asked)


@pytest.mark.parametrize("damage", ["other code", "truncated", "of an older version", "missing"])
def test_a_file_of_other_records_is_removed_and_the_same_command_goes_on(
    tmp_path: Path, damage: str
) -> None:
    asked = asked_of("code")
    good = written(tmp_path / "good.jsonl", asked, slice(0, 4))
    bad = written(
        tmp_path / "bad.jsonl", asked_of(damage if damage == "other code" else "code"), slice(4, 6)
    )
    if damage == "truncated":
        bad.write_bytes(bad.read_bytes()[:-9])
    elif damage == "of an older version":
        bad.write_text(bad.read_text().replace('"asked"', '"key"'))
    elif damage == "missing":
        bad.unlink()
    with pytest.raises(InputError, match=r"bad\.jsonl: not the trainings .* same command again$"):
        read_asked([good, bad], asked)
    assert good.exists()
    assert not bad.exists()
    written(bad, asked, slice(4, 6))
    assert len(read_asked([good, bad], asked)) == 6


def test_files_that_are_fit_but_too_few_are_all_made_again(tmp_path: Path) -> None:
    asked = asked_of("code")
    path = written(tmp_path / "some.jsonl", asked, slice(0, 5))
    with pytest.raises(InputError, match=r"some\.jsonl"):
        read_asked([path], asked)
    assert not path.exists()
