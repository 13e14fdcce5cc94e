"""What is asked of `hsic-hpo export` is asked in full, and answered in one line."""

from pathlib import Path

import pytest

from hsic_hpo.cli import main


def test_a_format_is_needed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["export", "model.ckpt"])
    assert stop.value.code == 2
    assert "give --onnx FILE.onnx, --torch FILE.pt2, or both" in capsys.readouterr().err


def test_a_file_that_is_missing_is_named_and_nothing_written(tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["export", str(tmp_path / "no.ckpt"), "--torch", str(tmp_path / "model.pt2")])
    assert str(stop.value.code).startswith(f"{tmp_path / 'no.ckpt'}: no such file; ")
    assert list(tmp_path.iterdir()) == []
