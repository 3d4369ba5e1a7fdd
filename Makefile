# The lab's commands. Each does its own set-up: a virtual environment in .venv with the locked packages.
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
ARGS ?=
# Number of test files that run at the same time; most tests wait more than they work.
JOBS ?= 3

.PHONY: help setup demo serve scaled compare check test types faults lint bench lock notebooks advise

help:  ## list the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/ready  ## make the virtual environment and install the packages

$(VENV)/ready: requirements.lock
	@command -v $(PYTHON) >/dev/null || { echo "Python is missing: install Python 3.11 or newer, or name it with PYTHON=..."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "The lab needs Python 3.11 or newer, this is %d.%d; name another with PYTHON=..." % sys.version_info[:2])'
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "Python's venv module is missing: install it, on Debian and Ubuntu with 'apt-get install python3-venv'."; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@echo "Installing the packages into $(VENV) (once, about a minute) ..."
	@$(PY) -m pip install --quiet --disable-pip-version-check -r requirements.lock
	@touch $@

demo: setup  ## open the four techniques side by side in the browser
	@$(PY) manage.py demo $(ARGS)

serve: setup  ## serve the chat without wires (ARGS="--host --port --workers --lan")
	@$(PY) manage.py serve $(ARGS)

scaled: setup  ## serve with nginx, several servers, PostgreSQL and Redis (ARGS="--port --servers")
	@deploy/setup
	@$(PY) manage.py scaled $(ARGS)

compare: setup  ## measure the four techniques in about two minutes, write and open a report
	@$(PY) manage.py compare --open $(ARGS)

advise: setup  ## say which technique to use (ARGS="--rate --clients --latency --network")
	@$(PY) manage.py advise $(ARGS)

check: lint types  ## check style and types, and run the tests that need only Python, in about a minute
	@$(PY) -m pytest -n $(JOBS) --dist loadfile -m "not server and not browser and not services" $(ARGS)

test: setup  ## run all tests, also in a real browser
	@tests/setup
	@$(PY) -m pytest -n $(JOBS) --dist loadfile $(ARGS)

notebooks: setup  ## execute the lessons in notebooks/, each with a lab of its own
	@$(PY) notebooks/run.py $(ARGS)

faults: setup  ## test with many faults, for a night (ARGS="--counts medium": two hours)
	@tests/setup
	@PYTHONPATH=tests $(PY) -m faults $(ARGS)

lint: setup  ## check the style
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .

types: setup  ## check the types
	@$(PY) -m mypy

bench: setup  ## measure the server beside its yardsticks
	@$(PY) manage.py bench $(ARGS)

lock: setup  ## write the versions in .venv to requirements.lock
	@{ echo "# Made by \`make lock\`; names no index."; $(PY) -m pip freeze; } > requirements.lock
