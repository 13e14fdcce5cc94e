"""Tables with any separator; each row keeps its line."""

import pytest

from hsic_hpo.errors import InputError
from hsic_hpo.interop.delimited import parse_delimited

ROWS = [["lr", "name", "loss"], ["0.1", "a", "3"], ["0.2", "", "4"], ["0.3", "b c", "5"]]


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_any_separator_is_seen(sign: str, end: str) -> None:
    table = parse_delimited(end.join(sign.join(row) for row in ROWS), "here")
    assert table.columns.to_list() == ROWS[0]
    assert table.to_numpy().tolist() == ROWS[1:]
    assert table.index.to_list() == ["line 2", "line 3", "line 4"]


def test_commas_inside_cells_do_not_hide_the_separator() -> None:
    table = parse_delimited('a;b\n0,5;"x, y"\n0,25;"z, w"\n', "here")
    assert table.to_dict("list") == {"a": ["0,5", "0,25"], "b": ["x, y", "z, w"]}
    table = parse_delimited('a,b\n"{""x"": 1; 2}",3\n', "here")
    assert table.to_dict("list") == {"a": ['{"x": 1; 2}'], "b": ["3"]}


def test_one_column_is_a_table() -> None:
    assert parse_delimited("lr\n0.1\n", "here").to_dict("list") == {"lr": ["0.1"]}


def test_a_column_without_a_name_is_left_out_and_spaces_go() -> None:
    table = parse_delimited(", lr ,loss\n0, 0.1 ,1\n1,0.2,2\n", "here")
    assert table.to_dict("list") == {"lr": ["0.1", "0.2"], "loss": ["1", "2"]}


def test_names_that_stand_twice_stay_so() -> None:
    assert parse_delimited("a,a\n1,2\n", "here").columns.to_list() == ["a", "a"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "here: empty; a header and one row per trial are needed"),
        (" \n\n", "here: empty; a header and one row per trial are needed"),
        ("a,b\n1,2\n3,4,5\n", "here: not a CSV table (Error tokenizing data."),
        ("a\0b\n", "here: not a text table (it holds zero bytes)"),
    ],
)
def test_what_is_no_table_is_one_line(text: str, line: str) -> None:
    with pytest.raises(InputError) as error:
        parse_delimited(text, "here")
    assert str(error.value).startswith(line)
    assert "\n" not in str(error.value)
