"""Tables: rows and columns of the contract, files, and the sentences of a study."""

import re
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from example_studies import sensitivity, trials
from hsic_hpo.errors import InputError
from hsic_hpo.selection.decisions import Decision, label_decisions
from hsic_hpo.selection.evidence import Evidence
from hsic_hpo.sensitivity.analytical import toy
from hsic_hpo.tables.analytical import analytical_table
from hsic_hpo.tables.decisions import decisions_table
from hsic_hpo.tables.importance import importance_table
from hsic_hpo.tables.summary import summary
from hsic_hpo.tables.writing import csv_text, write_table

MAIN = ["n_layers", "optimizer", "learning_rate"]
GROUPS = {"all": MAIN, "optimizer = sgd": ["n_layers", "learning_rate", "momentum"]}


@pytest.fixture
def study():
    return sensitivity(
        GROUPS,
        indices={"optimizer": 6e-3, "learning_rate": 3e-3, "momentum": 4e-3},
        categorical=("optimizer",),
    )


def significant_for(study, target, name):
    where = {"target": target, "subset": "best", "hyperparameter": name}
    changed = study.copy(deep=True)
    changed["significant"].loc[where] = changed["significant"].loc[where] * 0 + 1
    return changed


def test_importance_has_a_row_for_each_hyperparameter_of_each_group_largest_first(study):
    table = importance_table(study)
    rows = list(zip(table["group"], table["hyperparameter"], strict=True))
    assert rows == [
        ("all", "optimizer"),
        ("all", "learning_rate"),
        ("all", "n_layers"),
        ("optimizer = sgd", "momentum"),
        ("optimizer = sgd", "learning_rate"),
        ("optimizer = sgd", "n_layers"),
    ]


@pytest.mark.parametrize(
    ("column", "variable", "target"),
    [
        ("index", "hsic", "error"),
        ("debiased_index", "hsic_unbiased", "error"),
        ("interval_low", "interval_low", "error"),
        ("interval_high", "interval_high", "error"),
        ("noise_floor", "noise_floor", "error"),
        ("p_value", "p_value", "error"),
        ("adjusted_p_value", "p_value_adjusted", "error"),
        ("significant", "significant", "error"),
        ("flops_index", "hsic", "flops"),
        ("flops_significant", "significant", "flops"),
        ("train_seconds_index", "hsic", "train_seconds"),
        ("train_seconds_significant", "significant", "train_seconds"),
    ],
)
def test_importance_shows_the_values_of_the_dataset(study, column, variable, target):
    table = importance_table(study).set_index(["group", "hyperparameter"])
    for (group, name), value in table[column].items():
        where = {"group": group, "hyperparameter": name, "target": target, "subset": "best"}
        assert value == study[variable].sel(where).item()


def test_importance_shows_the_paper_s_own_index_beside(study):
    table = importance_table(study).set_index(["group", "hyperparameter"])
    for column, statistic in (
        ("paper_index", "hsic"),
        ("paper_adjusted_p_value", "p_value_adjusted"),
        ("paper_r2", "r2_hsic"),
    ):
        paper = study["paper"].sel(statistic=statistic, target="error", subset="best")
        for (group, name), value in table[column].items():
            assert value == paper.sel(group=group, hyperparameter=name).item()


def test_group_without_index_has_one_row_that_says_why():
    reason = "12 trials, fewer than the 30 needed"
    study = sensitivity(GROUPS, notes={"optimizer = sgd": reason})
    last = importance_table(study).iloc[-1]
    assert (last["group"], last["hyperparameter"], last["note"]) == ("optimizer = sgd", "", reason)
    assert pd.isna(last["index"])
    assert last[["significant", "flops_index", "train_seconds_significant"]].isna().all()
    assert len(importance_table(study)) == len(MAIN) + 1


def test_csv_keeps_six_significant_digits_and_whole_numbers(study, tmp_path):
    table = importance_table(study)
    write_table(table, tmp_path / "table.csv")
    again = pd.read_csv(tmp_path / "table.csv", keep_default_na=False, na_values={"index": ""})
    for column in ("index", "interval_low", "noise_floor", "adjusted_p_value", "n", "m"):
        np.testing.assert_allclose(again[column], table[column], rtol=5e-6)
    for column in ("group", "hyperparameter", "note"):
        assert again[column].tolist() == table[column].tolist()
    assert (again["significant"].astype(str) == table["significant"].astype(str)).all()


@given(
    st.lists(st.floats(allow_nan=False, width=64), min_size=1),
    st.lists(st.integers(-(10**12), 10**12), min_size=1),
)
def test_csv_is_the_same_where_only_the_last_digits_differ(numbers, whole):
    table = pd.DataFrame({"x": pd.Series(numbers), "n": pd.Series(whole, dtype=float)})
    lines = csv_text(table).splitlines()[1:]
    read = [[float(cell) if cell else np.nan for cell in line.split(",")] for line in lines]
    np.testing.assert_allclose([row[0] for row in read], table["x"], rtol=5e-6)
    np.testing.assert_array_equal([row[1] for row in read], table["n"])
    # Half-way between two shown numbers either is right.
    middle = pd.DataFrame({"x": [0.123456789, 9.87654321e-9, -1234567.125]})
    assert csv_text(middle) == csv_text(middle * (1 + 4 * np.finfo(float).eps))


def test_markdown_is_for_people(tmp_path):
    table = pd.DataFrame(
        {
            "hyperparameter": ["a|b", "vitesse d'apprentissage"],
            "index_of_it": [0.00123456, np.nan],
            "significant": pd.array([True, None], dtype="boolean"),
            "n": [1000, 30],
        }
    )
    write_table(table, tmp_path / "table.md")
    assert (tmp_path / "table.md").read_text(encoding="utf-8").splitlines() == [
        "| hyperparameter | index of it | significant | n |",
        "| --- | --: | --- | --: |",
        "| a\\|b | 0.00123 | yes | 1000 |",
        "| vitesse d'apprentissage |  |  | 30 |",
    ]


def test_toy_shows_ours_beside_the_exact_value_and_the_slides(tmp_path):
    data = toy(200, seed=0)
    table = analytical_table(data)
    assert table["quantity"].tolist() == data["quantity"].values.tolist()
    assert table["index"].tolist() == data["hsic"].values.tolist()
    for name in ("population", "slides", "population_ratio", "slides_ratio"):
        assert table[name].tolist() == data[name].values.tolist()
    write_table(table, tmp_path / "toy.md", remark="Only ratios compare.")
    *_, gap, last = (tmp_path / "toy.md").read_text(encoding="utf-8").splitlines()
    assert (gap, last) == ("", "Only ratios compare.")


LAYERS = {"range": [1, 12345], "scale": "linear"}
RATE = {"range": [1e-4, 0.123456], "scale": "log"}
KINDS, NORMAL = {"levels": ["relu", "tanh"]}, {"distribution": {"name": "norm", "scale": 2}}
DECISIONS = {
    "n_units": Decision("fix", 32, 32, "a | b", decision="fix", preferred=32, worst_loss=0.02345),
    "rate": Decision("optimise", RATE, 0.0123456, "matters", decision="search", preferred=RATE),
    "n_layers": Decision(
        "restrict", LAYERS, 7, "both", decision="prefer", preferred=LAYERS, worst_loss=1.5
    ),
    "kind": Decision("fine-tune", KINDS, "tanh", "set", True, "prefer", KINDS),
    "offset": Decision("optimise", NORMAL, -1.5, "matters", decision="search", preferred=NORMAL),
    "extra": Decision("fix", None, None, "cannot exist: it needs dropout = false"),
    "nesterov": Decision("fix", False, False, "in the config", True, "fix", False),
}


@pytest.fixture
def selected():
    evidence = [Evidence(name, "all", "", *[0.1] * 5, True, False) for name in DECISIONS]
    return decisions_table(label_decisions(DECISIONS, evidence, {}))


def test_selection_shows_what_is_searched_first_and_what_is_fixed_last(selected):
    assert list(selected.columns) == [
        "hyperparameter",
        "decision",
        "choice",
        "worst_loss",
        "role",
        "overridden",
        "reason",
    ]
    assert selected["hyperparameter"].tolist() == [
        *("rate", "offset", "extra"),
        *("n_layers", "kind"),
        *("n_units", "nesterov"),
    ]
    for _, row in selected.iterrows():
        decided = DECISIONS[row["hyperparameter"]]
        assert (row["decision"], row["reason"]) == (decided.decision, decided.reason)
        assert row["role"] == decided.role
        assert row["overridden"] is decided.overridden
        assert row["worst_loss"] == pytest.approx(decided.worst_loss, nan_ok=True)


def test_selection_rounds_what_is_chosen_and_names_what_is_searched(selected):
    assert selected.set_index("hyperparameter")["choice"].to_dict() == {
        "rate": "0.0001 to 0.123456, log",
        "n_layers": "1 to 12345",
        "offset": "norm",
        "n_units": "32",
        "extra": "",
        "nesterov": "false",
        "kind": "relu, tanh",
    }


def test_selection_marks_what_the_config_decided(selected, tmp_path):
    write_table(selected, tmp_path / "selection.md")
    lines = (tmp_path / "selection.md").read_text(encoding="utf-8").splitlines()
    cells = {line.split(" | ")[0].strip("| "): line.split(" | ") for line in lines[2:]}
    assert {name for name, row in cells.items() if row[5] == "yes"} == {"kind", "nesterov"}
    assert {row[5] for row in cells.values()} == {"yes", "no"}
    assert "| n_units | fix | 32 | 0.0234 | fix | no | a \\| b |" in lines


LATEX = {
    "100 %": r"100 \%",
    "n_units": r"n\_units",
    "a & b": r"a \& b",
    "#1": r"\#1",
    "$x$": r"\$x\$",
    "{x}": r"\{x\}",
    "[0.1, 1]": "{[}0.1, 1]",
    " *": " {*}",
    "a [1] *": "a [1] *",
    "C:\\new": r"C:\textbackslash{}new",
    "~x^2": r"\textasciitilde{}x\textasciicircum{}2",
    "1 ± 2": r"1 $\pm$ 2",
    "×360": r"$\times$360",
    "n_layers ≥ 3": r"n\_layers $\geq$ 3",
    "x ≤ 3, y ≠ 4": r"x $\leq$ 3, y $\neq$ 4",
    "x < 1 | y > 2": r"x \textless{} 1 \textbar{} y \textgreater{} 2",
    "élu": "élu",
    "two\nlines": "two lines",
}


@pytest.mark.parametrize(("text", "written"), LATEX.items(), ids=[repr(text) for text in LATEX])
def test_latex_shows_every_text_as_it_is(text, written, tmp_path):
    table = pd.DataFrame({text: [text], "value": [0.00123456]})
    write_table(table, tmp_path / "table.tex", remark=text)
    head = written.replace(r"\_", " ")
    assert (tmp_path / "table.tex").read_text(encoding="utf-8").splitlines() == [
        r"\begin{tabular}{lr}",
        r"\toprule",
        rf"{head} & value \\",
        r"\midrule",
        rf"{written} & 0.00123 \\",
        r"\bottomrule",
        r"\end{tabular}",
        "",
        written,
    ]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"])), min_size=1, max_size=4))
def test_latex_keeps_cells_and_braces_whatever_the_text(texts):
    """No text opens a group, starts a comment, or ends a cell or a row."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "table.tex"
        write_table(pd.DataFrame({"a": texts, "b": texts}), path)
        lines = path.read_text(encoding="utf-8").split("\n")
    rows = lines[4 : 4 + len(texts)]
    assert lines[4 + len(texts)] == r"\bottomrule"
    for row in rows:
        plain = re.sub(r"\\[&%$#_{}\\]", "", row)
        assert plain.count("&") == 1
        assert plain.count("{") == plain.count("}")
        assert plain.count("$") % 2 == 0
        assert not re.search("[%#_~^]", plain)


def test_other_formats_are_refused(study, tmp_path):
    with pytest.raises(InputError, match=r"table\.xlsx: cannot write .*; use \.csv, \.md or \.tex"):
        write_table(importance_table(study), tmp_path / "table.xlsx")
    assert not list(tmp_path.iterdir())


def test_summary_tells_the_spread_of_the_errors(study):
    errors = np.arange(1, 102) / 100
    first = summary(trials(errors, n_diverged=2, n_failed=1), study)[0]
    assert first == (
        "104 trials: 101 ok, 2 diverged, 1 failed for these reasons: killed (1); "
        "relative L2 error: best 0.01, best decile 0.11, worst decile 0.91."
    )


def test_summary_gives_errors_their_units(study):
    first = summary(trials(np.full(40, 3.5), units="%"), study)[0]
    assert first.endswith("best 3.5 %, best decile 3.5 %, worst decile 3.5 %.")


def test_summary_names_what_matters_where(study):
    second = summary(trials(np.ones(40)), study)[1]
    assert second == (
        "What matters for the best 10 % by relative L2 error: "
        "optimizer (adjusted p = 0.001), learning_rate (adjusted p = 0.001); "
        "where optimizer = sgd: momentum (adjusted p = 0.001)."
    )


def test_summary_names_what_only_costs(study):
    for name in ("n_layers", "optimizer"):
        study = significant_for(study, "flops", name)
    study = significant_for(study, "train_seconds", "n_layers")
    third = summary(trials(np.ones(40)), study)[2]
    assert third == "What only costs: n_layers (FLOPs per sample, training time)."


def test_summary_names_interactions_of_what_only_costs(study):
    study = significant_for(study, "flops", "n_layers")
    pair = {"group": "all", "target": "error", "subset": "best", "hyperparameter": "n_layers"}
    study["pure_p_value_adjusted"].loc[pair | {"partner": "learning_rate"}] = 0.05
    third = summary(trials(np.ones(40)), study)[2]
    assert third == (
        "What only costs: n_layers (FLOPs per sample; but it interacts with learning_rate)."
    )


def test_summary_says_when_nothing_is_significant():
    study = sensitivity({"all": MAIN})
    study["p_value_adjusted"].loc[{"hyperparameter": "n_layers"}] = 0.06
    _, second, third = summary(trials(np.ones(40)), study)
    assert second == (
        "No hyperparameter matters significantly for the best 10 % by relative L2 error; "
        "nearest: n_layers (adjusted p = 0.06)."
    )
    assert third == "No hyperparameter was found to drive cost without mattering for the error."


def test_summary_says_why_there_is_no_index():
    study = sensitivity({"all": MAIN}, notes={"all": "10 trials, fewer than the 30 needed"})
    assert summary(trials(np.array([]), n_failed=10), study) == [
        "10 trials: 0 ok, 0 diverged, 10 failed for these reasons: killed (10); "
        "no error to compare.",
        "No hyperparameter has an index: 10 trials, fewer than the 30 needed.",
        "Nothing can be said about cost either.",
    ]


def test_csv_holds_no_formula_and_keeps_numbers(tmp_path):
    names = ["=1+1", "+cmd", "-2+3", "@SUM(A1)", "\t=1", "-1", "+2.5e-3", "plain", "a=b"]
    table = pd.DataFrame({"=name": names, "x": np.linspace(-1.5, 1, len(names))})
    write_table(table, tmp_path / "x.csv")
    read = pd.read_csv(tmp_path / "x.csv", dtype={"'=name": str})
    assert read.columns.tolist() == ["'=name", "x"]
    assert read["'=name"].tolist() == [
        *("'=1+1", "'+cmd", "'-2+3", "'@SUM(A1)", r"\t=1", "-1", "+2.5e-3", "plain", "a=b")
    ]
    assert read["x"].tolist() == table["x"].tolist()


def test_markdown_holds_no_markup(tmp_path):
    table = pd.DataFrame(
        {"a": ["<script>x</script>", "[x](http://y)", "`c`", "n_layers", "in {x, y}", "\x1b[31m"]}
    )
    write_table(table, tmp_path / "x.md", remark="**bold** _or_ <b>")
    text = (tmp_path / "x.md").read_text()
    assert r"\<script>x\</script>" in text
    assert r"\[x\](http://y)" in text
    assert r"\`c\`" in text
    assert "| n_layers |" in text
    assert r"| in \{x, y} |" in text
    assert "\x1b" not in text
    assert r"\*\*bold\*\* \_or\_ \<b>" in text
