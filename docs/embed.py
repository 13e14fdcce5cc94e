"""Put what the pipeline wrote into pages.

Between ``<!-- begin results/reference/bateman/findings.md -->`` and ``<!-- end -->`` stands the
content of the file that the first mark names.
"""

import re
import sys
from pathlib import Path

_BLOCK = re.compile(r"(<!-- begin (\S+) -->\n).*?(<!-- end -->)", re.DOTALL)


def embedded(page: str, root: Path) -> str:
    """Return a page with every block filled anew from the files below ``root``."""

    def filled(block: re.Match[str]) -> str:
        return f"{block[1]}{(root / block[2]).read_text(encoding='utf-8').strip()}\n{block[3]}"

    return _BLOCK.sub(filled, page)


if __name__ == "__main__":
    for name in sys.argv[1:]:
        path = Path(name)
        path.write_text(embedded(path.read_text(encoding="utf-8"), Path()), encoding="utf-8")
