"""Costs that are counted once per shape are those of each configuration."""

from typing import Any

from hsic_hpo.problems.shaping import CostByShape
from hsic_hpo.spaces.sampling import sample
from hsic_hpo.spaces.space import Space

SPACE = Space.from_dict(
    {
        "width": {"type": "integer", "range": [1, 6]},
        "rate": {"type": "float", "range": [0.0, 1.0]},
        "kind": {"type": "categorical", "levels": ["plain", "gated"]},
        "gate": {"type": "float", "range": [0.0, 1.0], "when": {"kind": "gated"}},
        "depth": {"type": "integer", "range": [1, 3], "when": {"kind": "gated"}},
    }
)
TRIED = SPACE.configurations(sample(SPACE, 8, 0))
ASKED = SPACE.configurations(sample(SPACE, 400, 1))


class Counting:
    """A cost of width, kind and depth, which for wide networks may depend on the rate too."""

    def __init__(self, *, wide: int = 7) -> None:
        self.asked: list[dict[str, Any]] = []
        self._wide = wide

    def __call__(self, configuration: dict[str, Any]) -> float:
        self.asked.append(configuration)
        cost = 10.0 * configuration["width"] * configuration.get("depth", 1)
        return cost + (configuration["rate"] if configuration["width"] >= self._wide else 0.0)


def test_a_few_configurations_of_each_shape_are_counted() -> None:
    count = Counting()
    cost = CostByShape(count, SPACE, TRIED)
    tries = len(count.asked)
    assert [cost(one) for one in ASKED] == [Counting()(one) for one in ASKED]
    # 6 widths of a plain network, and of one of three depths.
    assert len(count.asked) - tries == 2 * 6 * (1 + 3)
    # For each hyperparameter but the parent, at most once for each that was tried.
    assert tries <= len(TRIED) * len(SPACE)


def test_where_a_shape_turns_out_to_be_none_each_configuration_is_counted() -> None:
    wide = 6
    tried = [one for one in TRIED if one["width"] < wide]
    count = Counting(wide=wide)
    cost = CostByShape(count, SPACE, tried)
    told = [cost(one) for one in ASKED]
    true = [Counting(wide=wide)(one) for one in ASKED]
    wrong = [
        place for place, (one, other) in enumerate(zip(told, true, strict=True)) if one != other
    ]
    assert wrong == []
    assert sum(one["width"] >= wide for one in ASKED) > 20


def test_what_the_space_does_not_have_shapes() -> None:
    cost = CostByShape(lambda one: float(one["other"]), SPACE, [])
    assert [cost({"other": n}) for n in (1, 2, 3)] == [1.0, 2.0, 3.0]
