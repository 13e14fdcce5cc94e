"""A network chosen from finished trials, as a person reads it in a terminal or pastes it."""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr
import yaml
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from hsic_hpo.digits import value_in_words
from hsic_hpo.errors import printable
from hsic_hpo.search.chosen import ChosenTrial
from hsic_hpo.search.final_choice import FinishedTrial
from hsic_hpo.trials.costs import MEASURED_COSTS
from hsic_hpo.wording import cost_name, counted, number, target_name

_INDENT = 2
_NAMES = {"train_seconds": "training time (s)"}


def show_choice(
    chosen: ChosenTrial,
    trials: xr.Dataset,
    cost: str | None,
    where: str,
    retrained: Sequence[float],
    console: Console,
) -> None:
    """Print what was chosen, what it costs beside its neighbours on the front, and why.

    Parameters
    ----------
    chosen
        What was chosen.
    trials
        Trials Dataset that it was chosen from.
    cost
        Cost that was weighed, None where there is none.
    where
        Where the trials are, in words.
    retrained
        Test errors of its retrainings, if there are any.
    console
        Where to print.
    """
    console.print(Text(f"{_from(chosen, trials)} ({printable(where)})"))
    console.print(Text(f"Chosen: {printable(chosen.choice)}", style="bold"))
    reason = f"It is {printable(chosen.reason)}."
    console.print(Padding(Text(reason), (0, 0, 0, _INDENT), expand=False))
    console.print()
    console.print(_figures(chosen, trials, cost))
    if "method" in chosen.found_by:
        console.print(Text(f"Found by {_found_by(chosen)}."))
    if retrained:
        console.print(Text(f"{retrained_in_words(retrained)}."))
    console.print()
    values = Table(box=None, padding=(0, _INDENT, 0, 0), show_header=True, header_style="bold")
    values.add_column("hyperparameter", overflow="fold")
    values.add_column("value", overflow="fold")
    for name, value in chosen.configuration.items():
        values.add_row(Text(printable(name)), Text(value_in_words(value)))
    console.print(values)


def _from(chosen: ChosenTrial, trials: xr.Dataset) -> str:
    counts: dict[str, int] = {}
    for method in trials["method"].values.tolist() if "method" in trials else ():
        counts[method] = counts.get(method, 0) + 1
    by = ", ".join(f"{method} {count}" for method, count in counts.items())
    return (
        f"{counted(chosen.n_trials, 'trials')}{f' ({by})' if len(counts) > 1 else ''}, "
        f"{chosen.n_ended_well} ended well"
    )


def _figures(chosen: ChosenTrial, trials: xr.Dataset, cost: str | None) -> Table:
    table = Table()
    table.add_column("", overflow="fold")
    table.add_column("chosen", justify="right", no_wrap=True)
    others = []
    for heading, trial in (("next cheaper", chosen.cheaper), ("next dearer", chosen.dearer)):
        if trial is not None:
            others.append(trial)
            table.add_column(heading, justify="right", no_wrap=True)
    spread = "" if chosen.error_std is None else f" ± {number(chosen.error_std)}"
    error = target_name(trials, "error")
    repeats = f", mean of {chosen.n_repeats} trainings" if chosen.n_repeats > 1 else ""
    table.add_row(
        Text(f"validation error{repeats}: {error}"),
        f"{_error(chosen.error, trials)}{spread}",
        *(_beside(one.error, chosen.error, trials) for one in others),
    )
    for name in dict.fromkeys([*([] if cost is None else [cost]), *chosen.costs]):
        cells = []
        if name == cost and chosen.cost is not None:
            cells = [_ratio(float(one.cost or 0), chosen.cost) for one in others]
        value = chosen.costs.get(name)
        shown = "" if value is None else number(value)
        table.add_row(Text(printable(_NAMES.get(name, cost_name(name)))), shown, *cells)
    return table


def retrained_in_words(errors: Sequence[float]) -> str:
    """Say what retrainings reached: ``"Trained again 5 times: test error 0.01 ± 0.002"``."""
    spread = f" ± {number(float(np.std(errors, ddof=1)))}" if len(errors) > 1 else ""
    times = counted(len(errors), "times")
    return f"Trained again {times}: test error {number(float(np.mean(errors)))}{spread}"


def _error(value: float, trials: xr.Dataset) -> str:
    # What is maximised is stored with the other sign.
    return number(-value if trials.attrs.get("direction") == "maximise" else value)


def _beside(value: float, own: float, trials: xr.Dataset) -> str:
    shown = _error(value, trials)
    return f"{shown} (×{number(value / own)})" if value > 0 and own > 0 else shown


def _ratio(value: float, own: float) -> str:
    return f"{number(value)} (×{number(value / own)})" if value > 0 and own > 0 else number(value)


def _found_by(chosen: ChosenTrial) -> str:
    method, repeat = chosen.found_by["method"], chosen.found_by["search_repeat"]
    if repeat < 0:
        return str(method)
    return f"{method}, repeat {repeat}, round {chosen.found_by['search_round']}"


def as_yaml(chosen: ChosenTrial, trials: xr.Dataset, retrained: Sequence[float]) -> str:
    """Return the configuration as YAML, below comments that say what it costs and why.

    The same text is a configuration to whatever reads YAML.
    """
    facts = [
        chosen.choice,
        chosen.reason,
        f"{target_name(trials, 'error')}: {_error(chosen.error, trials)}{_spread(chosen)}",
    ]
    facts += [f"{_full_name(name)}: {number(value)}" for name, value in chosen.costs.items()]
    if "method" in chosen.found_by:
        facts.append(f"found by {_found_by(chosen)}")
    if retrained:
        facts.append(retrained_in_words(retrained))
    comments = "".join(f"# {printable(fact)}\n" for fact in facts)
    text: str = yaml.safe_dump(dict(chosen.configuration), sort_keys=False, allow_unicode=True)
    return comments + text


def _spread(chosen: ChosenTrial) -> str:
    if chosen.error_std is None:
        return ""
    return f" ± {chosen.error_std:.2g} over {chosen.n_repeats} trainings"


def _full_name(name: str) -> str:
    return MEASURED_COSTS[name].long_name if name in MEASURED_COSTS else name


def as_json(chosen: ChosenTrial, cost: str | None, retrained: Sequence[float]) -> str:
    """Return the configuration and what is known of it as JSON."""
    content: dict[str, Any] = {
        "configuration": dict(chosen.configuration),
        "choice": chosen.choice,
        "reason": chosen.reason,
        "error": chosen.error,
        "error_std": chosen.error_std,
        "n_repeats": chosen.n_repeats,
        "retrained_test_errors": list(retrained),
        "weighed_cost": cost,
        "costs": dict(chosen.costs),
        "cheaper": _short(chosen.cheaper),
        "dearer": _short(chosen.dearer),
        "found_by": dict(chosen.found_by),
        "trial": chosen.trial,
        "n_trials": chosen.n_trials,
        "n_ended_well": chosen.n_ended_well,
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _short(trial: FinishedTrial | None) -> dict[str, Any] | None:
    if trial is None:
        return None
    return {"configuration": trial.configuration, "error": trial.error, "cost": trial.cost}
