"""Which columns are costs: none, one or several."""

from collections.abc import Iterable, Sequence

from hsic_hpo.errors import InputError

Costs = str | Sequence[str] | None


def listed_costs(cost: Costs) -> tuple[str, ...]:
    """Return the columns of the costs, each once."""
    if cost is None:
        return ()
    if isinstance(cost, str):
        return (cost,)
    if not isinstance(cost, Iterable):
        raise InputError(f"cost: {cost!r} is not the name of a column, or several names")
    return tuple(dict.fromkeys(cost))
