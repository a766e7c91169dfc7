# Two commands set everything up on a fresh machine with Python 3.11 or newer: make demo, make test.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
OUT := build
# What make baselines runs anew: those that need no server.
BASELINES := rules crf paragraph

# The tests start hundreds of processes, and each would compile the package anew where Python is told to keep nothing. Empty is as if unset.
export PYTHONDONTWRITEBYTECODE :=
# Python compiles what is imported when it first is; pip would compile all that is installed, in half a minute.
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile -c constraints.txt

.PHONY: help demo test test-browser check check-types check-data bench build data baselines analysis validity pictures clean
help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 14

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit("newsgold needs Python 3.11 or newer, found " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)

# What the demo needs, what development needs, and what the browser tests need: a stamp each, so that the demo stays quick.
$(VENV)/.demo: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) -e '.[baselines]'
	touch $@

$(VENV)/.dev: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) -e '.[dev]'
	touch $@ $(VENV)/.demo

$(VENV)/.browser: $(VENV)/.dev
	$(PIP) -e '.[browser]'
	touch $@

demo: $(VENV)/.demo ## install, run the rule baseline over the test split, validate, score and print
	$(BIN)/python baselines/rules/predict.py --split test --out $(OUT)/rules.jsonl --force
	$(BIN)/newsgold validate $(OUT)/rules.jsonl
	$(BIN)/newsgold score $(OUT)/rules.jsonl --system rules --out $(OUT)/rules.scorecard.json --force

# Neighbouring tests go to one worker, so that what a file makes once is made once; a worker that is done takes from another.
test: check ## all checks and tests
	$(BIN)/python -m pytest -n auto --dist worksteal

# Chromium is $NEWSGOLD_CHROMIUM, or the machine's, or Debian's where it may be installed; without one the tests are skipped and say so.
test-browser: $(VENV)/.browser ## the report and the article browser, in headless Chromium
	$(BIN)/python tests/browser/chromium.py
	$(BIN)/python -m pytest -n 2 --dist worksteal -rs tests/browser

check: $(VENV)/.dev ## lint, types, data and leaderboard drift
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(MAKE) --no-print-directory -j 2 check-types check-data

check-types: $(VENV)/.dev
	$(BIN)/mypy
	for name in $(BASELINES) empty llm; do (cd baselines/$$name && MYPYPATH=../common $(abspath $(BIN))/mypy --strict --ignore-missing-imports --config-file= --cache-dir=$(abspath .mypy_cache/baselines) ../common/*.py *.py) || exit 1; done

check-data: $(VENV)/.dev
	$(BIN)/newsgold build --check
	$(BIN)/newsgold lint
	$(BIN)/newsgold leaderboard --check

bench: $(VENV)/.dev ## speed, as figures
	$(BIN)/python tests/bench.py
	$(BIN)/python tests/bench_coref.py
	$(BIN)/python tests/bench_peers.py

build: $(VENV)/.dev ## sdist and wheel
	$(BIN)/python -m build --outdir dist

data: $(VENV)/.dev ## compile data/ from its sources, then all that follows from it, as baselines does
	$(BIN)/newsgold build
	$(MAKE) baselines

baselines: $(VENV)/.dev ## predict test with every baseline anew; their submissions, the leaderboard, the example project's baseline, tables and plots of the docs
	for name in $(BASELINES); do \
	  $(BIN)/python baselines/$$name/predict.py --split test --out $(OUT)/baselines/$$name.jsonl --force && \
	  $(BIN)/newsgold leaderboard new baselines/$$name --update --predictions $(OUT)/baselines/$$name.jsonl || exit 1; done
	$(BIN)/python baselines/crf/predict.py --made-from > $(OUT)/made-from && mv $(OUT)/made-from baselines/crf/predictions/made-from.sha256
	$(BIN)/newsgold leaderboard build
	cd tests/example_project && $(abspath $(BIN))/python -m pytest -q -p no:cacheprovider --newsgold-update
	$(BIN)/python docs/fill.py

analysis: $(VENV)/.dev ## the runs behind docs/baselines.md anew (minutes; goes on after a break), then its tables and plots
	$(BIN)/python docs/analysis.py --work $(OUT)/analysis
	$(BIN)/python docs/fill.py

# The texts are those that were hydrated, or those in $NEWSGOLD_ARTICLES (wikinews/*.csv, *.txt).
validity: $(VENV)/.dev ## run the baselines on the real articles of external too, and write docs/validity.md (needs their texts)
	$(BIN)/python docs/validity.py --work $(OUT)/validity

pictures: $(VENV)/.browser ## the pictures of the README
	NEWSGOLD_CHROMIUM="$$($(BIN)/python tests/browser/chromium.py)" $(BIN)/python docs/pictures.py

clean: ## remove what make made
	rm -rf $(VENV) $(OUT) dist
