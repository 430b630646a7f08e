# Commands of the house. `make` lists them.

VENV := .venv
PY := $(VENV)/bin/python
PYTHON ?= python3
# pip would compile every module on one core; Python compiles those that are used, when they are.
PIP := $(PY) -m pip --disable-pip-version-check --no-input -q

# D69: each file of journeys has a server of its own, or two would share a demo person.
AT_ONCE := -n 3 --dist loadfile# more processes than cores: each waits a quarter of its time
.DEFAULT_GOAL := help
.PHONY: help run check test unit on-sqlite on-postgres e2e bench lock tools

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/ready-to-run ## the demonstration: prints the address and who to sign in as
	@exec $(VENV)/bin/portal demo

check: $(VENV)/ready-to-test ## format, types, floors, templates: seconds, before every commit
	$(VENV)/bin/ruff format --check -q .
	$(VENV)/bin/ruff check -q .
	$(VENV)/bin/mypy portal tests e2e
	$(VENV)/bin/lint-imports --no-logo -q 2>/dev/null || $(VENV)/bin/lint-imports
	$(VENV)/bin/djlint templates --lint --quiet

unit: $(VENV)/ready-to-test tools on-sqlite on-postgres ## every test without a browser, on SQLite and on PostgreSQL

on-sqlite:
	$(PY) -m pytest tests $(AT_ONCE)

on-postgres:
	TEST_ON=postgres $(PY) -m pytest tests $(AT_ONCE)

e2e: $(VENV)/ready-to-test tools ## the journeys in a browser, on phone and desktop and without JavaScript
	$(PY) -m pytest e2e $(AT_ONCE) --no-loadscope-reorder

test: check unit e2e ## everything; what .ci/run calls

bench: $(VENV)/ready-to-test ## the figures: CPU, bytes, memory; BESIDE=FOLDER asks a checkout of another commit in turn
	$(PY) -m tests.bench$(if $(BESIDE),.beside $(BESIDE))

lock: ## write .requirements anew (needs uv)
	uv pip compile pyproject.toml --group build --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -q -o .requirements/run.txt
	uv pip compile pyproject.toml --group build --group test --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -q -o .requirements/test.txt -c .requirements/run.txt

# On Debian as root: Debian's chromium, clamd (its signature is made by the tests, none is downloaded) and qpdf.
# Elsewhere Playwright's own browser; the tests bring a stand-in for clamd and use the qpdf in pikepdf.
DEBIAN := $(shell test -f /etc/debian_version && test "$$(id -u)" = 0 && echo yes)

tools: $(VENV)/ready-to-test
ifeq ($(DEBIAN),yes)
	@if ! command -v chromium-headless-shell >/dev/null || ! test -x /usr/sbin/clamd || ! command -v qpdf >/dev/null; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
		chromium-headless-shell fonts-noto-cjk clamav-daemon qpdf >/dev/null; fi
else
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || $(PY) -m playwright install chromium
endif

# D19: locks with hashes and no index address, so that a clone behind a mirror installs the same.
$(VENV)/ready-to-run: .requirements/run.txt pyproject.toml
	@test -x $(PY) || $(PYTHON) -m venv $(VENV)
	@$(PIP) install --no-compile --no-deps --require-hashes -r .requirements/run.txt
	@$(PIP) install --no-compile --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/ready-to-test: .requirements/test.txt $(VENV)/ready-to-run
	@$(PIP) install --no-compile --no-deps --require-hashes -r .requirements/test.txt
	@touch $@
