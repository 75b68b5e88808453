# perfkit's commands. `make help` lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
QUERY ?=
OUTPUT ?= reports/investigate
DOCS ?= reports/docs

.DEFAULT_GOAL := help

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(VENV)/ready ## make the environment and install perfkit into it

$(VENV)/ready: pyproject.toml .ci/constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "perfkit needs Python 3.11 or newer: make PYTHON=/path/to/python3.11"; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint .ci/constraints.txt --editable '.[lab,benchmarks,dev]'
	@touch $@

report: setup ## investigate a slow query of the data set tracker and write the report
	$(BIN)/perfkit notebook run investigate --output $(OUTPUT) $(if $(QUERY),-p query=$(QUERY))

docs: setup ## execute the anti-pattern book on the data set tracker and build its site
	$(BIN)/perfkit notebook book --output $(DOCS)

test: setup ## run the whole test suite against a real server
	$(BIN)/python -m pytest

test-browser: setup ## look at reports and JupyterLab in Chromium, where it is installed; screenshots in reports/browser
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint .ci/constraints.txt --editable '.[browser]'
	$(BIN)/python -m pytest tests/browser

fmt: setup ## format the code
	$(BIN)/ruff format perfkit tests
	$(BIN)/ruff check --fix perfkit tests

lint: setup ## check style and formatting
	$(BIN)/ruff format --check perfkit tests
	$(BIN)/ruff check perfkit tests

type: setup ## check types
	$(BIN)/mypy

check: lint type test ## everything CI checks

bench: setup ## measure start-up, report stages and the overhead over psql
	$(BIN)/python -m tests.bench

bench-diagnosis: setup ## score the diagnosis of the cases in tests/cases, on the embedded major and on 15
	$(BIN)/python -m tests.bench.diagnosis
	$(BIN)/python -m tests.bench.diagnosis --major 15

bench-peers: setup ## score public analysers of plans on the same cases, installed into a temporary environment
	$(BIN)/python -m tests.bench.peers

bench-advise: setup ## index advice: TPC-H against Extend by cost and by execution, TPC-DS, the probes, what indexes cost to keep, and growth (HypoPG: PERFKIT_POSTGRES)
	$(BIN)/python -m tests.bench.advise what-if
	$(BIN)/python -m tests.bench.advise executed
	$(BIN)/python -m tests.bench.advise tpcds
	$(BIN)/python -m tests.bench.advise probes
	$(BIN)/python -m tests.bench.advise upkeep
	$(BIN)/python -m tests.bench.advise_scale

bench-gate: setup ## the gate: false alarms under load, seeded faults found, times in turns (an hour and more)
	$(BIN)/python -m tests.bench.gate

bench-kill: setup ## cut notebook runs short in every way at three moments: is the truth told, is nothing left running (root for the full disk)
	$(BIN)/python -m tests.bench.kill_matrix

lab: setup ## open JupyterLab on the notebooks
	$(BIN)/perfkit lab

clean: ## remove what make made, but for servers and their data (perfkit server stop)
	rm -rf $(VENV) build dist reports .mypy_cache .ruff_cache .pytest_cache .hypothesis

.PHONY: help setup report docs test test-browser fmt lint type check bench bench-diagnosis bench-peers bench-advise bench-gate bench-kill lab clean
