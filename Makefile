# make demo   set up and plan the shipped example     make test   set up and pass the tests
PYTHON ?= python3
BIN := .venv/bin
RUN_STAMP := .venv/.run
DEV_STAMP := .venv/.dev

.PHONY: setup demo test check bench clean

setup: $(RUN_STAMP)

$(RUN_STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "ironpot needs Python 3.11 or newer; 'PYTHON=/path/to/python3 make setup' picks another."; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
	  { echo "Python's venv is missing. On Debian or Ubuntu: apt install python3-venv"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(DEV_STAMP): $(RUN_STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

demo: $(RUN_STAMP)
	$(BIN)/python -m ironpot plan examples/bishan-scale --out out/bishan-scale --seed 1

test: $(DEV_STAMP)
	$(BIN)/python -m pytest -q

check: $(DEV_STAMP)
	$(BIN)/ruff format --check src tests benchmarks examples
	$(BIN)/ruff check src tests benchmarks examples
	$(BIN)/pyright
	$(BIN)/lint-imports

bench: $(DEV_STAMP)
	@for script in benchmarks/*.py; do echo "== $$script"; $(BIN)/python $$script $(BENCH_FLAGS) || exit 1; done

clean:
	rm -rf .venv out demo
