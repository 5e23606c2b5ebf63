# Everything that a person or a machine does with the tree. `make help` lists it; README.md tells the story.

PACKAGES := shared gateway auth-svc attachment-svc booking-svc certificate-svc lab-svc deploy
VENV     ?= .venv
BIN      := $(VENV)/bin
PYTHON   ?= $(firstword $(foreach name,python3 python3.14 python3.13 python3.12 python3.11,$(shell \
              $(name) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $(name))))
PIP      := $(BIN)/python -m pip install --quiet --disable-pip-version-check
UV       := $(BIN)/uv pip install --quiet --python $(BIN)/python
ARGS     ?=
COMMA    := ,
SPACE    := $(subst ,, )

.DEFAULT_GOAL := help
.PHONY: help install run demo check check-format check-lint check-types check-layers check-dependencies check-regulations \
        test test-fast test-large test-interop bench lock

help: ## Say what can be made
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{printf "%-22s %s\n", $$1, $$2}'
	@echo '  ARGS="..." goes to the program behind run, demo, test, bench and lock, PYTHON= names the Python to use'

# ------------------------------------------------------------------------------------------------------------- install
install: $(VENV)/.packages ## Make the virtual environment from the lock (again only when the lock changed)

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo 'Python 3.11 or newer is needed; name it with: make PYTHON=/path/to/python3' >&2; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV) || { \
	   echo 'Python has no venv module that works; on Debian and Ubuntu: apt-get install python3-venv' >&2; exit 1; }

# uv is taken from the lock, by its hash, since it installs ten times as fast; where it cannot reach an index that pip
# can (a mirror that only pip's own settings know), pip installs the same files by the same hashes.
$(VENV)/.lock: requirements.lock $(BIN)/python
	@awk '/^uv==/ { found = 1 } found { print; if (!/\\$$/) exit }' requirements.lock > $(VENV)/uv.txt
	@{ $(PIP) --require-hashes -r $(VENV)/uv.txt && $(UV) --require-hashes -r requirements.lock; } \
	 || { echo 'install: uv could not install the lock; pip does it instead, which takes minutes' >&2; \
	      $(PIP) --require-hashes -r requirements.lock; }
	@touch $@

$(VENV)/.packages: $(VENV)/.lock $(PACKAGES:%=%/pyproject.toml)
	@$(UV) --offline --no-deps --no-build-isolation $(PACKAGES:%=--editable ./%) \
	 || $(PIP) --no-index --no-deps --no-build-isolation $(PACKAGES:%=--editable ./%)
	@touch $@

lock: $(BIN)/python ## Resolve requirements.lock anew from the pyproject files (ARGS=--upgrade takes newer versions)
	@$(BIN)/python -c 'import uv' 2>/dev/null || $(MAKE) --no-print-directory $(VENV)/.lock
	@$(BIN)/uv pip compile $(ARGS) --quiet --universal --python-version 3.11 --generate-hashes \
	   --no-annotate --no-header --no-emit-index-url \
	   $(foreach name,shlyuz shlyuz-shared shlyuz-gateway shlyuz-auth shlyuz-attachment shlyuz-booking \
	     shlyuz-certificate shlyuz-lab,--no-emit-package $(name)) \
	   --group pyproject.toml:dev $(PACKAGES:%=%/pyproject.toml) --output-file requirements.lock

# ----------------------------------------------------------------------------------------------------------------- run
run: install ## Run a whole demo region on this machine until Ctrl-C
	@$(BIN)/shlyuz run $(ARGS)

demo: install ## Walk through booking (ARGS=--all: every service) in both regions, as citizen and as staff
	@$(BIN)/shlyuz demo $(ARGS)

# --------------------------------------------------------------------------------------------------------------- check
CHECKS := check-format check-lint check-types check-layers check-dependencies check-regulations

check: install ## Look at style, types, layers, dependencies, regulations; edits nothing, reports every failure
	@$(MAKE) --no-print-directory --keep-going $(CHECKS)

check-format: install
	@$(BIN)/ruff format --check --quiet . || { echo 'check: run $(BIN)/ruff format' >&2; exit 1; }

check-lint: install
	@$(BIN)/ruff check --quiet .

check-types: install
	@$(BIN)/mypy --no-error-summary

check-layers: install
	@$(BIN)/lint-imports > $(VENV)/layers.txt || { cat $(VENV)/layers.txt; exit 1; }

# A service takes the platform's libraries through shlyuz-shared, whose declaration pins them for all (DEP003).
DEPTRY := deptry --no-ansi src --ignore DEP003 --package-module-name-map \
  "$(subst $(SPACE),$(COMMA),$(foreach name,shared gateway auth attachment booking certificate lab,shlyuz-$(name)=$(name)))"

check-dependencies: install
	@for package in $(PACKAGES); do \
	   (cd $$package && $(CURDIR)/$(BIN)/$(DEPTRY) > $(CURDIR)/$(VENV)/deptry.txt 2>&1) \
	   || { echo "$$package:"; cat $(VENV)/deptry.txt; failed=1; }; \
	 done; test -z "$$failed"

check-regulations: install
	@$(BIN)/shlyuz doctor --only regulations --only calendars --quiet

# ---------------------------------------------------------------------------------------------------------------- test
test: check ## Run every check and every test that needs nothing but Python
	@$(BIN)/pytest --numprocesses auto --maxprocesses 4 --dist loadfile -m 'not interop and not large' $(ARGS)

test-fast: install ## Run the tests that do no I/O: seconds, anywhere
	@$(BIN)/pytest --fast $(ARGS)

test-large: install ## Run the tests with a million of something: minutes
	@$(BIN)/pytest -m large $(ARGS)

test-interop: install ## Run the tests against programs that others made: Apache Kafka, openssl, veraPDF, pdfsig
	@$(BIN)/python tests/interop/requirements.py
	@$(BIN)/pytest tests/interop $(ARGS)

bench: install ## Measure, print a table, write build/bench.json
	@$(BIN)/python tests/load/bench.py $(ARGS)
