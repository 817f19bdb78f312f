# `make run` and `make test` need only python3, pip, make and git: the set-up is part of both.
# PYTHON=python3.12 chooses the interpreter, ARGS="…" goes to the program or to pytest.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup run test trials lint lock sbom pictures dist clean

export PYTHON
unexport PYTHONDONTWRITEBYTECODE
python := .venv/bin/python
has_display := $(or $(DISPLAY),$(WAYLAND_DISPLAY),$(filter Darwin,$(shell uname -s)))

help: ## list these targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1	\2/p' Makefile | expand -t 18

setup: ## install what is missing, for run and test
	@bash .ci/setup test

run: ## open OpsDesk; without a display, write the day's 到岗记录 and a picture to out/
	@bash .ci/setup run
ifneq ($(has_display),)
	@.venv/bin/opsdesk $(ARGS)
else
	@QT_QPA_PLATFORM=offscreen $(python) -m opsdesk showcase --out out
endif

test: ## run every test
	@bash .ci/setup test
	@QT_QPA_PLATFORM=offscreen $(python) -m pytest --numprocesses auto --dist worksteal $(ARGS)

trials: ## hold the reliability trials briefly; ARGS=--full as often as the plan asks, into docs/reliability.md
	@bash .ci/setup test
	@QT_QPA_PLATFORM=offscreen $(python) -m benchmarks.reliability $(ARGS)

lint: ## style, types and import contracts
	@bash .ci/setup run
	@$(python) -m ruff check . && $(python) -m ruff format --check . && $(python) -m mypy && .venv/bin/lint-imports

lock: ## resolve requirements.lock anew (needs uv)
	uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --custom-compile-command "make lock" --upgrade -o requirements.lock

sbom: ## list every package that the program is made of, with versions, licences and hashes, in out/sbom.cdx.json
	@bash .ci/setup run
	@$(python) .ci/sbom.py out/sbom.cdx.json

pictures: ## make the screenshots in docs/ again
	@bash .ci/setup run
	@QT_QPA_PLATFORM=offscreen $(python) docs/pictures.py

dist: ## freeze the program into dist/OpsDesk/ with PyInstaller
	@bash .ci/setup dist
	@$(python) -m pip install -q --disable-pip-version-check "pyinstaller>=6.22,<7"
	@$(python) -m PyInstaller --noconfirm build.spec
	@$(python) .ci/sbom.py dist/OpsDesk/sbom.cdx.json
	@dist/OpsDesk/OpsDesk --home dist/nothing doctor

clean: ## remove the environment and everything that was made
	rm -rf .venv out build dist .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
