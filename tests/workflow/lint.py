"""Run Snakemake's linter as a clone does; show and count what it finds, known exceptions left out.

Usage: python tests/workflow/lint.py
"""

import re
import subprocess
import sys

# Of each finding that stays, why.
EXCEPTIONS = {
    "Specify a conda environment or container for each rule.": (
        "The Snakefile itself imports the package: what runs Snakemake runs the rules."
    ),
}


def findings() -> list[str]:
    """Return one line per finding, or what Snakemake said when it could not lint."""
    done = subprocess.run(
        [sys.executable, "-m", "snakemake", "--lint"], capture_output=True, text=True, check=False
    )
    if done.returncode and "Lints for" not in done.stderr:
        return done.stderr.splitlines()
    found, place = [], ""
    for line in done.stderr.splitlines():
        if line.startswith("Lints for "):
            place = line.removeprefix("Lints for ")
        title = re.match(r" {4}\* (.*):$", line)
        if title and title[1] not in EXCEPTIONS:
            found.append(f"{place} {title[1]}")
    return found


if __name__ == "__main__":
    found = findings()
    print("\n".join(found) or "snakemake --lint: nothing to mend")
    sys.exit(bool(found))
