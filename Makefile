# Every target sets up what it needs. `make` alone lists them.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PY := .venv/bin/python
BIN := .venv/bin
OLD := src/saishu_collect
PYTEST_ARGS ?=

.PHONY: help run test unit lint drift gen pyz bench clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' Makefile

run: .venv/.ready-run ## the main job on this machine: collect, check, report into out/
	@tools/run_here.sh

test: lint unit ## everything that must hold before a change is handed in

unit: .venv/.ready-dev ## the tests alone
	$(PY) -m pytest $(PYTEST_ARGS)

lint: .venv/.ready-dev drift ## style, types, walls between the rooms, Python 3.6, generated files
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/mypy tools/*.py
	$(BIN)/lint-imports --no-logo
	$(BIN)/vermin -t=3.6- --violations --no-tips --quiet $(OLD)

drift: .venv/.ready-dev ## fail when `make gen` would change a file
	$(PY) tools/generate.py --check

gen: .venv/.ready-dev ## everything generated: catalogue, reference pages, locked requirements
	$(PY) tools/generate.py

pyz: .venv/.ready-run ## dist/saishu.pyz, the collector as one file for Python 3.6 and later
	$(PY) tools/build_pyz.py

bench: .venv/.ready-dev ## comparisons with public tools
	$(PY) bench/collect.py

clean: ## remove what the other targets made
	rm -rf .venv dist out .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

.venv/.ready-run: requirements/run.txt uv.lock tools/environment.sh
	@PYTHON="$(PYTHON)" tools/environment.sh run

.venv/.ready-dev: requirements/dev.txt uv.lock tools/environment.sh
	@PYTHON="$(PYTHON)" tools/environment.sh dev
