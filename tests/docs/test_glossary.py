"""The glossary has, in one sentence each, the words that datasets, configs and tables use."""

import re

import pytest

from hsic_hpo.selection.decisions import ROLES
from hsic_hpo.sensitivity.labels import PAIRS, SINGLES
from hsic_hpo.study import config
from hsic_hpo.trials.costs import MEASURED_COSTS
from hsic_hpo.trials.dataset import ERRORS, STATUSES
from hsic_hpo.trials.goals import SUBSETS
from pages import text_of

TEXT = text_of("docs/glossary.md")
ENTRIES = {
    name.lower(): sentence
    for name, sentence in re.findall(r"^- \*\*(.+?)\*\*: (.+)$", TEXT, re.MULTILINE)
}
# Names of variables that are spelled otherwise than the term.
TERMS = {
    "hsic": "index",
    "hsic_unbiased": "unbiased estimate",
    "joint_hsic": "joint index",
    "paper": "paper's variant",
    "n_params": "cost",
    "train_seconds": "cost",
    "epochs": "epoch",
    "u": "drawn uniform variable `u`",
}
COORDINATES = ("group", "target", "subset", "hyperparameter", "statistic", "sweep", "end")


def term(name: str) -> str:
    """Return the entry that explains a name of a Dataset."""
    if "p_value" in name:
        return "adjusted p-value" if name.endswith(("_adjusted", "_bh")) else "p-value"
    for part in ("noise_floor", "interval"):
        if part in name:
            return part.replace("_", " ")
    return TERMS.get(name, name.replace("_", " ")).replace("r2 hsic", "r2-hsic")


@pytest.mark.parametrize(
    "name",
    [
        *SINGLES,
        *PAIRS,
        *ERRORS,
        *MEASURED_COSTS,
        *COORDINATES,
        "u",
        "paper",
        "learning_curve",
        "trial",
    ],
)
def test_what_datasets_name_has_an_entry(name: str) -> None:
    assert term(name) in ENTRIES


@pytest.mark.parametrize("word", [*ROLES, *STATUSES, *SUBSETS, "stage", "decision", "ceiling"])
def test_what_datasets_say_has_an_entry(word: str) -> None:
    assert word in ENTRIES


def test_each_config_key_that_is_a_term_has_an_entry() -> None:
    sections = config.read_yaml(config.SCHEMA)["properties"]
    keys = {
        key
        for name in ("sensitivity", "selection", "training")
        for key in sections[name]["properties"]
    }
    counts = {"min_trials", "min_successes", "sweep_points", "n_permutations", "least_optimised"}
    # Said in the entry of another term.
    said = {
        "keep": "success rate",
        "cost_quantile": "ceiling",
        "group_threshold": "threshold",
        "steps": "budget",
        "epochs": "epoch",
        "max_training_flops": "budget",
        "max_seconds": "budget",
        "repeats": "repeat",
    }
    for key in keys - counts:
        assert said.get(key, key.replace("_", " ")) in ENTRIES, key


@pytest.mark.parametrize("name", ENTRIES)
def test_an_entry_is_one_sentence(name: str) -> None:
    sentence = ENTRIES[name]
    assert sentence.endswith(".")
    assert not re.search(r"[.!?] [A-Z]", sentence)


def test_entries_are_in_order_and_single() -> None:
    for section in TEXT.split("\n## ")[1:]:
        names = re.findall(r"^- \*\*(.+?)\*\*", section, re.MULTILINE)
        assert names == sorted(names, key=str.lower)
    names = re.findall(r"^- \*\*(.+?)\*\*", TEXT, re.MULTILINE)
    assert len(names) == len(set(names))
    assert TEXT.count("\n- ") == len(ENTRIES)
