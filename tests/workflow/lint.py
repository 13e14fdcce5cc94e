"""Run Snakemake's linter; show and count what it finds, known exceptions left out.

Usage: python tests/workflow/lint.py CONFIG
"""

import re
import subprocess
import sys

# The virtual environment that make creates serves all rules.
EXCEPTIONS = {"Specify a conda environment or container for each rule."}


def findings(config: str) -> list[str]:
    """Return one line per finding, or what Snakemake said when it could not lint."""
    done = subprocess.run(
        [sys.executable, "-m", "snakemake", "--lint", "--configfile", config],
        capture_output=True,
        text=True,
        check=False,
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
    found = findings(sys.argv[1])
    print("\n".join(found) or "snakemake --lint: nothing to mend")
    sys.exit(bool(found))
