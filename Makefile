# `make run` starts the demonstration; `make` alone says what else there is.
.DEFAULT_GOAL := help
SHELL := /bin/sh
MAKEFLAGS += --no-print-directory
BIN := .venv/bin
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard idp/translations/*/LC_MESSAGES/*.po \
                clients/translations/*/LC_MESSAGES/*.po clients/*/translations/*/LC_MESSAGES/*.po))

.PHONY: help setup dev run test check format lock clean fuzz races bench bench-postgres bench-enumeration \
        bench-console conformance screenshots \
        catalogues check-format check-lint check-types check-house check-audit

help: ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1	/p' Makefile | expand -t 16

setup: ## the environment and the translations, if anything changed
	@.ci/setup.sh run && $(MAKE) catalogues
dev: ## the same, with what tests and lints need
	@.ci/setup.sh dev && $(MAKE) catalogues

run: setup ## the demonstration, until Ctrl-C; options: make run ARGS="--help"
	@exec $(BIN)/idp demo $(ARGS)

test: dev ## every test; some of them: make test ARGS="tests/identity -k key"
	@.ci/test.sh $(ARGS)

fuzz: dev ## hostile input at every address: make fuzz MINUTES=60
	@$(BIN)/python -m tests.fuzz --minutes $(or $(MINUTES),10)
races: dev ## what is good once, taken by several at once: make races ROUNDS=10000
	@$(BIN)/python -m tests.processes.races --rounds $(or $(ROUNDS),10000) $(ARGS)

bench: dev ## measure beside others, and write bench/REPORT.md; an hour or so
	@$(BIN)/python -m bench $(ARGS)
bench-postgres: dev ## the same with the provider on PostgreSQL
	@$(BIN)/python -m bench --parts postgresql $(ARGS)
bench-enumeration: dev ## measure whether answers tell who has an account, and write docs/enumeration.md
	@$(BIN)/python -m bench.enumeration $(ARGS)

screenshots: dev ## a picture of every page that the browser's tests meet, in docs/; ten minutes
	@rm -rf docs/screenshots
	@SCREENSHOTS=$(CURDIR)/docs/screenshots TEST_WORKERS=1 .ci/test.sh -m browser $(or $(ARGS),tests/browser)
	@$(BIN)/python -m tests.browser.album
bench-console: dev ## the console over 100,000 holders and a year of events, and write bench/CONSOLE.md; some minutes
	@$(BIN)/python -m bench.console $(ARGS)

conformance: dev ## the OpenID Foundation's suite, which has to run already (docs/conformance.md)
	@$(BIN)/python -m conformance $(ARGS)

check: check-format check-lint check-types check-house check-audit ## format, lint, types, layers, known vulnerabilities

check-format: dev
	@$(BIN)/ruff format --quiet --check --output-format concise .
check-lint: dev
	@$(BIN)/ruff check --quiet --output-format concise .
check-types: dev
	@$(BIN)/mypy
check-house: dev
	@$(BIN)/lint-imports --no-logo
check-audit: dev
	@$(BIN)/python .ci/audit.py

format: dev ## put the code into the house's format
	@$(BIN)/ruff check --quiet --fix . ; $(BIN)/ruff format --quiet .

lock: ## pin and hash the dependencies again; newer ones: make lock ARGS=--upgrade
	@.ci/lock.sh $(ARGS)

clean: ## forget the environment, the translations and the caches; var/ stays
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache *.egg-info $(CATALOGUES) \
		tests/integrate/node/node_modules
	@find . -name __pycache__ -prune -exec rm -rf {} +

catalogues: $(CATALOGUES)
	@:
%.mo: %.po
	@$(BIN)/pybabel --quiet compile --input-file $< --output-file $@
