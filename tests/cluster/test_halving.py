"""A halved search on a real SLURM: each rung is preempted amid a training, and nothing differs."""

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import xarray as xr

from checkout import CONFIG
from cluster_runs import Run
from hsic_hpo.trials.dataset import read_trials
from test_study_run import assert_same_trials
