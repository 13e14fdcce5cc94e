"""What Snakemake's workflow catalogue asks of a repository, and what people try first in a clone.

The rules are those of its generator (`scripts/generate-catalog.py` in snakemake-workflow-catalog)
and of its README; `make lint` runs the formatter and the linter as the generator does.
"""

import re
from pathlib import Path

import pytest
import yaml

from checkout import ROOT, Checkout
from dry_runs import dry_run
from hsic_hpo.study.study import read_study
from lint import EXCEPTIONS

SETTINGS = ROOT / ".snakemake-workflow-catalog.yml"


def test_the_readme_holds_the_words_that_the_catalogue_searches_for() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8").lower()
    assert "snakemake" in text
    assert "workflow" in text


def test_definition_and_rules_stand_where_the_generator_looks() -> None:
    assert (ROOT / "workflow" / "Snakefile").is_file()
    rules = list((ROOT / "workflow" / "rules").iterdir())
    assert {path.suffix for path in rules} == {".smk"}


def test_its_usage_is_standardised() -> None:
    assert (ROOT / "config" / "README.md").is_file()
    usage = yaml.safe_load(SETTINGS.read_text(encoding="utf-8"))["usage"]
    assert set(usage) == {"mandatory-flags", "software-stack-deployment", "report"}
    assert set(usage["mandatory-flags"]) == {"desc", "flags"}
    assert usage["mandatory-flags"]["flags"] == ""
    assert usage["report"] is True
    # What has to be installed instead of any of these is said in words.
    assert not any(usage["software-stack-deployment"].values())
    assert "pip install '.[training,workflow,report]'" in usage["mandatory-flags"]["desc"]


def test_what_snakedeploy_copies_is_there() -> None:
    assert read_study([ROOT / "config" / "config.yaml"]).name == "quick"
    assert (ROOT / "profiles" / "default" / "config.yaml").is_file()
    schema = ROOT / "workflow" / "schemas" / "config.schema.yaml"
    assert "study" in yaml.safe_load(schema.read_text(encoding="utf-8"))["properties"]


def test_each_finding_of_the_linter_that_stays_has_a_reason() -> None:
    assert len(EXCEPTIONS) == 1
    assert all(EXCEPTIONS.values())


@pytest.fixture
def clone(fresh: Checkout, tmp_path: Path) -> Checkout:
    copied = fresh.copy(tmp_path / "clone")
    (copied.root / "profiles").symlink_to(Path("workflow", "profiles"))
    return copied


@pytest.mark.parametrize(
    ("arguments", "folder", "jobs"),
    [
        ([], "results/quick", "train_rung +52"),
        (["--snakefile", "workflow/Snakefile"], "results/quick", "train_rung +52"),
        (["--directory", ".test"], ".test", "train +4"),
    ],
    ids=["top level", "workflow", "test"],
)
def test_a_dry_run_needs_no_flag(
    clone: Checkout, arguments: list[str], folder: str, jobs: str
) -> None:
    printed = dry_run([*arguments, "--quiet", "rules"], clone.root, clone.environment)
    assert re.search(rf"^{jobs}$", printed, re.MULTILINE)
    assert re.search(r"^all +1$", printed, re.MULTILINE)
    assert (clone.root / folder / ".snakemake").is_dir()
    # Files that a caller of modules would find in the way.
    assert not (clone.root / ".snakemake").exists()
