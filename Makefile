# The lab's commands. Each does its own set-up: a virtual environment in .venv with the locked packages that it needs.
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
ARGS ?=
# The packages that `make setup` installs: base, measure, servers, scale, lessons, or dev, which has all of them.
SET ?= dev
# Number of test files that run at the same time; most tests wait more than they work.
JOBS ?= 4

.PHONY: help setup demo class serve scaled compare check test types faults lint bench lock notebooks advise exercise grade handouts record

help:  ## list the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/$(SET).installed  ## install packages into .venv, by default all (SET=measure: those that measure)

# For the base, Python compiles only what the chat imports, when it does: that halves the time until the demo starts.
COMPILE_base := --no-compile
# What a set includes, so that none of it is installed twice.
INCLUDED_dev := base measure servers scale lessons
INCLUDED_lessons := base measure
INCLUDED_measure := base
INCLUDED_servers := base
INCLUDED_scale := base

$(VENV)/%.installed: requirements/%.txt | $(VENV)/made
	@echo "Installing the packages of $< into $(VENV) (once) ..."
	@$(PY) -m pip install --disable-pip-version-check --no-deps --require-hashes $(COMPILE_$*) -r $<
	@touch $@ $(foreach set,$(INCLUDED_$*),$(VENV)/$(set).installed)

$(VENV)/made:
	@command -v $(PYTHON) >/dev/null || { echo "Python is missing: install Python 3.11 to 3.14, or name it with PYTHON=..."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14) and "The lab needs Python 3.11 to 3.14, this is %d.%d; name another with PYTHON=..." % sys.version_info[:2])'
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "Python's venv module is missing: install it, on Debian and Ubuntu with 'apt-get install python3-venv'."; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@touch $@

demo: $(VENV)/base.installed  ## open the four techniques side by side in the browser
	@$(PY) manage.py demo $(ARGS)

class: $(VENV)/base.installed  ## the same for a class: phones vote and read (ARGS=ADDRESS: one of this machine's)
	@$(PY) manage.py demo --lan $(ARGS)

serve: $(VENV)/base.installed  ## serve the chat without wires (ARGS="--host --port --workers --lan")
	@$(PY) manage.py serve $(ARGS)

scaled: $(VENV)/scale.installed  ## serve with nginx, several servers, PostgreSQL and Redis (ARGS="--port --servers")
	@deploy/setup
	@$(PY) manage.py scaled $(ARGS)

compare: $(VENV)/measure.installed  ## measure the four techniques in about two minutes, write and open a report
	@$(PY) manage.py compare --open $(ARGS)

advise: $(VENV)/measure.installed  ## say which technique to use (ARGS="--rate --clients --latency --network")
	@$(PY) manage.py advise $(ARGS)

check: lint types  ## check style and types, and run the tests that need only Python, in about two minutes
	@$(PY) -m pytest -n $(JOBS) --dist loadfile -m "not server and not browser and not services" $(ARGS)

test: $(VENV)/dev.installed  ## run all tests, also in a real browser
	@tests/setup
	@$(PY) -m pytest -n $(JOBS) --dist loadfile $(ARGS)

notebooks: $(VENV)/lessons.installed  ## execute the lessons in notebooks/, each with a lab of its own
	@$(PY) notebooks/run.py $(ARGS)

handouts: $(VENV)/lessons.installed  ## write the handouts and keys of docs/teaching/ as pages to print (ARGS=FOLDER)
	@$(PY) notebooks/handouts.py $(ARGS)

exercise: $(VENV)/base.installed  ## lay out an exercise for students (NAME=longpoll-queue, FOLDER=exercises/NAME)
	@$(PY) manage.py exercise $(NAME) $(if $(FOLDER),--folder "$(FOLDER)") $(ARGS)

grade: $(VENV)/base.installed  ## grade an exercise (NAME=longpoll-queue, FOLDER=exercises/NAME, ARGS="--results FILE")
	@$(PY) manage.py grade $(NAME) $(if $(FOLDER),--folder "$(FOLDER)") $(ARGS)

record: $(VENV)/base.installed  ## save the last minute of a demo, or a scene, as one file that plays (ARGS="--scene one")
	@$(PY) manage.py record $(ARGS)

faults: $(VENV)/dev.installed  ## test with many faults, for a night (ARGS="--counts medium": two hours)
	@tests/setup
	@PYTHONPATH=tests $(PY) -m faults $(ARGS)

lint: $(VENV)/dev.installed  ## check the style
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .

types: $(VENV)/dev.installed  ## check the types
	@$(PY) -m mypy

bench: $(VENV)/measure.installed  ## measure the server beside its yardsticks
	@$(PY) manage.py bench $(ARGS)

lock: $(VENV)/bin/uv  ## write the files in requirements/ anew from pyproject.toml (ARGS=--upgrade: newest versions)
	@requirements/lock $(VENV)/bin/uv $(ARGS)

$(VENV)/bin/uv: | $(VENV)/made
	@$(PY) -m pip install --disable-pip-version-check uv
