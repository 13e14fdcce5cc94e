"""A study's name cannot lead out of results/."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hsic_hpo.errors import InputError
from hsic_hpo.study import config

ESCAPES = ["..", ".", "../x", "x/../../y", "/etc", "~", "~root", "a\0b", "a/b", "a\\b", "C:", "-x"]
ODD = [
    "",
    " ",
    "a b",
    "a\n",
    "\u202ea",
    "a\u0301",
    "\uff41",
    "\U0001d4b6",
    "a" * 65,
    "con.",
    ".hidden",
    "$(id)",
]


def accepted(name: str) -> bool:
    try:
        config.validate({"study": name}, "study.yaml")
    except InputError:
        return False
    return True


@pytest.mark.parametrize("name", ESCAPES + ODD, ids=ascii)
def test_refused_in_one_line(name: str) -> None:
    with pytest.raises(InputError) as refused:
        config.validate({"study": name}, "study.yaml")
    assert len(str(refused.value).splitlines()) == 1


@given(st.text(max_size=80) | st.from_regex(r"[./~\\a-z0-9_-]{1,70}", fullmatch=True))
def test_an_accepted_name_is_one_plain_folder_of_results(name: str) -> None:
    if accepted(name):
        results = Path("/base/results")
        assert (results / name).resolve().parent == results
        assert name.isascii()
        assert not set(name) & set(" /\\.~$;'\"`*?<>|&")
        assert not name.startswith("-")


@pytest.mark.parametrize("name", ["quick", "a", "9", "my_study-2", "A" * 64])
def test_plain_names_are_accepted(name: str) -> None:
    assert accepted(name)
