# make demo   set up and plan the shipped example     make test   set up and pass the tests
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check -c constraints.txt
RUN_STAMP := .venv/.run
DEV_STAMP := .venv/.dev
# Two workers: CI has two cores. Whole files go to a worker, so that a plan is made once per file.
TEST_FLAGS ?= -n 2 --dist loadfile

.PHONY: setup demo test check bench clean

setup: $(RUN_STAMP)
	@echo "ironpot is set up: $(BIN)/ironpot --help"

$(RUN_STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c '' 2>/dev/null || \
	  { echo "ironpot needs Python 3.11 or newer, and '$(PYTHON)' does not run. On Debian or Ubuntu: apt install python3 python3-venv"; \
	    echo "'make setup PYTHON=/path/to/python3' picks another."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "ironpot needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) --version 2>&1)."; \
	    echo "'make setup PYTHON=/path/to/python3' picks another."; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
	  { echo "Python's venv is missing from '$(PYTHON)'. On Debian or Ubuntu: apt install python3-venv"; exit 1; }
	@echo "Setting up .venv, once; this takes a minute or two ..."
	@$(PYTHON) -m venv .venv
	@$(PIP) -e . || { echo "The packages in constraints.txt could not be installed; see the message above."; exit 1; }
	@touch $@

$(DEV_STAMP): $(RUN_STAMP)
	@echo "Adding the tools for tests to .venv, once ..."
	@$(PIP) -e '.[dev]' || { echo "The packages in constraints.txt could not be installed; see the message above."; exit 1; }
	@touch $@

demo: $(RUN_STAMP)
	$(BIN)/python -m ironpot plan examples/bishan-scale --out out/bishan-scale --seed 1

test: $(DEV_STAMP)
	$(BIN)/python -m pytest -q $(TEST_FLAGS)

check: $(DEV_STAMP)
	$(BIN)/ruff format --check src tests benchmarks examples
	$(BIN)/ruff check src tests benchmarks examples
	$(BIN)/pyright
	$(BIN)/lint-imports

# BENCH_FLAGS=--quick runs each once.
bench: $(DEV_STAMP)
	@for script in benchmarks/*.py; do \
	  echo "== $$script"; $(BIN)/python $$script $(BENCH_FLAGS) || exit 1; done

clean:
	rm -rf .venv out demo
