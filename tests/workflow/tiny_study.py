"""The tiny study, fresh and finished, as fixtures: one for all tests of a run."""

from pathlib import Path

import pytest

from checkout import Checkout, fresh_checkout
from shared_folders import made_once


@pytest.fixture(scope="session")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A checkout in which nothing has run: copy it, do not run in it."""
    return fresh_checkout(tmp_path_factory.mktemp("fresh") / "project")


@pytest.fixture(scope="session")
def finished(fresh: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A checkout in which the tiny study has run: copy it, do not change it."""

    def make(root: Path) -> None:
        checkout = fresh.copy(root)
        (root / "printed.txt").write_text(checkout.run())

    return Checkout(made_once(tmp_path_factory, "finished", make))
