# What a newcomer and CI call. Needs python3 (3.11 or newer), python3-venv, git and make.

PYTHON ?= python3
SEEDS ?= 1..10
NIGHT ?= 1..1000
VENV := .venv
BIN := $(VENV)/bin
UV := UV_PYTHON_DOWNLOADS=never $(BIN)/uv
unexport PYTHONDONTWRITEBYTECODE # hundreds of programs are started, each of which would compile all it imports

.DEFAULT_GOAL := help
.PHONY: help setup demo test check conformance chaos chaos-resources faults fuzz nightly format packages smoke vendor texts clean

help:  ## Show what there is to make
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo: $(VENV)/.runs  ## Run the whole system with a simulated garage on http://127.0.0.1:8080/
	$(BIN)/chargeflex demo $(DEMO)

test: setup packages check smoke faults  ## Set up and run every check

setup: $(VENV)/.develops  ## Make the environment .venv

check: setup  ## Format, lint, types, import contracts, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n 3 --dist worksteal

smoke: setup  ## A virtual day of two scenarios, on two cores; fails if a feeder is over its limit
	$(BIN)/python -m benchmarks.day garage depot

faults: setup  ## Fifty short, crowded days full of faults; fails if a limit is exceeded
	$(BIN)/chargeflex chaos --seeds 1..50 --stations 8 --hours 1 --demand 4 --rate 5
	$(MAKE) chaos-resources SEEDS=1..5

conformance: setup  ## Run the official test cases, and print which have passed, by profile
	$(BIN)/pytest tests/conformance -q -n 2 --dist worksteal --table

chaos: setup  ## Run days full of faults in virtual time; SEEDS=1..50, CHAOS="--stations 30"
	$(BIN)/chargeflex chaos --seeds $(SEEDS) $(CHAOS)

chaos-resources: setup  ## Run hours full of faults at sites with batteries, sun, heat and loads that wait; SEEDS=1..50
	$(BIN)/chargeflex chaos --seeds $(SEEDS) --stations 6 --hours 1 --demand 4 --rate 20 --resources \
	  --faults resource_disobeys,resource_silent,resource_deaf,resource_nonsense,source_fails,source_late,source_stops,meter_nonsense,broker_death,kill,link_cut,load_step,sudden_step,limit_cut,deep_cut

fuzz: setup  ## Send 100,000 wrong frames of each version
	HYPOTHESIS_PROFILE=thorough $(BIN)/pytest --timeout 0 -rP tests/fuzz

nightly: setup packages  ## What takes a night and more: NIGHT=1..1000 whole days of chaos, and all that is not in test
	$(MAKE) -k conformance fuzz bench-day bench-plan-quality bench-guard-rules bench-crash bench-soak \
	  chaos chaos-resources SEEDS=$(NIGHT)

bench-%: setup  ## Run benchmarks/%
	$(BIN)/python -m benchmarks.$(subst -,_,$*)

format: setup  ## Format the code and mend what can be mended by itself
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

packages:  ## Install what some tests need of Debian, if it may be installed
	.ci/packages

vendor:  ## Fetch the page's libraries again (needs Node's npm)
	.ci/vendor_assets

texts: setup  ## Bring the catalogues of translations up to date with the code
	$(BIN)/python -m csms.language.upkeep

clean:  ## Remove everything that was made
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist

$(BIN)/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "expected Python 3.11 or newer, got $$($(PYTHON) --version)"; exit 2; }
	@$(PYTHON) -m venv $(VENV) \
	  || { echo "expected python3-venv: apt-get install python3-venv"; exit 2; }
	$(BIN)/pip install --quiet --disable-pip-version-check 'uv>=0.13.9,<0.14'

$(VENV)/.runs: $(BIN)/uv pyproject.toml uv.lock
	$(UV) sync --quiet --frozen --no-dev --inexact
	@touch $@

$(VENV)/.develops: $(BIN)/uv pyproject.toml uv.lock
	$(UV) sync --quiet --frozen --inexact
	@touch $@ $(VENV)/.runs
