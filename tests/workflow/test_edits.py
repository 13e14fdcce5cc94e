"""A run is what was submitted: whatever is edited meanwhile, no trial is wrong, none is in the way.

Every kind of edit, at five moments of a run, stays or is taken back. The jobs of the run either do
what was submitted or refuse in one line, and the same command then completes the study.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from edited_study import Edited

MOMENTS = {
    "before the first job": "data",
    "between jobs": "3-6",
    "during a training": "during",
    "between training and gathering": "gather",
    "after gathering": "end",
}


def set_in_config(section: str, key: str, value: int) -> Callable[[Path], None]:
    def edit(root: Path) -> None:
        config = json.loads((root / "config.json").read_text())
        config[section][key] = value
        (root / "config.json").write_text(json.dumps(config))

    return edit


def replace(name: str, old: str, new: str) -> Callable[[Path], None]:
    def edit(root: Path) -> None:
        text = (root / name).read_text()
        assert old in text
        (root / name).write_text(text.replace(old, new, 1))

    return edit


EDITS = {
    "problem": ("mine.py", replace("mine.py", "SLOPE = 1", "SLOPE = 2")),
    "module beside it": ("rates.py", replace("rates.py", "RATE = 1", "RATE = 3")),
    "module imported late": ("late.py", replace("late.py", "LATE = 1", "LATE = 5")),
    "options": ("config.json", set_in_config("options", "factor", 7)),
    "budget": ("config.json", set_in_config("budget", "epochs", 22)),
    "package": (
        "src/hsic_hpo/training/function.py",
        replace("src/hsic_hpo/training/function.py", "math.nan", "math.inf"),
    ),
    "module deleted": ("rates.py", lambda root: (root / "rates.py").unlink()),
}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edited]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        yield Edited.make(tmp_path_factory.mktemp("edited") / "study", monkeypatch)


@pytest.fixture
def study(shared: Edited) -> Edited:
    shared.clear()
    return shared


@pytest.mark.parametrize("taken_back", [False, True], ids=["it stays", "taken back"])
@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("kind", EDITS)
def test_no_trial_is_wrong_and_the_same_command_completes(
    study: Edited, kind: str, moment: str, taken_back: bool
) -> None:
    name, edit = EDITS[kind]
    path = study.root / name
    original = path.read_bytes()
    edits = 0

    def at(now: str) -> None:
        nonlocal edits
        if moment == "during a training" and now == "3-6" and not edits:
            (study.root / "pause").touch()
        if now == MOMENTS[moment] and not edits:
            edits += 1
            edit(study.root)
            if taken_back and moment == "during a training":
                path.write_bytes(original)
        elif edits and taken_back:
            path.write_bytes(original)

    submitted = study.product
    if study.run(at):
        assert_trials_are(study, submitted)
    assert edits == 1
    (study.root / "paused").unlink(missing_ok=True)
    if taken_back or kind == "module deleted":
        path.write_bytes(original)
    # The same command again; a second time it has nothing left to do.
    assert study.run(), study.said
    assert_trials_are(study, study.product)
    for line in study.said:
        assert len(line.splitlines()[-1:]) == 1
        assert "Traceback" not in line


def assert_trials_are(study: Edited, product: int) -> None:
    x, errors = study.errors()
    assert errors == [value * product for value in x]
