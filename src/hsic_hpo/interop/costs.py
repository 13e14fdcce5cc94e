"""Which columns are costs: none, one or several."""

from collections.abc import Sequence

Costs = str | Sequence[str] | None


def listed_costs(cost: Costs) -> tuple[str, ...]:
    """Return the columns of the costs, each once."""
    if cost is None:
        return ()
    return (cost,) if isinstance(cost, str) else tuple(dict.fromkeys(cost))
