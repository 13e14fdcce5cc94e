"""The documented example of a problem of the user's own, trained once for all tests of a run."""

import shutil
from pathlib import Path

import pytest

from checkout import ROOT, Checkout
from shared_folders import made_once

EXAMPLE = ROOT / "examples" / "digits"
SMALL = """\
random_search: {n_trials: 12}
sensitivity: {n_permutations: 99, min_trials: 5, min_successes: 1}
"""


class Digits(Checkout):
    """A checkout whose study is the example, with a handful of trials."""

    @property
    def results(self) -> Path:
        return self.root / "results" / "digits"

    @property
    def config(self) -> Path:
        return self.root / "elsewhere" / "digits.yaml"


@pytest.fixture(scope="session")
def digits(fresh: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Digits:

    def make(root: Path) -> None:
        checkout = Digits(fresh.copy(root).root)
        shutil.copytree(EXAMPLE, root / "elsewhere", ignore=shutil.ignore_patterns("__pycache__"))
        text = checkout.config.read_text()
        checkout.config.write_text(text[: text.index("random_search:")] + SMALL)
        checkout.run("random/trials.nc")

    return Digits(made_once(tmp_path_factory, "digits", make))
