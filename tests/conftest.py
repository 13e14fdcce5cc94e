"""One numerical thread per process: tests run in as many processes as there are cores.

More threads than cores wait for each other in loops that take ten times the processor's time.
Jobs of the workflow are as they are for a user: Snakemake gives each the one thread it asks for.
"""

import os

from hypothesis import settings

# Libraries read it once, when they are loaded: before any test module is.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# How long an example takes says nothing where other tests run beside it.
settings.register_profile("side by side", deadline=None)
settings.load_profile("side by side")
