"""Parts of a page, of which one that fails leaves the others as they are."""

import traceback
from collections.abc import Callable, MutableMapping
from pathlib import Path
from typing import TypeVar

from hsic_hpo.errors import InputError
from hsic_hpo.study.gaps import reason_of
from hsic_hpo.study.logs import note_in_log

Part = TypeVar("Part")


class Parts:
    """Makes the parts of a page and notes which of them failed.

    Parameters
    ----------
    gaps
        Why something could not be made, by what it is, such as ``"figure importance"``; what
        fails from now on is added.
    """

    def __init__(self, gaps: MutableMapping[str, str]) -> None:
        self.gaps = gaps

    def make(self, what: str, make: Callable[[], Part], otherwise: Part) -> Part:
        """Return what ``make`` returns, or ``otherwise`` where it fails."""
        try:
            return make()
        except OSError:
            # A full or failing disk is no fault of this part.
            raise
        except Exception as error:
            note_in_log(traceback.format_exc())
            self.gaps[what] = reason_of(error)
            return otherwise

    def check(self, path: Path | str) -> None:
        """Raise, once all else is written, when something could not be made.

        Raises
        ------
        InputError
            Names what is missing in ``path``, and why.
        """
        if self.gaps:
            named = "; ".join(f"{what} ({reason})" for what, reason in self.gaps.items())
            raise InputError(f"{path} is written, but without {named}")
