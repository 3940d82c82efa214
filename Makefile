# AEGIS: `make run` starts it, `make test` proves it. Needs Python 3.11 or newer with venv, and make; nothing else.

SHELL := /bin/sh
PORT ?= 8000
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; \
	done)
RUN := .venv/bin/python

.PHONY: run test drill lint format bench translations snapshot clean help

help:
	@echo 'make run [PORT=8000]  start the database and the back office, with demo data the first time'
	@echo 'make test             run every test; DATABASE_URL=… make test uses your server'
	@echo 'make drill            requests through PgBouncer, looking for leaks; loads killed at random moments'
	@echo 'make lint             style, types and the staircase of apps'
	@echo 'make bench            measure, as ratios within one run'
	@echo 'make clean            remove what can be made again; the data under var/postgres stays'

run: .venv/runtime
	@exec $(RUN) manage.py start --port $(PORT)

test: .venv/development
	@$(RUN) -m pytest $(ARGS)

# Needs PgBouncer (Debian: apt install pgbouncer).
drill: .venv/development
	@$(RUN) -m pytest tests/drills/pgbouncer.py tests/drills/killed_loads.py $(ARGS)

lint: .venv/development
	@$(RUN) -m ruff check .
	@$(RUN) -m ruff format --check .
	@$(RUN) -m mypy .
	@.venv/bin/lint-imports

format: .venv/development
	@$(RUN) -m ruff check --fix .
	@$(RUN) -m ruff format .

bench: .venv/development
	@$(RUN) -m tests.bench $(ARGS)

# Needs GNU gettext.
translations: .venv/development
	@cd locale/.. && $(RUN) manage.py makemessages --locale ko --no-location --ignore .venv --ignore var
	@$(RUN) manage.py compilemessages --locale ko --ignore .venv

snapshot: .venv/development
	@$(RUN) -m pytest tests/test_schema_snapshot.py tests/access/test_page.py --write-snapshot

clean:
	@test ! -x $(RUN) || AEGIS_VAR=var/test $(RUN) manage.py postgres stop >/dev/null 2>&1 || true
	rm -rf .venv var/test var/static .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/python:
	@test -n "$(PYTHON)" || { echo 'AEGIS needs Python 3.11 or newer with venv (Debian: apt install python3-venv).' >&2; exit 1; }
	@$(PYTHON) -m venv --clear .venv
	@touch $@

.venv/runtime: .venv/python requirements.txt
	@echo 'Installing what AEGIS needs into .venv …' >&2
	@$(RUN) -m pip install -qq --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/development: .venv/runtime tests/requirements.txt
	@echo 'Installing what the tests need into .venv …' >&2
	@$(RUN) -m pip install -qq --disable-pip-version-check -r tests/requirements.txt
	@touch $@
