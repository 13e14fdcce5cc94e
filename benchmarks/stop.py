"""When a random search with looks is settled, and what is then missed, in studies with known truth.

Studies of random trials on the plain space of ``explain_studies.py``, where three of eight
hyperparameters change the error, with and without noise, and on the same space where none does.
Each is analysed after every look as the workflow does it. Printed for each part of the largest
index that counts as negligible: how many studies were settled at which look, the share of trials
saved, and which of the three were then not significant in how many settled studies, that is, taken
for negligible.
"""

import argparse
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import xarray as xr
from explain_studies import VARIANTS, error

from hsic_hpo.sensitivity.analysis import analyse
from hsic_hpo.sensitivity.looks import StopSettings, level_of_a_look, undecided
from hsic_hpo.sensitivity.settings import AnalysisSettings
from hsic_hpo.spaces.sampling import sample
from hsic_hpo.spaces.space import Space
from hsic_hpo.trials.dataset import gather_records
from hsic_hpo.trials.design import make_design
from hsic_hpo.trials.goals import is_found

PLAIN = VARIANTS["plain"]
# Standard deviation of the noise of a training, beside 0.17 of the errors themselves.
LAWS = {"exact": 0.0, "noisy": 0.05, "no effect": np.inf}
NEGLIGIBLE = (0.05, 0.1, 0.2, 0.3, 0.5)
# Of one study: settled at which look, 0 for none, and which of the three were not significant.
Ended = dict[float, tuple[int, list[str]]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--trials", type=int, nargs="+", default=[400, 1000])
    parser.add_argument("--studies", type=int, default=20)
    parser.add_argument("--looks", type=int, default=4)
    parser.add_argument("--processes", type=int, default=1)
    options = parser.parse_args()
    cases = [(law, n) for law in LAWS for n in options.trials]
    with ProcessPoolExecutor(options.processes) as pool:
        for law, n in cases:
            seeds = range(options.studies)
            given = ([each] * options.studies for each in (law, n, options.looks))
            ended = list(pool.map(run, *given, seeds))
            print(f"\n{law}, {n} trials, {options.studies} studies")
            for line in summary(ended, options.looks):
                print(line, flush=True)


def summary(ended: list[Ended], looks: int) -> Iterator[str]:
    """Tell for each negligible part how the studies ended."""
    for part in NEGLIGIBLE:
        at = Counter(one[part][0] for one in ended)
        saved = np.mean([1 - (one[part][0] or looks) / looks for one in ended])
        missed = Counter(name for one in ended if one[part][0] for name in one[part][1])
        shown = ", ".join(f"{at[look]} at look {look}" for look in range(1, looks + 1))
        yield (
            f"negligible {part:<4}: settled {shown}, {at[0]} never; {saved:.0%} saved; "
            f"taken for negligible: {dict(missed)}"
        )


def run(law: str, n: int, looks: int, seed: int) -> Ended:
    """Return how one study ends."""
    drawn = trials(law, n, seed)
    ended: Ended = {}
    for look in range(1, looks + 1):
        stop = StopSettings(looks)
        settings = level_of_a_look(AnalysisSettings(), stop)
        found = analyse(drawn.isel(trial=slice(n * look // looks)), settings, only="best")
        sure = is_found(found).sel(target="error", subset="best", group="all")
        missed = [name for name in PLAIN.active if not bool(sure.sel(hyperparameter=name))]
        for part in NEGLIGIBLE:
            if part in ended:
                continue
            if not undecided(found, part):
                ended[part] = (look, missed)
            elif look == looks:
                ended[part] = (0, missed)
    return ended


def trials(law: str, n: int, seed: int) -> xr.Dataset:
    """Return the trials of one study."""
    space = Space.from_dict(PLAIN.space)
    design = make_design(space, sample(space, n, seed), {"epochs": 1})
    rng = np.random.default_rng([seed, n])
    noise = LAWS[law]
    records = []
    for trial, row in zip(design["trial"].values, design["u"].values, strict=True):
        value = error(dict(zip(space.names, row, strict=True)))
        shown = rng.normal() if np.isinf(noise) else value + noise * rng.normal()
        records.append(
            {
                **{"trial": str(trial), "repeat": 0, "status": "ok", "reason": ""},
                **{"validation_error": float(shown), "test_error": 0.0, "epochs": 1},
                **{"train_seconds": 1.0, "n_params": 1, "flops": 1, "learning_curve": []},
            }
        )
    names = {"error_name": "error", "error_units": "1"}
    return gather_records(design, records, {"costs": "[]"}, n_repeats=1, **names)


if __name__ == "__main__":
    main()
