# Two commands set everything up on a fresh machine with Python 3.11 or newer: make demo, make test.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
OUT := build

.PHONY: help demo test check bench build data clean
help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 10

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit("newsgold needs Python 3.11 or newer, found " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)

# What the demo needs, and what development needs: two stamps, so that the demo stays quick.
$(VENV)/.demo: pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[baselines]'
	touch $@

$(VENV)/.dev: pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@ $(VENV)/.demo

demo: $(VENV)/.demo ## install, run the rule baseline over the test split, validate, score and print
	$(BIN)/python baselines/rules/predict.py --split test --out $(OUT)/rules.jsonl --force
	$(BIN)/newsgold validate $(OUT)/rules.jsonl
	$(BIN)/newsgold score $(OUT)/rules.jsonl --system rules --out $(OUT)/rules.scorecard.json --force

test: check ## all checks and tests
	$(BIN)/python -m pytest -n auto

check: $(VENV)/.dev ## lint, types, data and leaderboard drift
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	for name in rules crf paragraph; do (cd baselines/$$name && MYPYPATH=../common $(abspath $(BIN))/mypy --strict --ignore-missing-imports --config-file= ../common/*.py *.py) || exit 1; done
	$(BIN)/newsgold build --check
	$(BIN)/newsgold leaderboard --check

bench: $(VENV)/.dev ## speed, as figures
	$(BIN)/python tests/bench.py
	$(BIN)/python tests/bench_coref.py
	$(BIN)/python tests/bench_peers.py

build: $(VENV)/.dev ## sdist and wheel
	$(BIN)/python -m build --outdir dist

data: $(VENV)/.dev ## compile data/ from its sources and rebuild the leaderboard
	$(BIN)/newsgold build
	$(BIN)/newsgold leaderboard

clean: ## remove what make made
	rm -rf $(VENV) $(OUT) dist
