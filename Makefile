# Every target sets up what it needs. `make` alone lists them.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PY := .venv/bin/python
BIN := .venv/bin
OLD := src/saishu_collect
PYTEST_ARGS ?=

.PHONY: help run test unit lint drift gen pyz bench demo clean wine windows exe sign

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' Makefile

run: .venv/.ready-run ## the main job on this machine: collect, check, report into out/
	@tools/run_here.sh

test: lint unit windows ## everything that must hold before a change is handed in

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

wine: ## Wine with a Windows Python in .wine/, for the next three (Debian, Ubuntu; as root it installs what it needs)
	@tools/wine/prepare.sh

windows: ## the Windows tests under Wine; left out with a word where `make wine` was not run
	@tools/wine/suite.sh

exe: ## dist/saishu.exe and dist/saishu-windows.zip (prepares Wine first)
	@tools/wine/build_exe.sh

sign: ## sign dist/saishu.exe: make sign CERT=certificate.pem KEY=key.pem [STAMP=URL of a timestamp server]
	@tools/wine/sign.sh "$(CERT)" "$(KEY)" "$(STAMP)"

demo: .venv/.ready-run ## a report of every made-up case in samples/, into out/demo/
	@tools/demo.sh

bench: .venv/.ready-dev ## comparisons with public tools
	$(PY) bench/collect.py
	$(PY) bench/faults.py
	$(PY) bench/memory.py
	$(PY) bench/check.py
	$(PY) bench/read_evtx.py
	$(PY) bench/read_text.py
	$(PY) bench/read_signals.py
	$(PY) bench/read_store.py
	$(PY) bench/read_bundle.py

clean: ## remove what the other targets made
	rm -rf .venv .wine dist out .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

.venv/.ready-run: requirements/run.txt uv.lock tools/environment.sh
	@PYTHON="$(PYTHON)" tools/environment.sh run

.venv/.ready-dev: requirements/dev.txt uv.lock tools/environment.sh
	@PYTHON="$(PYTHON)" tools/environment.sh dev
