"""When a conditional hyperparameter exists: a comparison with the value of its parent."""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hsic_hpo.errors import InputError, printable

_HOLDS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "in": lambda value, allowed: value in allowed,
    "not": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
ORDERINGS = ("<", "<=", ">", ">=")
_SYMBOLS = {"in": "in", "not": "≠", "<=": "≤", ">=": "≥"}


@dataclass(frozen=True)
class Condition:
    """A condition on the value of a parent hyperparameter.

    Attributes
    ----------
    parent
        Name of the parent.
    operator
        ``"="``, ``"in"``, ``"not"``, ``"<"``, ``"<="``, ``">"`` or ``">="``.
    value
        What the parent's value is compared with; a tuple for ``"in"``.
    """

    parent: str
    operator: str
    value: Any

    def holds(self, value: Any) -> bool:
        """Tell whether the condition holds for a value of the parent."""
        return bool(_HOLDS[self.operator](value, self.value))

    def holds_in(self, configuration: Mapping[str, Any]) -> bool:
        """Tell whether the parent exists in a configuration and the condition holds there."""
        return self.parent in configuration and self.holds(configuration[self.parent])

    @property
    def label(self) -> str:
        """The condition in words, such as ``optimizer = sgd`` or ``n_layers ≥ 3``."""
        values = self.value if self.operator == "in" else (self.value,)
        text = ", ".join(_text(value) for value in values)
        if self.operator == "in":
            text = f"{{{text}}}"
        return f"{self.parent} {_SYMBOLS.get(self.operator, self.operator)} {text}"

    @property
    def operands(self) -> tuple[Any, ...]:
        """The values that the condition names."""
        return self.value if self.operator == "in" else (self.value,)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else printable(str(value))


def check_order(values: Any, where: str) -> None:
    """Check that values have an order, by which all that follows from them is the same each time.

    Raises
    ------
    InputError
        For a set, of which texts come in another order in each process.
    """
    if isinstance(values, set | frozenset):
        listed = ", ".join(sorted(map(repr, values)))
        raise InputError(f"{where}: a set of {listed}, which has no order; write a list")


def parse_conditions(when: Any, where: str) -> tuple[Condition, ...]:
    """Read the ``when`` of a hyperparameter: a mapping from parents to what must hold.

    Raises
    ------
    InputError
        One line: ``where``, the value, what is allowed.
    """
    if not isinstance(when, Mapping) or not when:
        raise InputError(
            f"{where}: {when!r} is not a mapping from a parent to its value, "
            "such as {optimizer: sgd}"
        )
    return tuple(
        condition
        for parent, test in when.items()
        for condition in _parse_test(parent, test, f"{where}.{parent}")
    )


def _parse_test(parent: str, test: Any, where: str) -> list[Condition]:
    if not isinstance(test, Mapping):
        if isinstance(test, list | tuple):
            raise InputError(f"{where}: a list; write {{in: [...]}} for one of several values")
        return [Condition(parent, "=", test)]
    if not test:
        raise InputError(f"{where}: empty; write a value or one of {_operators()}")
    conditions = []
    for name, value in test.items():
        if name not in _HOLDS or name == "=":
            raise InputError(
                f"{where}: unknown operator {name!r}; allowed: {_operators()}, "
                "or a plain value for equality"
            )
        check_order(value, f"{where}.{name}")
        if name == "in":
            if not isinstance(value, list | tuple) or not value:
                raise InputError(f"{where}.in: {value!r} is not a list of values")
            value = tuple(value)
        conditions.append(Condition(parent, name, value))
    return conditions


def _operators() -> str:
    return ", ".join(name for name in _HOLDS if name != "=")
