"""The published studies, with what their archives hold."""

import tarfile
from pathlib import Path

REFERENCE = Path(__file__).parents[2] / "results" / "reference"
ARCHIVE = "searches.tar.xz"


def unpack(study: str, folder: Path) -> Path:
    """Write the trials of a study's searches and retrainings into a folder."""
    with tarfile.open(REFERENCE / study / ARCHIVE) as archive:
        archive.extractall(folder, filter="data")
    return folder
