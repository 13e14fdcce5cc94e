"""The project as a person has it who ran the tiny study."""

from pathlib import Path

import pytest

from checkout import Checkout
from project import Project, project_of


@pytest.fixture
def project(finished: Checkout, tmp_path: Path) -> Project:
    """A copy of the project and of the finished study for one test to change."""
    return project_of(finished, tmp_path / "project")
