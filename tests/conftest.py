"""The tiny study, fresh and finished: one for all tests of a process."""

from pathlib import Path

import pytest

from checkout import Checkout, fresh_checkout


@pytest.fixture(scope="session")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A checkout in which nothing has run: copy it, do not run in it."""
    return fresh_checkout(tmp_path_factory.mktemp("fresh") / "project")


@pytest.fixture(scope="session")
def finished(fresh: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A checkout in which the tiny study has run: copy it, do not change it."""
    checkout = fresh.copy(tmp_path_factory.mktemp("finished") / "project")
    (checkout.root / "printed.txt").write_text(checkout.run())
    return checkout
