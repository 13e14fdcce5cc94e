"""Commands of the Makefile pass on what they are given."""

import shlex
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("command", ["study", "check"])
def test_a_path_with_a_blank_is_one_word(command: str) -> None:
    config, profile = "my studies/first try.yaml", "my machines/laptop"
    # a make within a make (`make test`) would also print which directory it leaves
    make = ["make", "--no-print-directory", "-n", command]
    printed = subprocess.run(
        [*make, f"CONFIG={config}", f"PROFILE={profile}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    words = shlex.split(printed.splitlines()[-1])
    assert config in words
    assert command == "check" or words[words.index("--profile") + 1] == profile
