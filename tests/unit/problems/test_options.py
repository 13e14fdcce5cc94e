"""Options are checked by name, type and range."""

import re
from dataclasses import dataclass, fields
from typing import Any

import pytest

from hsic_hpo.errors import InputError
from hsic_hpo.problems.base import option
from hsic_hpo.problems.options import check_options


@dataclass(frozen=True)
class Options:
    count: int = option(1, minimum=1)
    share: float = option(0.5, minimum=0, maximum=1)
    label: str = option("")
    plain: bool = False


@pytest.mark.parametrize(
    "given", [{}, {"count": 10**9, "share": 1, "label": "x", "plain": True}, {"share": 0.0}]
)
def test_good_options_pass(given: dict[str, Any]) -> None:
    check_options(given, fields(Options), "mine", "options")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"count": 0}, ".count: 0 is outside [1, inf]"),
        ({"share": float("nan")}, ".share: nan is outside [0, 1]"),
        ({"share": "half"}, ".share: 'half' is not a number"),
        ({"label": None}, ".label: None is not text"),
        ({"plain": 0}, ".plain: 0 is not true or false"),
        (
            {"lable": "x"},
            ".lable: not an option of mine; known: count, share, label, plain; "
            "did you mean 'label'?",
        ),
    ],
    ids=str,
)
def test_bad_options_are_one_line(given: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=f"^{re.escape('options' + message)}$"):
        check_options(given, fields(Options), "mine", "options")


def test_an_option_of_a_type_that_no_config_holds_is_one_line() -> None:
    @dataclass(frozen=True)
    class Optional:
        folder: str | None = option(None)

    message = "options.folder: declared as str | None; allowed: int, float, str, bool"
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        check_options({"folder": "x"}, fields(Optional), "mine", "options")


def test_a_problem_without_options_says_so() -> None:
    with pytest.raises(InputError, match=r"^options\.x: not an option of mine; it has none$"):
        check_options({"x": 1}, [], "mine", "options")
