"""Rows of the comparison and choices of the front, of a study whose methods choose in many ways."""

from pathlib import Path

from hsic_hpo.study import study
from hsic_hpo.study.compared import comparison_rows, front_choices
from hsic_hpo.study.study import Study

CONFIG = """
study: a
training: {epochs: 150}
search: {gpbo: {}, nsga2: {}, cgpbo: {max_cost: 50}}
final:
  choose: CHOOSE
  training: {epochs: 5000}
"""


def read(folder: Path, choose: str) -> Study:
    path = folder / "a.yaml"
    path.write_text(CONFIG.replace("CHOOSE", choose))
    return study.read_study([path])


def test_a_row_is_named_by_its_method_where_each_chooses_once(tmp_path: Path) -> None:
    assert comparison_rows(read(tmp_path, "[by_method]")) == {
        "random": ("random", "lowest-error"),
        "gpbo": ("gpbo", "lowest-error"),
        "nsga2": ("nsga2", "within-10-percent"),
        "cgpbo": ("cgpbo", "within-10-percent"),
    }


def test_a_row_names_its_choice_where_its_method_makes_several(tmp_path: Path) -> None:
    rows = comparison_rows(read(tmp_path, "[by_method, {max_flops: 1e4}, {cheapest_within: 0.1}]"))
    # By themselves NSGA-II and the search under a ceiling choose within a tenth, too.
    assert list(rows.values()) == [
        ("random", "lowest-error"),
        ("random", "max-flops-10000"),
        ("random", "within-10-percent"),
        ("gpbo", "lowest-error"),
        ("gpbo", "max-flops-10000"),
        ("gpbo", "within-10-percent"),
        ("nsga2", "within-10-percent"),
        ("nsga2", "max-flops-10000"),
        ("cgpbo", "within-10-percent"),
        ("cgpbo", "max-flops-10000"),
    ]
    assert len(set(rows)) == 10
    assert all(row.startswith(method) for row, (method, _) in rows.items())


def test_the_front_shows_each_choice_once_without_the_ceiling_of_one_method(tmp_path: Path) -> None:
    assert front_choices(read(tmp_path, "[by_method, knee, {max_flops: 1e4}]")) == [
        {"tolerance": None},
        {"tolerance": 0.0, "knee": True},
        {"tolerance": 0.0, "limits": {"flops": 1e4}},
        {"tolerance": 0.1},
    ]
