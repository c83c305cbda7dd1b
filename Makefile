# The commands of the project; `make help` lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
HOST ?= 127.0.0.1
WORKERS ?= 1
export LMS_BASE_URL ?= http://$(HOST):$(PORT)

.PHONY: help setup setup-dev run test test-browser bench bench-files bench-class bench-plays bench-regrade lint format messages lock screenshots schema clean

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

$(VENV)/.base: requirements/base.lock
	@command -v $(PYTHON) >/dev/null || { echo "Install python3 (3.11 or newer) first."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; this is $$($(PYTHON) --version). Try: make PYTHON=python3.12 …"; exit 1; }
	@test -x $(BIN)/pip || $(PYTHON) -m venv $(VENV) || { echo "python3 cannot make a virtual environment here; on Debian: apt-get install python3-venv"; exit 1; }
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/base.lock
	@touch $@

$(VENV)/.dev: $(VENV)/.base requirements/dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.lock
	@touch $@

setup: $(VENV)/.base ## make .venv from the hash-locked requirements
setup-dev: $(VENV)/.dev ## the same with what tests and checks need

run: setup ## start the LMS on this machine with the bundled content and a demo organisation
	@$(BIN)/flask db upgrade
	@$(BIN)/flask demo --if-empty
	@echo; echo "The LMS is at $(LMS_BASE_URL)  (Ctrl+C stops it)"; echo
	@exec $(BIN)/gunicorn --config lms/serve.py --bind $(HOST):$(PORT) --workers $(WORKERS) wsgi:app

test: setup-dev ## run all tests that need no service (SQLite; PostgreSQL with LMS_TEST_DATABASE_URL)
	$(BIN)/python -m pytest -n 2 --dist loadfile

test-browser: setup-dev ## run only the tests in a real browser
	$(BIN)/python -m pytest -m browser

bench: setup-dev ## measure each learner request against a bare Flask view with the same SQL
	$(BIN)/python -m benchmarks

bench-files: setup-dev ## measure the files of 20,000 attempts: seconds, memory, rows
	$(BIN)/python -m benchmarks.exports

bench-class: setup-dev ## measure five hundred starts of one exam at once
	$(BIN)/python -m benchmarks.class_start

bench-regrade: setup-dev ## grade 20,000 attempts again and take it back: seconds, CPU, memory, every mark as before
	$(BIN)/python -m benchmarks.regrading

bench-plays: setup-dev ## find planted faults in simulated role-plays, and time the pages of 5,000 plays
	$(BIN)/python -m benchmarks.plays

bench-replies: setup-dev ## measure how well typed replies are read, on trades kept apart (TIER=semantic)
	$(BIN)/python -m benchmarks.replies --tier $(or $(TIER),linear)

train-replies: setup-dev ## train the next scorer of typed replies (MORE=export.jsonl, TIER=semantic)
	OMP_NUM_THREADS=1 $(BIN)/python -m benchmarks.train_replies --tier $(or $(TIER),linear) $(addprefix --more ,$(MORE))

$(VENV)/.semantic: $(VENV)/.base requirements/semantic.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/semantic.lock
	@touch $@

setup-semantic: $(VENV)/.semantic ## add sentence embeddings for LMS_REPLY_SCORER=semantic (32 MB)

lint: setup-dev ## ruff, mypy and djlint
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/djlint --check --lint --quiet templates || true

messages: setup-dev ## collect messages into the catalogues; fails while a translation is missing
	$(BIN)/python -m lms.core.catalogues

lock: ## resolve requirements/*.in anew (needs uv)
	for kind in base dev semantic; do uv pip compile --quiet --upgrade --universal --generate-hashes --no-header --no-annotate --python-version 3.11 requirements/$$kind.in -o requirements/$$kind.lock; done

screenshots: setup-dev ## pictures of the main pages at both widths and in both languages, into screenshots/
	$(BIN)/python -m tests.browser.screenshots

clean: ## remove what was made here, but not the database
	rm -rf $(VENV) build screenshots .pytest_cache .hypothesis .mypy_cache .ruff_cache
