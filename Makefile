# `make` runs the shipped search, `make test` runs the tests. Both first install what they need into .venv.
# They need Linux, Python 3.11 or newer, and make.

# Snakemake does not quote the path of Python, so the path may not contain a space.
ifneq ($(words [$(CURDIR)]),1)
$(error $(CURDIR): the path of this folder has a space in it, which Snakemake does not support; move the folder to a path without one)
endif

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes

.PHONY: search test chaos bench lint format lock

search: $(VENV)/installed
	$(BIN)/snakemake --cores all
	@$(MAKE) --no-print-directory results/report.html
	@echo "report: results/report.html"

results/report.html: $(wildcard results/report.rst results/*/plots/* report/*)
	@$(BIN)/snakemake --report $@

test: $(VENV)/installed-test
	$(BIN)/python -m pytest

# The long form of the fault tests, with ten random moments of each kind. Also writes the table of docs/reliability.md.
chaos: $(VENV)/installed-test
	CVSEARCH_MOMENTS=10 $(BIN)/python -m pytest tests/faults
	$(BIN)/python tests/faults/matrix.py --moments 10 --write docs/reliability.md

# Compares this workflow with a plain loop, GridSearchCV and Dask. This takes hours; docs/performance.md has shorter runs.
bench: $(VENV)-bench/installed
	$(VENV)-bench/bin/python benchmarks/compare.py --write docs/performance.md
	$(VENV)-bench/bin/python benchmarks/overhead.py
	$(VENV)-bench/bin/python benchmarks/simulate.py --write docs/statistics.md

lint: $(VENV)/installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/snakefmt --check Snakefile rules
	$(BIN)/snakemake --lint
	PYTHONPATH=scripts $(BIN)/lint-imports
	$(BIN)/mypy

format: $(VENV)/installed-test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/snakefmt Snakefile rules

# Pins the dependencies of envs/*.in for every Python from 3.11 on. Needs uv.
lock:
	cd envs && for name in requirements requirements-test requirements-bench; do \
		uv pip compile --quiet --universal --python-version 3.11 --generate-hashes $$name.in --output-file $$name.txt; done

$(VENV)/installed: envs/requirements.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(PIP_INSTALL) --requirement envs/requirements.txt
	@touch $@

$(VENV)/installed-test: $(VENV)/installed envs/requirements-test.txt
	$(PIP_INSTALL) --requirement envs/requirements.txt --requirement envs/requirements-test.txt
	@touch $@

$(VENV)-bench/installed: envs/requirements.txt envs/requirements-bench.txt
	$(PYTHON) -m venv $(VENV)-bench
	$(VENV)-bench/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes \
		--requirement envs/requirements.txt --requirement envs/requirements-bench.txt
	@touch $@
