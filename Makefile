# Two commands: `make demo` shows the main job, `make test` runs every check. Both do their own set-up in .venv.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
# One thread for arrays a process: several processes of tests share the cores, and threads that wait for a core spin.
# Bytecode is kept whatever the environment says: hundreds of processes would compile all of Riffler, one after the other.
PYTEST := PYTHONDONTWRITEBYTECODE= OMP_NUM_THREADS=1 $(BIN)/python -m pytest --maxprocesses 4 --dist worksteal -q
# One process of tests more than cores, where tests wait for servers and clocks.
MORE := $(shell cores=$$(getconf _NPROCESSORS_ONLN); test $$cores -lt 4 && expr $$cores + 1 || echo 4)

.PHONY: demo test check audit soak chromium clean

demo: .venv/.base
	$(BIN)/riffler demo

# Only tests of tools/ and bandits/ are traced: they reach all of both. Long ones, marked no_cover, aren't needed for it.
# The others take twice as long when they are traced. A file of browser tests shares one service, so it stays together.
# All three are run whatever fails, so that one run shows all that does.
test: .venv/.all chromium check
	@failed=0; \
	(set -x; $(PYTEST) tests/tools tests/bandits -n auto --cov --cov-report=term) || failed=1; \
	(set -x; $(PYTEST) --ignore=tests/tools --ignore=tests/bandits --ignore=tests/browser -n $(MORE)) || failed=1; \
	(set -x; $(PYTEST) tests/browser -n auto --dist loadfile) || failed=1; \
	exit $$failed

check: .venv/.all
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy --num-workers 2
	$(BIN)/mypy tests/typing/api.py
	$(BIN)/lint-imports

# Asks a database of known holes about each dependency at the version that is pinned, which is all that is installed. It needs
# the network: what could not be looked up fails, so that nothing passes unseen. The pages' scripts are of no such index:
# their versions stand in service/dashboard/vendored.toml.
audit: .venv/.all
	$(BIN)/python -m pip_audit --strict --requirement constraints.txt --no-deps --disable-pip

# Two hundred clients stream through one Riffler for ten minutes. SOAK takes options, as in: make soak SOAK="--seconds 120"
soak: .venv/.all
	$(BIN)/python -m benchmarks.proxy.soak $(SOAK)

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Riffler needs Python 3.11 or newer: set PYTHON, as in: make PYTHON=python3.11 demo"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' || { echo "Python's venv module is missing: on Debian, apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv .venv

.venv/.base: .venv/bin/python pyproject.toml constraints.txt
	@echo "installing Riffler into .venv (about a minute)"
	$(PIP) -e .
	@touch $@

# torch first, as the CPU build where one is to be had: asked for through an extra it would bring CUDA's gigabytes.
.venv/.all: .venv/.base
	@echo "installing all extras into .venv (a minute or two)"
	$(PIP) "torch==2.13.0+cpu" 2>/dev/null || $(PIP) torch
	$(PIP) -e ".[langchain,local,train,dev]"
	@touch $@

# Looked for each time: it belongs to the machine, and may be missing where .venv was brought along. Quick when it is there.
chromium: .venv/.all
	@tests/browser/chromium $(BIN)/python

clean:
	rm -rf .venv build dist
