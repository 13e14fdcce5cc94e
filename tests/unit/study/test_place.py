"""What would fail every job is refused before anything is written."""

import errno
from pathlib import Path

import pytest

from hsic_hpo.errors import InputError
from hsic_hpo.study.place import check_place, check_room

PYTHON = "/home/me/.venv/bin/python"


@pytest.mark.parametrize("path", ["/home/me/a b/python", "/copy(1)/python", "/it's/python"])
def test_a_path_of_python_that_a_shell_takes_apart_is_refused(path: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Snakemake starts no jobs by a path with"):
        check_place(tmp_path / "results" / "quick", path)


@pytest.mark.parametrize("path", [PYTHON, "/home/müller/x-1_2.3+4/python"])
def test_other_paths_and_results_yet_to_be_made_are_fine(path: str, tmp_path: Path) -> None:
    check_place(tmp_path / "results" / "quick", path)


@pytest.mark.parametrize("link", ["results", "results/quick"])
def test_a_link_to_nowhere_is_refused_with_where_it_leads(link: str, tmp_path: Path) -> None:
    (tmp_path / link).parent.mkdir(exist_ok=True)
    (tmp_path / link).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(InputError, match=r": a link to .*elsewhere, which does not exist"):
        check_place(tmp_path / "results" / "quick", PYTHON)
    (tmp_path / "elsewhere").mkdir()
    check_place(tmp_path / "results" / "quick", PYTHON)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_told_in_one_line_before_anything_is_begun(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_room(tmp_path, "results/tiny")
    assert list((tmp_path / ".snakemake").iterdir()) == []

    def write(path: Path, content: bytes) -> int:
        path.touch()
        raise OSError(number, "full", str(path))

    monkeypatch.setattr(Path, "write_bytes", write)
    with pytest.raises(InputError, match=r"^results/tiny: no space left on this disk, or in your"):
        check_room(tmp_path, "results/tiny")
    assert list((tmp_path / ".snakemake").iterdir()) == []
