# Each command creates or refreshes the virtual environment it needs, then does its work.
CONFIG ?= config/quick.yaml
CORES ?= all
PROFILE ?= workflow/profiles/default
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

SNAKEMAKE = $(BIN)/snakemake --workflow-profile $(PROFILE) --cores $(CORES) --configfile $(CONFIG)
INSTALL = $(BIN)/python -m pip install --quiet --constraint constraints.txt --editable
SOURCES = src tests benchmarks docs workflow/scripts

PUBLISHED = $(notdir $(wildcard results/reference/*))

.PHONY: help study toy publish reference check test browser cluster-test chaos lint bench clean
.DEFAULT_GOAL := help

help:  ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

study: $(VENV)/study.stamp $(if $(findstring slurm,$(PROFILE)),$(VENV)/slurm.stamp)  ## run a study: make study [CONFIG=config/quick.yaml] [CORES=all]
	@$(BIN)/hsic-hpo check $(CONFIG)
	@STARTED_AS='make study $(MAKEOVERRIDES)' $(SNAKEMAKE)

toy: $(VENV)/workflow.stamp  ## the paper's analytical examples beside their closed forms
	@$(BIN)/snakemake toy --workflow-profile $(PROFILE) --cores $(CORES) --configfile config/toy.yaml
	@cat results/toy/tables/toy.md

publish: $(VENV)/study.stamp  ## keep the datasets of a finished study: make publish STUDY=bateman
	@mkdir -p results/reference/$(STUDY)
	@cd results/$(STUDY) && cp --parents random/trials.nc sensitivity.nc convergence.nc selection.nc \
	  comparison.nc front.nc final/*/*/design.nc final/*/*/trials.nc $$(ls search/*/*/trials.nc 2>/dev/null) \
	  ../reference/$(STUDY)

# Published datasets are drawn as they are: no other rule may make them again.
reference: $(VENV)/test.stamp  ## redraw the published reference studies from their datasets, without training
	@for study in $(PUBLISHED); do \
	  run="$(BIN)/snakemake --configfile config/$$study.yaml --directory results/reference/$$study"; \
	  drawing=$$($$run --list-rules 2>/dev/null | grep -E '_(figure|table|report)$$'); \
	  $$run reference --workflow-profile $(PROFILE) --cores $(CORES) \
	  --allowed-rules all summary failures peers findings reference $$drawing || exit 1; done
	@$(BIN)/python docs/embed.py README.md docs/*.md

check: $(VENV)/study.stamp  ## check a study config, and train one configuration for a step
	@$(BIN)/hsic-hpo check --train $(CONFIG)

test: $(VENV)/test.stamp browser  ## run the tests
	$(BIN)/python -m pytest -n $(shell nproc) --dist loadfile

browser:  # a part of the tests opens the report in it
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null || { \
	  echo "Installing Debian's chromium"; apt-get -qq update && \
	  DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes chromium >/dev/null; }

cluster-test: $(VENV)/test.stamp  ## test on a real SLURM, started here for the tests (as root)
	@command -v slurmctld >/dev/null && command -v munged >/dev/null && \
	  command -v slurmdbd >/dev/null && command -v mariadbd >/dev/null || { \
	  echo "Installing Debian's SLURM"; apt-get -qq update && DEBIAN_FRONTEND=noninteractive \
	  apt-get -qq install --yes slurmctld slurmd slurm-client munge slurmdbd \
	  mariadb-server >/dev/null; }
	$(BIN)/python -m pytest tests/cluster

chaos: $(VENV)/test.stamp  ## kill a small study twenty times at random moments
	CHAOS_KILLS=20 $(BIN)/python -m pytest tests/workflow/test_chaos.py

lint: $(VENV)/test.stamp  ## check format, types and workflow
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/snakefmt --check Snakefile workflow
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tests/workflow/lint.py $(CONFIG)

bench: $(VENV)/test.stamp  ## measure speed beside peers; tables go to benchmarks/results
	for benchmark in benchmarks/*.py; do $(BIN)/python $$benchmark || exit 1; done

clean:  ## remove the virtual environment and caches, never results
	rm -rf $(VENV) .import_linter_cache .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find src tests workflow benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/workflow.stamp: pyproject.toml constraints.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(INSTALL) '.[workflow]'
	@touch $@

$(VENV)/study.stamp: $(VENV)/workflow.stamp
	@echo "Installing into $(VENV): a minute or two and 1.5 GB on disk"
	@$(INSTALL) '.[training,workflow,report]'
	@touch $@

$(VENV)/test.stamp: $(VENV)/study.stamp
	@$(INSTALL) '.[test]'
	@touch $@

$(VENV)/slurm.stamp: $(VENV)/study.stamp
	@$(INSTALL) '.[slurm]'
	@touch $@
