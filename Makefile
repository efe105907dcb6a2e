# Handlekraft in a few words: `make run` shows it, `make test` proves it. `make help` lists the rest.
#
# What must be installed is remembered by stamp files that depend on the lock files, so that a second
# start has nothing to do.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PORT ?= 8000
DATA_DIR ?= .data
ONLY ?=
ARGS ?=
ALL ?=
# Two test workers: the journeys in one, everything else in the other (tests/conftest.py says how).
WORKERS ?= 2

# The first Python of the machine that is new enough; python3 when none is, for the message to name.
ifndef PYTHON
PYTHON := $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo $$p; exit; }; done; echo python3)
endif

VENV := .venv
BIN := $(VENV)/bin
# -qq: errors only. A machine's own package index may be noisy, and a newcomer must not wade through it.
PIP := $(BIN)/python -m pip --disable-pip-version-check install -qq
NO_PACKAGES := { echo "handlekraft: the Python packages could not be fetched (see above). Is the network there?" >&2; exit 1; }
LAUNCHER := platform/config/launcher.py
NODE_PACKAGES := platform/config/node_packages.py

# With a browser demanded, on PostgreSQL, or with ALL=1 every journey is run; else only the smoke journey.
EVERYTHING := $(strip $(filter-out 0,$(ALL)) $(filter-out 0,$(REQUIRE_BROWSER)) $(findstring postgres,$(DATABASE_URL)))
JOURNEYS := $(if $(EVERYTHING),,-m "not journey or smoke")

.PHONY: help install run test fuzz check bench lock clean preflight

help: ## This list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

install: $(VENV)/.base $(VENV)/.ours node_modules/.base ## Virtual environment and packages, without starting anything

run: preflight $(VENV)/.base $(VENV)/.ours node_modules/.base ## The platform with its demo [PORT=8000] [DATA_DIR=.data]
	@exec $(BIN)/python -I $(LAUNCHER) run --port "$(PORT)" --data-dir "$(DATA_DIR)"

test: $(VENV)/.dev $(VENV)/.ours node_modules/.dev ## All tests; on PostgreSQL and Redis when the environment names them [ARGS=…] [ALL=1]
	@exec $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile $(JOURNEYS) $(ARGS)

fuzz: $(VENV)/.dev $(VENV)/.ours ## Twenty thousand broken H5P packages
	@FUZZ=1 exec $(BIN)/python -m pytest -n $(WORKERS) --dist load tests/media/h5p/test_fuzz.py $(ARGS)

check: $(VENV)/.dev $(VENV)/.ours node_modules/.base ## Lint, types, import contracts, migrations, templates, deployment settings
	@sh platform/config/check.sh "$(BIN)"

bench: $(VENV)/.base $(VENV)/.ours node_modules/.base ## Benchmarks beside their floors [ONLY=pages]
	@DATA_DIR="$(DATA_DIR)" exec $(BIN)/python manage.py bench $(if $(ONLY),--only "$(ONLY)") $(ARGS)

lock: $(VENV)/.made ## Lock files from requirements/*.in and package.json [ARGS=--upgrade]
	@$(BIN)/python -I platform/config/lock.py $(ARGS)

clean: ## Take away packages and caches (the data folder stays)
	rm -rf $(VENV) node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# What would stop a start is said before minutes go into packages.
preflight: $(VENV)/.made
	@$(BIN)/python -I $(LAUNCHER) preflight --port "$(PORT)" --data-dir "$(DATA_DIR)"

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "handlekraft: Python 3.11 or newer is needed; here is $$($(PYTHON) --version 2>&1 | head -n 1)." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "handlekraft: this Python has no venv module. On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@echo "Making the virtual environment in $(VENV) …"
	@$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(VENV)/.base: $(VENV)/.made requirements/base.txt
	@echo "Fetching the Python packages …"
	@$(PIP) --require-hashes -r requirements/base.txt || $(NO_PACKAGES)
	@touch $@

$(VENV)/.dev: $(VENV)/.made requirements/dev.txt
	@echo "Fetching the Python packages, those for tests and checks too …"
	@$(PIP) --require-hashes -r requirements/dev.txt || $(NO_PACKAGES)
	@touch $@ $(VENV)/.base

# In a step of its own: with the editable install in the same call pip refuses the hashes.
$(VENV)/.ours: pyproject.toml | $(VENV)/.base
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

# A run needs no test packages; whoever has them is not made to lose them.
node_modules/.base: package.json package-lock.json $(VENV)/.made
	@$(BIN)/python -I $(NODE_PACKAGES) $(if $(wildcard node_modules/.dev),--dev)

node_modules/.dev: package.json package-lock.json $(VENV)/.made
	@$(BIN)/python -I $(NODE_PACKAGES) --dev
