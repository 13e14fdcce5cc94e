"""Table 4 from a comparison Dataset made by hand."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from hsic_hpo.tables.comparison import comparison_remark, comparison_sentence, comparison_table
from hsic_hpo.tables.writing import write_table
from hsic_hpo.wording import number

NAN = np.nan


def compared(problem: str = '{"name": "runge"}', **changes: Any) -> xr.Dataset:
    """Return three methods, of one, two and two repeats, with two retrainings each."""
    variables: dict[str, Any] = {
        "validation_error": [[0.5, NAN], [0.2, 0.3], [0.25, 0.25]],
        "n_trainings": [[10, NAN], [30, 30], [30, 50]],
        "training_flops": [[1e6, NAN], [2e6, 4e6], [5e6, 5e6]],
        "train_seconds": [[1, NAN], [3, 5], [4, 8]],
        "n_params": [[400, NAN], [1000, 3000], [100, 100]],
        "flops": [[800, NAN], [2000, 6000], [200, 200]],
    }
    by_repeat = ("search", "search_repeat")
    return xr.Dataset(
        {name: (by_repeat, np.array(values, float)) for name, values in variables.items()}
        | {
            "test_error": (
                (*by_repeat, "seed"),
                np.array([[[1, 2], [NAN, NAN]], [[1, 3], [2, NAN]], [[4, 4], [4, 8]]], dtype=float),
            )
        },
        {"search": ["random", "gpbo", "hsic-gpbo"]},
        {
            "study": "made up",
            "problem": problem,
            "error_name": "relative L2 error",
            "error_units": "1",
            "reference": "hsic-gpbo",
            "final_budget": '{"epochs": 9}',
        }
        | changes,
    )


def row(frame: pd.DataFrame, method: str, source: str = "this study") -> pd.Series:
    (found,) = frame[(frame["method"] == method) & (frame["source"] == source)].to_dict("records")
    return pd.Series(found)


def test_each_method_has_its_row() -> None:
    frame = comparison_table(compared())
    assert frame["method"].tolist() == ["random", "gpbo", "hsic-gpbo"]
    assert set(frame["source"]) == {"this study"}
    gpbo = row(frame, "gpbo")
    assert gpbo["test_error"] == 2.0
    assert gpbo["test_error_std"] == pytest.approx(1.0)
    assert (gpbo["params"], gpbo["flops_per_sample"]) == (2000, 4000)
    assert (gpbo["trainings"], gpbo["total_training_flops"], gpbo["wall_time_s"]) == (30, 3e6, 4)
    assert (gpbo["repeats"], gpbo["retrainings"]) == (2, "3 of 4")
    random = row(frame, "random")
    assert (random["test_error"], random["repeats"], random["retrainings"]) == (1.5, 1, "2 of 2")
    assert random["test_error_std"] == pytest.approx(np.sqrt(0.5))
    assert row(frame, "hsic-gpbo")["test_error_std"] == pytest.approx(2.0)


def test_factors_are_relative_to_the_reference() -> None:
    frame = comparison_table(compared())
    assert frame["flops_factor"].tolist() == [4.0, 20.0, 1.0]
    frame = comparison_table(compared(reference="random"))
    assert frame["flops_factor"].tolist() == [1.0, 5.0, 0.25]


def test_without_the_reference_there_are_no_factors() -> None:
    frame = comparison_table(compared().sel(search=["random", "gpbo"]))
    assert frame["flops_factor"].isna().all()


def test_methods_whose_retrainings_all_diverged_have_no_error() -> None:
    dataset = compared()
    dataset["test_error"].loc["gpbo"] = NAN
    gpbo = row(comparison_table(dataset), "gpbo")
    assert np.isnan(gpbo["test_error"])
    assert gpbo["retrainings"] == "0 of 4"


def test_one_retraining_has_no_spread() -> None:
    dataset = compared().isel(seed=[0])
    random = row(comparison_table(dataset), "random")
    assert random["test_error"] == 1.0
    assert np.isnan(random["test_error_std"])


@pytest.mark.parametrize(
    ("name", "factors", "errors"),
    [
        ("mnist", [3, 67, 1], [1.64, 1.58, 1.58]),
        ("bateman", [360, 453, 1], [1.99e-4, 2.94e-4, 3.49e-4]),
    ],
)
def test_the_slides_rows_stand_below_where_the_problem_is_theirs(
    name: str, factors: list[float], errors: list[float]
) -> None:
    frame = comparison_table(compared(f'{{"name": "{name}", "options": {{}}}}'))
    assert frame["source"].tolist() == ["this study"] * 3 + ["slides"] * 3
    slides = frame[frame["source"] == "slides"]
    assert slides["method"].tolist() == ["random", "gpbo", "hsic-gpbo"]
    assert slides["test_error"].tolist() == errors
    # The factors that the slides print, rounded; their column of operations has few digits.
    np.testing.assert_allclose(slides["flops_factor"], factors, rtol=0.07)
    np.testing.assert_allclose(slides["flops_per_sample"], 2 * slides["params"], rtol=0.07)
    ours = frame[frame["source"] == "this study"]
    assert ours["flops_factor"].tolist() == [4.0, 20.0, 1.0]
    assert "slides" in comparison_remark(compared(f'{{"name": "{name}"}}'))


@pytest.mark.parametrize("problem", ['{"name": "runge"}', '{"import": "own:Task"}'])
def test_other_problems_have_no_rows_of_the_slides(problem: str) -> None:
    assert "slides" not in comparison_table(compared(problem))["source"].tolist()
    assert "slides" not in comparison_remark(compared(problem))


def test_the_remark_says_what_the_errors_are() -> None:
    assert comparison_remark(compared()) == (
        "Test error: relative L2 error of the retrainings (9 epochs); trainings, their "
        "operations and wall time are those of the search. "
        "Lowest validation error that the repeats found: "
        "random 0.5, gpbo 0.2 to 0.3, hsic-gpbo 0.25."
    )
    percent = comparison_remark(compared(error_name="error rate", error_units="%"))
    assert percent.startswith("Test error: error rate in % of ")


def test_the_sentence_says_what_each_method_reached() -> None:
    assert comparison_sentence(compared()) == (
        "Test relative L2 error of what was chosen: "
        "random 1.5 ± 0.707 with 800 FLOPs per sample (×4); "
        "gpbo 2 ± 1 with 4000 FLOPs per sample (×20); "
        "hsic-gpbo 5 ± 2 with 200 FLOPs per sample (×1)."
    )


def test_the_sentence_leaves_out_what_is_not_known() -> None:
    dataset = compared('{"name": "mnist"}').isel(seed=[0]).sel(search=["random", "gpbo"])
    dataset["test_error"].loc["gpbo"] = NAN
    dataset["flops"][:] = NAN
    assert comparison_sentence(dataset) == (
        "Test relative L2 error of what was chosen: random 1; gpbo no retraining ended well."
    )


def test_only_mnist_speaks_of_accuracies() -> None:
    assert "accuracies" in comparison_remark(compared('{"name": "mnist"}'))
    assert "accuracies" not in comparison_remark(compared('{"name": "bateman"}'))


def several() -> xr.Dataset:
    found = compared('{"name": "bateman"}')
    rows = {"search": ["random", "hsic-gpbo, knee", "hsic-gpbo, lowest-error"]}
    found["test_error"][1] = NAN
    found["n_trainings"][1] = NAN
    found["flops"][1] = NAN
    found["validation_error"][1] = NAN
    return found.assign_coords(rows).assign_coords(
        method=("search", ["random", "hsic-gpbo", "hsic-gpbo"]),
        choice=("search", ["lowest error", "knee", "lowest error"]),
    )


def test_choices_of_a_method_have_rows_with_what_was_chosen() -> None:
    frame = comparison_table(several().assign_attrs(reference="hsic-gpbo, lowest-error"))
    ours = frame[frame["source"] == "this study"]
    assert ours["method"].tolist() == ["random", "hsic-gpbo", "hsic-gpbo"]
    assert ours["choice"].tolist() == ["lowest error", "knee", "lowest error"]
    np.testing.assert_array_equal(ours["flops_factor"], [4.0, NAN, 1.0])
    slides = frame[frame["source"] == "slides"]
    assert slides["choice"].isna().all()
    np.testing.assert_allclose(slides["flops_factor"], [360, 453, 1], rtol=0.07)


def test_rows_of_several_budgets_are_told_apart() -> None:
    dataset = several().assign_coords(
        search=["random", "hsic-gpbo, lowest-error", "hsic-gpbo, lowest-error-9-epochs"],
        choice=("search", ["lowest error"] * 3),
        retrained_for=("search", ["50 epochs", "50 epochs", "9 epochs"]),
    )
    dataset.attrs["final_budget"] = '[{"epochs": 50}, {"max_seconds": 2, "epochs": 9}]'
    ours = comparison_table(dataset)[:3]
    assert ours["retrained_for"].tolist() == ["50 epochs", "50 epochs", "9 epochs"]
    remark = comparison_remark(dataset)
    assert "of the retrainings (50 epochs; or 9 epochs, at most 2 s); trainings" in remark
    # What was chosen stands there once.
    assert "repeats found: random 0.5. The slides" in remark


def test_a_row_without_a_network_says_so() -> None:
    dataset = several()
    assert "Chosen by 'knee': hsic-gpbo no network within it." in comparison_sentence(dataset)
    assert (
        comparison_remark(dataset)
        .split(" The slides")[0]
        .endswith(
            "Validation error in the search of what the repeats chose by 'lowest error': "
            "random 0.5, hsic-gpbo 0.25."
        )
    )


def test_choices_are_told_one_after_the_other_in_words() -> None:
    assert comparison_sentence(several().assign_attrs(reference="hsic-gpbo, lowest-error")) == (
        "Test relative L2 error of what was chosen by 'lowest error': "
        "random 1.5 ± 0.707 with 800 FLOPs per sample (×4); "
        "hsic-gpbo 5 ± 2 with 200 FLOPs per sample (×1). "
        "Chosen by 'knee': hsic-gpbo no network within it."
    )
    dataset = several().assign_coords(
        search=["random", "hsic-gpbo, lowest-error", "hsic-gpbo, lowest-error-9-epochs"],
        choice=("search", ["lowest error"] * 3),
        retrained_for=("search", ["50 epochs", "50 epochs", "9 epochs"]),
    )
    assert comparison_sentence(dataset) == (
        "Test relative L2 error of what was chosen by 'lowest error', trained for 50 epochs: "
        "random 1.5 ± 0.707 with 800 FLOPs per sample; hsic-gpbo no network within it. "
        "Chosen by 'lowest error', trained for 9 epochs: "
        "hsic-gpbo 5 ± 2 with 200 FLOPs per sample."
    )


@pytest.fixture
def written(tmp_path: Path) -> dict[str, str]:
    dataset = compared('{"name": "bateman"}', error_name="error_1 #2 {x}", error_units="%")
    texts = {}
    for suffix in ("csv", "md", "tex"):
        path = tmp_path / f"comparison.{suffix}"
        write_table(comparison_table(dataset), path, remark=comparison_remark(dataset))
        texts[suffix] = path.read_text()
    return texts


def test_markdown_shows_the_same_rows(written: dict[str, str]) -> None:
    lines = [line for line in written["md"].splitlines() if line.startswith("|")]
    assert len(lines) == 2 + 6
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert len({len(line) for line in cells}) == 1
    by_name = dict(zip(cells[0], cells[3], strict=True))
    assert by_name["method"] == "gpbo"
    assert (by_name["test error"], by_name["flops factor"]) == ("2", "20")
    assert by_name["retrainings"] == "3 of 4"
    empty = dict(zip(cells[0], cells[5], strict=True))
    assert (empty["source"], empty["trainings"], empty["retrainings"]) == ("slides", "", "")
    assert not re.search(r"\b(nan|None)\b", written["md"])


def test_csv_keeps_six_significant_digits(written: dict[str, str], tmp_path: Path) -> None:
    frame = pd.read_csv(tmp_path / "comparison.csv")
    expected = comparison_table(compared('{"name": "bateman"}'))
    for name, column in expected.items():
        expected[name] = column.astype(frame[name].dtype)
    pd.testing.assert_frame_equal(frame, expected, rtol=5e-6)


def test_latex_has_its_specials_escaped_and_its_cells_counted(written: dict[str, str]) -> None:
    text = written["tex"]
    for special in "%#_{}&$":
        found = re.findall(rf"(?<!\\){re.escape(special)}", _without_markup(text))
        assert not found, special
    assert text.count(r"\begin{tabular}") == text.count(r"\end{tabular}") == 1
    rows = [line for line in text.splitlines() if line.endswith(r"\\")]
    assert len(rows) == 1 + 6
    assert {len(re.findall(r"(?<!\\)&", line)) for line in rows} == {11}
    assert r"error\_1 \#2 \{x\} in \%" in text


def test_all_formats_agree_cell_by_cell(written: dict[str, str], tmp_path: Path) -> None:
    frame = pd.read_csv(tmp_path / "comparison.csv")
    expected = [[_as_read(value) for value in row] for row in frame.itertuples(index=False)]
    markdown = [line for line in written["md"].splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line[1:-1].split("|")] for line in markdown]
    assert cells[0] == [name.replace("_", " ") for name in frame.columns]
    assert cells[2:] == expected
    latex = [line for line in written["tex"].splitlines() if line.endswith(r"\\")]
    assert [[cell.strip() for cell in line.removesuffix(r"\\").split("&")] for line in latex] == [
        cells[0],
        *expected,
    ]
    below = [written[suffix].rstrip().splitlines()[-1] for suffix in ("md", "tex")]
    remarks = {re.sub(r"\\(.)", r"\1", text) for text in below}
    assert len(remarks) == 1


def _as_read(value: Any) -> str:
    if isinstance(value, float):
        return "" if np.isnan(value) else number(value)
    return str(value)


def _without_markup(text: str) -> str:
    text = re.sub(r"\\(begin|end)\{tabular\}(\{[lr]+\})?", "", text)
    return re.sub(r"(?<= )&(?= )", "", text)
