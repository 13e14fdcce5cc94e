"""A figure or a table that fails costs a study nothing but itself, and is told at the end."""

import subprocess
from pathlib import Path

import pandas as pd

from checkout import Checkout

# What fails does so for a reason outside the code, such as a font that is missing for a while.
FAILING = """

from pathlib import Path as _Path
if _Path("broken").exists():
    raise RuntimeError("no room for a <font>")
"""
FAILING_FUNCTION = """

def {name}(*given, _intact={name}):
    from pathlib import Path as _Path
    if _Path("broken").exists():
        raise RuntimeError("not today")
    return _intact(*given)
"""


def run(checkout: Checkout) -> tuple[int, str]:
    done = subprocess.run(
        checkout.command(),
        cwd=checkout.root,
        env=checkout.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def written(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*.svg")}


def test_a_report_with_gaps_is_made_and_the_gaps_are_filled_later(checkout: Checkout) -> None:
    package = checkout.root / "src" / "hsic_hpo"
    for module, code in {
        "figures/quadrant": FAILING,
        "tables/importance": FAILING_FUNCTION.format(name="importance_table"),
        "reports/parallel": FAILING_FUNCTION.format(name="parallel_coordinates"),
    }.items():
        with (package / f"{module}.py").open("a") as file:
            file.write(code)
    (checkout.results / "broken").touch()
    code, printed = run(checkout)
    assert code == 1
    last = [line for line in printed.splitlines() if "not made:" in line]
    assert len(last) == 1
    for what in ("figure quadrant", "table importance", "chart of parallel coordinates"):
        assert what in last[0]
    assert "RuntimeError: no room for a <font>, see logs/quadrant_figure.log" in last[0]
    assert "the same command tries these again" in last[0]
    assert "Traceback" not in printed
    assert "Traceback" in (checkout.results / "logs" / "quadrant_figure.log").read_text()
    # The summary, and all else, is there.
    page = (checkout.results / "report.html").read_text()
    assert (
        "There is no figure quadrant, as making it failed: "
        "RuntimeError: no room for a &lt;font&gt;" in page
    )
    assert "There is no chart of parallel coordinates, as making it failed" in page
    assert 'alt="' in page
    table = pd.read_csv(checkout.results / "tables" / "importance.csv")
    assert table["note"][0].startswith("There is no table importance, as making it failed")
    assert (checkout.results / "figures" / "quadrant.pdf").stat().st_size > 0
    # What only looks at the study, or runs no job, touches none of it.
    before = written(checkout.results)
    marks = sorted(checkout.results.rglob("*.gap"))
    assert marks
    for looks in ("--summary", "--list-rules", "--dry-run"):
        checkout.run(looks)
        assert (written(checkout.results), sorted(checkout.results.rglob("*.gap"))) == (
            before,
            marks,
        )
    # The cause stays, so does the gap.
    again, printed = run(checkout)
    assert (again, written(checkout.results)) == (1, before)
    assert "not made: figure quadrant" in printed
    (checkout.results / "broken").unlink()
    checkout.run()
    assert "There is no" not in (checkout.results / "report.html").read_text()
    assert not list(checkout.results.rglob("*.gap"))
    assert checkout.planned() == {}
