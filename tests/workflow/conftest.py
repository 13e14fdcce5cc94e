"""A finished study for each test."""

from pathlib import Path

import pytest

from checkout import Checkout
from digits_study import digits
from tiny_study import finished, fresh

__all__ = ["checkout", "digits", "finished", "fresh"]


@pytest.fixture
def checkout(finished: Checkout, tmp_path: Path) -> Checkout:
    """A copy of the finished study for one test to change."""
    return finished.copy(tmp_path / "project")
