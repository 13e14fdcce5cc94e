"""Names of the front door, for type checkers: the table of ``__init__.py`` loads them."""

from hsic_hpo.errors import InputError as InputError
from hsic_hpo.indices.hsic import (
    hsic as hsic,
)
from hsic_hpo.indices.hsic import (
    joint_hsic as joint_hsic,
)
from hsic_hpo.indices.hsic import (
    pure_interaction as pure_interaction,
)
from hsic_hpo.indices.inference import confidence_interval as confidence_interval
from hsic_hpo.indices.permutation import permutation_test as permutation_test
from hsic_hpo.interactive import plot as plot
from hsic_hpo.interactive.by_budget import explain_by_budget as explain_by_budget
from hsic_hpo.interactive.by_epoch import explain_by_epoch as explain_by_epoch
from hsic_hpo.interactive.choosing import choose as choose
from hsic_hpo.interactive.example import example_trials as example_trials
from hsic_hpo.interactive.front import front as front
from hsic_hpo.interactive.hsic_gpbo_sampler import HsicGpboSampler as HsicGpboSampler
from hsic_hpo.interactive.optuna_evaluator import (
    HsicImportanceEvaluator as HsicImportanceEvaluator,
)
from hsic_hpo.interactive.steps import decide as decide
from hsic_hpo.interactive.steps import explain as explain
from hsic_hpo.interactive.steps import report as report
from hsic_hpo.interop.optuna_study import trials_from_optuna as trials_from_optuna
from hsic_hpo.interop.sources import trials_from as trials_from
from hsic_hpo.interop.space_files import read_space as read_space
from hsic_hpo.interop.space_files import write_space as write_space
from hsic_hpo.interop.table import (
    trials_from_frame as trials_from_frame,
)
from hsic_hpo.interop.table import (
    trials_from_table as trials_from_table,
)
from hsic_hpo.problems.base import (
    DenseProblem as DenseProblem,
)
from hsic_hpo.problems.base import (
    FunctionProblem as FunctionProblem,
)
from hsic_hpo.problems.base import (
    LightningProblem as LightningProblem,
)
from hsic_hpo.problems.base import (
    option as option,
)
from hsic_hpo.search.hsic_gpbo import HsicGpbo as HsicGpbo
from hsic_hpo.search.hsic_gpbo import minimise as minimise
from hsic_hpo.spaces.definitions import (
    Boolean as Boolean,
)
from hsic_hpo.spaces.definitions import (
    Categorical as Categorical,
)
from hsic_hpo.spaces.definitions import (
    Float as Float,
)
from hsic_hpo.spaces.definitions import (
    Integer as Integer,
)
from hsic_hpo.spaces.space import Space as Space
from hsic_hpo.tables.decisions import decisions_table as decisions_table
from hsic_hpo.tables.importance import importance_table as importance_table
from hsic_hpo.tables.importance_by_budget import (
    importance_by_budget_table as importance_by_budget_table,
)
from hsic_hpo.tables.importance_by_epoch import (
    importance_by_epoch_table as importance_by_epoch_table,
)
from hsic_hpo.training.loading import load_model as load_model
from hsic_hpo.trials.dataset import read_trials as read_trials
from hsic_hpo.trials.dataset import write_trials as write_trials

__version__: str
