"""The project as a person has it who ran the tiny study."""

from pathlib import Path

import pytest

from checkout import Checkout
from digits_study import digits
from project import Project, project_of
from tiny_study import finished, fresh

__all__ = ["digits", "finished", "fresh", "project", "unused"]


@pytest.fixture
def project(finished: Checkout, tmp_path: Path) -> Project:
    """A copy of the project and of the finished study for one test to change."""
    return project_of(finished, tmp_path / "project")


@pytest.fixture
def unused(fresh: Checkout, tmp_path: Path) -> Project:
    """A copy of the project in which nothing has run."""
    return project_of(fresh, tmp_path / "project")
