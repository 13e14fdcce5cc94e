"""Profiles say where a study is computed, and agree on what makes it run again."""

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PROFILES = {
    path.parent.name: yaml.safe_load(path.read_text())
    for path in sorted((ROOT / "workflow" / "profiles").glob("*/config.yaml"))
}
CLUSTERS = [name for name in PROFILES if name != "default"]
SUBMITTED = {"train", "train_rung", "train_round", "train_final"}
DECISIVE = ("rerun-triggers", "max-checksum-file-size", "rerun-incomplete", "keep-going")


def test_they_are_found() -> None:
    assert set(PROFILES) == {"default", "slurm", "cluster-generic", "kubernetes"}


@pytest.mark.parametrize("name", CLUSTERS)
def test_they_agree_on_what_runs_again(name: str) -> None:
    for key in DECISIVE:
        assert PROFILES[name][key] == PROFILES["default"][key]


@pytest.mark.parametrize("name", CLUSTERS)
def test_what_is_submitted_comes_back_with_more(name: str) -> None:
    profile = PROFILES[name]
    assert set(profile["set-resources"]) == SUBMITTED
    assert profile["retries"] >= 1
    for resources in profile["set-resources"].values():
        # Time is no resource that Kubernetes limits.
        limits = ("mem_mb",) if name == "kubernetes" else ("mem_mb", "runtime")
        for limit in limits:
            first, second = (eval_attempt(resources[limit], attempt) for attempt in (1, 2))
            assert second == 2 * first


@pytest.mark.parametrize("name", ["slurm", "kubernetes"])
def test_the_lines_for_gpu_nodes_ask_for_the_memory_that_cuda_takes(name: str) -> None:
    text = (ROOT / "workflow" / "profiles" / name / "config.yaml").read_text()
    on_gpus = yaml.safe_load(re.sub(r"^( +)# ([a-z]\w*: )", r"\1\2", text, flags=re.MULTILINE))
    for resources in on_gpus["set-resources"].values():
        assert (resources["device"], resources["gpu"]) == ("cuda", 1)
        assert [eval_attempt(resources["mem_mb"], attempt) for attempt in (1, 2)] == [5000, 10000]


def eval_attempt(expression: str, attempt: int) -> int:
    """Evaluate the one form of expression that profiles use."""
    factor, _, name = expression.partition(" * ")
    assert name == "attempt"
    return int(factor) * attempt


@pytest.mark.parametrize("name", list(PROFILES))
def test_settings_of_the_machine_alone_stand_in_a_profile_s_config(name: str) -> None:
    sizes = ["trials_per_job", "round_trials_per_job", "final_trials_per_job"]
    known = [*sizes, "give_up_after", "save_state_every", "retry_failed"]
    assert list(PROFILES[name]["config"]) == (known if name == "default" else sizes)


def test_all_other_rules_are_local() -> None:
    """A rule that takes over from another one must say so, too, or it is submitted."""
    submitted, n_rules = set(), 0
    for path in (ROOT / "workflow" / "rules").glob("*.smk"):
        heads = r"^ *(?:use rule \w+ as (\w+) with|rule ?(\w*)):\n"
        _, *rules = re.split(heads, path.read_text(), flags=re.MULTILINE)
        for taken_over, own, body in zip(rules[::3], rules[1::3], rules[2::3], strict=True):
            n_rules += 1
            if "localrule: True\n" not in body:
                submitted.add(taken_over or own)
    assert n_rules > 25
    assert submitted == SUBMITTED
