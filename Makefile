# Each command creates or refreshes the virtual environment it needs, then does its work.
CONFIG ?= config/quick.yaml
CORES ?= all
PROFILE ?= workflow/profiles/default
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

# Makes .venv where it is missing, half-made, copied or out of date.
SET_UP = @sh install/set_up.sh '$(VENV)' '$(PYTHON)'
SOURCES = src tests benchmarks docs workflow/scripts

# Long tests come first; they often wait, so that one more than the machine has cores finds room.
SIDE_BY_SIDE = -n $(shell expr $$(nproc) + 1) --dist loadfile --no-loadscope-reorder

PUBLISHED = $(notdir $(patsubst %/comparison.nc,%,$(wildcard results/reference/*/comparison.nc)))

.PHONY: help study toy publish reference check docs test browser cluster-test chaos lint bench clean
.DEFAULT_GOAL := help

help:  ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

study:  ## run a study: make study [CONFIG=config/quick.yaml] [CORES=all]
	$(SET_UP) study $(if $(findstring slurm,$(PROFILE)),slurm)
	@STARTED_AS='make study $(MAKEOVERRIDES)' $(BIN)/hsic-hpo run '$(CONFIG)' --cores $(CORES) --profile '$(PROFILE)'

toy:  ## the paper's analytical examples beside their closed forms
	$(SET_UP) workflow
	@$(BIN)/snakemake toy --workflow-profile '$(PROFILE)' --cores $(CORES) --configfile config/toy.yaml
	@cat results/toy/tables/toy.md

publish:  ## keep the datasets of a finished study: make publish STUDY=bateman
	$(SET_UP) study
	@$(BIN)/python docs/publish.py $(STUDY)

# Published datasets are drawn as they are: no other rule may make them again. What other measures
# say of the trials is made once, here.
reference:  ## redraw the published reference studies from their datasets, without training
	$(SET_UP) test
	@for study in $(PUBLISHED); do \
	  config=$$(ls config/$$study.yaml examples/$$study/$$study.yaml 2>/dev/null); \
	  run="$(BIN)/snakemake --configfile $$config --directory results/reference/$$study"; \
	  searches=results/reference/$$study/searches.tar.xz; \
	  [ ! -e $$searches ] || $(BIN)/python -m tarfile -e $$searches results/reference/$$study || exit 1; \
	  drawing=$$($$run --list-rules 2>/dev/null | grep -E '_(figure|table|report)$$'); \
	  $$run reference --forceall --workflow-profile $(PROFILE) --cores $(CORES) \
	  --allowed-rules all summary failures findings reference $$drawing \
	  $$([ -e results/reference/$$study/peers.nc ] || echo peers) || exit 1; done
	@$(BIN)/python docs/embed.py README.md docs/*.md

check:  ## check a study config, and train one configuration for a step
	$(SET_UP) study
	@$(BIN)/hsic-hpo check --train '$(CONFIG)'

docs:  ## build the documentation site into site/
	$(SET_UP) docs
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet
	@echo "Open site/index.html"

test: browser  ## run the tests
	$(SET_UP) test
	$(BIN)/python -m pytest $(SIDE_BY_SIDE)

browser:  # a part of the tests opens the report in it
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null || { \
	  echo "Installing Debian's chromium"; apt-get -qq update && \
	  DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes chromium >/dev/null; }

cluster-test:  ## test on a real SLURM, started here for the tests (as root)
	$(SET_UP) test
	@command -v slurmctld >/dev/null && command -v munged >/dev/null && \
	  command -v slurmdbd >/dev/null && command -v mariadbd >/dev/null || { \
	  echo "Installing Debian's SLURM"; apt-get -qq update && DEBIAN_FRONTEND=noninteractive \
	  apt-get -qq install --yes slurmctld slurmd slurm-client munge slurmdbd \
	  mariadb-server >/dev/null; }
	$(BIN)/python -m pytest -n 3 --dist loadfile tests/cluster

chaos:  ## kill a small study twenty times at random moments
	$(SET_UP) test
	CHAOS_KILLS=20 $(BIN)/python -m pytest tests/workflow/test_chaos.py

lint:  ## check format, types and workflow
	$(SET_UP) test
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/snakefmt --check Snakefile workflow
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tests/workflow/lint.py

bench:  ## run all benchmarks, for hours; tables go to benchmarks/results
	$(SET_UP) test
	for benchmark in benchmarks/*.py; do $(BIN)/python $$benchmark || exit 1; done

clean:  ## remove the virtual environment and caches, never results
	rm -rf $(VENV) .import_linter_cache .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find src tests workflow benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
