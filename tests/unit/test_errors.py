"""A person sees one line and exit code 1, never a traceback."""

import pytest

from hsic_hpo.errors import InputError, did_you_mean, needs_extra, one_line_errors, printable


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (InputError("a.yaml: seed: -1 is less than 0"), "a.yaml: seed: -1 is less than 0"),
        (OSError(28, "No space left on device", "x.nc"), "x.nc: No space left on device"),
        (OSError("HDF error"), "HDF error"),
    ],
)
def test_bad_input_and_full_disks_end_in_one_line(error: Exception, line: str) -> None:
    with pytest.raises(SystemExit) as exit_, one_line_errors():
        raise error
    assert exit_.value.code == line


def test_a_defect_keeps_its_traceback() -> None:
    with pytest.raises(ZeroDivisionError), one_line_errors():
        raise ZeroDivisionError


def test_nearest_word() -> None:
    assert did_you_mean("n_layer", ["n_units", "n_layers"]) == "; did you mean 'n_layers'?"
    assert did_you_mean("xyz", ["n_units", "n_layers"]) == ""


def test_a_missing_library_is_named_with_the_extra_that_brings_it() -> None:
    with (
        pytest.raises(InputError) as error,
        needs_extra("the HTML report", "report"),
    ):
        import no_such_library.of_this_name  # noqa: F401
    with pytest.raises(ModuleNotFoundError), needs_extra("the HTML report", "report"):
        import hsic_hpo.no_such_module  # noqa: F401
    assert str(error.value) == (
        "the HTML report: no_such_library is not installed; pip install 'hsic_hpo[report]'"
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x07", r"\x1b[31mred\x07"),
        ("one\ntwo\r", r"one\ntwo\r"),
        ("a\u202eb", r"a\u202eb"),
        ("échelle 学习 $η$ 50 %", "échelle 学习 $η$ 50 %"),
    ],
)
def test_what_steers_a_terminal_is_shown_as_text(text: str, shown: str) -> None:
    assert printable(text) == shown
    with pytest.raises(SystemExit) as stop, one_line_errors():
        raise InputError(f"level {text}")
    assert stop.value.code == f"level {shown}"
