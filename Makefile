# The two commands: `make serve` shows the sample, `make test` runs every test.
# Both make their own environment in .venv and need nothing but Python 3.11 or newer.

PORT ?= 8000
VENV := .venv
CLIENTS := .venv-clients
ENGINES := .venv-engines
BIN := $(VENV)/bin
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
RUN_READY := $(VENV)/.ready-to-run
ENGINE_TESTS := tests/help/test_engines.py tests/help/test_articles.py tests/help/test_help_outputs.py \
	tests/test_build.py tests/test_build_untrusted.py
TEST_READY := $(VENV)/.ready-to-test

.DEFAULT_GOAL := help
.PHONY: help serve test engines lint bench bench-builds bench-search bench-quotes bench-gaps bench-checks bench-polling bench-store bench-snapshot bench-publish \
	bench-history bench-deliveries bench-reports soak docs demo-outage demo-recover browser postgres clients clean

help: ## Say what can be done
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F '\t' '{printf "  make %-14s %s\n", $$1, $$2}'

serve: $(RUN_READY) ## Show the sample at http://localhost:8000 (PORT= changes it)
	@PORT=$(PORT) $(BIN)/waypost serve --demo --port $(PORT)

# Tests start hundreds of processes, none of which should compile what the one before has compiled.
test: $(TEST_READY) browser postgres clients ## Run every test
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder $(ARGS)

engines: $(ENGINES)/.ready ## Test building with ProperDocs in the place of MkDocs, and that Zensical fails
	@PYTHONDONTWRITEBYTECODE= $(ENGINES)/bin/python -m pytest -n 2 --dist loadfile $(ENGINE_TESTS) $(ARGS)

lint: $(TEST_READY) ## Check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: bench-builds bench-search bench-checks bench-polling bench-store bench-snapshot bench-publish bench-history bench-deliveries bench-reports ## Measure building and searching against others, checks, polling, the database, deliveries

bench-builds: $(TEST_READY) ## Measure building against mkdocs-material alone
	@$(BIN)/python tests/bench/bench.py $(ARGS)

bench-store: $(TEST_READY) postgres ## Measure the database (ARGS=--small for a short run)
	@$(BIN)/python tests/bench/store_bench.py $(ARGS)

bench-snapshot: $(TEST_READY) ## Measure the picture of a page of 1,000 components and 90 days
	@$(BIN)/python tests/bench/snapshot_bench.py $(ARGS)

bench-publish: $(TEST_READY) ## Measure publishing: whole, after one change, and from a failing answer to the disk
	@$(BIN)/python tests/bench/publish_bench.py $(ARGS)

bench-history: $(TEST_READY) ## Measure publishing over five years of history, by a new process and by one that stays
	@$(BIN)/python tests/bench/history_bench.py $(ARGS)

bench-deliveries: $(TEST_READY) postgres ## Measure telling people: deliveries a second, and ten thousand subscribers (ARGS=--small)
	@$(BIN)/python tests/bench/deliveries_bench.py $(ARGS)

bench-search: $(TEST_READY) browser clients ## Measure the search (COLLECTIONS= adds folders with questions and their answers)
	@$(BIN)/python tests/bench/search_bench.py $(if $(COLLECTIONS),--collections $(COLLECTIONS)) $(ARGS)

bench-quotes: $(TEST_READY) ## Measure how often a quoted sentence answers (COLLECTIONS= and MARKS= add folders and the sentences marked in them)
	@$(BIN)/python tests/bench/quotes_bench.py $(if $(COLLECTIONS),--collections $(COLLECTIONS)) $(if $(MARKS),--marks $(MARKS)) $(ARGS)

bench-gaps: $(TEST_READY) ## Measure what proposed aliases gain (COLLECTIONS= names folders with questions)
	@$(BIN)/python tests/bench/gaps_bench.py --collections $(COLLECTIONS) $(ARGS)

bench-checks: $(TEST_READY) ## Measure how long hostile servers hold a check, and how much memory they take
	@$(BIN)/python tests/bench/probe_bench.py $(ARGS)

bench-polling: $(TEST_READY) ## Measure polling: checks a minute, and how late they are
	@$(BIN)/python tests/bench/poll_bench.py $(ARGS)

bench-reports: $(TEST_READY) ## Measure how many reports of jobs a second the listener takes
	@$(BIN)/python tests/bench/reports_bench.py $(ARGS)

soak: $(TEST_READY) ## Let everything around a poller fail for half an hour, and hold its page against the truth (as root)
	@$(BIN)/python tests/bench/soak.py $(ARGS)

docs: $(TEST_READY) ## Write the reference pages in docs/ again
	@$(BIN)/python docs/generate.py

demo-outage: $(RUN_READY) ## Break the sample's Downloads while `make serve` runs
	@$(BIN)/waypost demo outage downloads --port $(PORT)

demo-recover: $(RUN_READY) ## Heal it
	@$(BIN)/waypost demo recover downloads --port $(PORT)

clean: ## Remove what was built; the environment and the database stay
	rm -rf site dist

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "Waypost needs Python 3.11 or newer. Install it, or name it: make PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo "Python cannot make an environment here. On Debian or Ubuntu: apt-get install python3-venv"; exit 1; }

$(RUN_READY): pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "Preparing the environment in $(VENV) (once)…"
	@$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(TEST_READY): pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "Preparing the environment for tests in $(VENV) (once)…"
	@$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e ".[test,lint]"
	@touch $@ $(RUN_READY)

# Material asks for MkDocs; without it, nothing can take it by mistake.
$(ENGINES)/.ready: pyproject.toml constraints.txt tests/engines.txt | $(VENV)/bin/python
	@echo "Preparing other engines in $(ENGINES) (once)…"
	@$(BIN)/python -m venv $(ENGINES)
	@$(ENGINES)/bin/python -m pip install -q --disable-pip-version-check -c constraints.txt -r tests/engines.txt -e ".[test]"
	@$(ENGINES)/bin/python -m pip uninstall -q -y mkdocs
	@touch $@

# What others wrote for Statuspage and Standard Webhooks, with which tests read what is published and sent. Those
# from npm only where it is.
clients: $(CLIENTS)/.ready

$(CLIENTS)/.ready: tests/clients/requirements.txt tests/clients/package.json | $(TEST_READY)
	@echo "Preparing clients that others wrote in $(CLIENTS) (once)…"
	@{ $(BIN)/python -m venv $(CLIENTS) && \
		$(CLIENTS)/bin/python -m pip install -q --disable-pip-version-check -r tests/clients/requirements.txt && \
		{ ! command -v npm >/dev/null 2>&1 || { mkdir -p $(CLIENTS)/node && cp tests/clients/package.json $(CLIENTS)/node && \
			npm install --prefix $(CLIENTS)/node --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null; }; } && \
		touch $@; } || echo "Some clients cannot be installed; their tests will be skipped by name."

# Browser tests use Debian's Chromium without windows, which is installed if that is allowed: a page costs a third of
# what it costs elsewhere. Where it cannot be had, they use another Chromium that is there.
browser:
	@command -v chromium-headless-shell >/dev/null || \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
			echo "Installing Chromium for the browser tests…"; \
			apt-get update -qq; DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium-headless-shell >/dev/null; \
		fi; \
		for name in chromium-headless-shell chromium chromium-browser google-chrome; do \
			command -v $$name >/dev/null && exit; \
		done; echo "There is no Chromium; browser tests will be skipped by name."

# Tests of the database start a PostgreSQL of their own from the programs that are there; where there are none,
# Debian's are installed if that is allowed, without the cluster and the service that come with them.
postgres:
	@command -v initdb >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
			echo "Installing PostgreSQL for the tests of the database…"; \
			mkdir -p /etc/postgresql-common/createcluster.d && \
			echo "create_main_cluster = false" > /etc/postgresql-common/createcluster.d/waypost.conf; \
			apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql >/dev/null || \
			echo "PostgreSQL cannot be installed; its tests will be skipped by name."; \
		else echo "There is no PostgreSQL; its tests will be skipped by name."; fi
