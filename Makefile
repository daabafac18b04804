# Two commands need nothing but Python 3.11+ and make; they install the rest into .venv:
#   make demo   plays the four stories live and prints what to open
#   make test   checks everything
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
RELEASED_BEFORE ?= $(shell date -u -d '8 days ago' +%Y-%m-%d)
SIZE ?= 1m
PEERS := $(VENV)/peers
CORE_PEERS := $(VENV)/core-peers

.PHONY: help demo test lint types arrows check slow bench bench-core lock debian clean

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

demo: $(VENV)/.demo ## server, broker, three edge agents, devices and four stories; Ctrl-C ends it
	@$(BIN)/firmware-sim demo $(ARGS)

test: debian check ## everything a change must pass (.ci/run calls it)
	$(BIN)/pytest -n 2 --dist loadgroup -m "not slow" $(ARGS)

check: lint types arrows ## style, types and the arrows between packages

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev
	$(BIN)/mypy

arrows: $(VENV)/.dev
	$(BIN)/lint-imports

slow: debian $(VENV)/.dev ## the long sweeps: kill -9, fuzz, large worlds
	$(BIN)/pytest -m slow --timeout 3600 $(ARGS)

bench: $(VENV)/.dev $(VENV)/.peers ## capture and questions at size beside peers, into docs/performance.md (SIZE=100k|1m|10m)
	$(BIN)/python -m benchmarks.scale --size $(SIZE) --growth --cold --write --peers-python $(PEERS)/bin/python $(ARGS)

bench-core: $(VENV)/.core-peers ## identifiers and events on one core beside peers
	PYTHONPATH=$(CORE_PEERS) $(BIN)/python benchmarks/identifiers.py $(ARGS)
	PYTHONPATH=$(CORE_PEERS) $(BIN)/python benchmarks/events.py $(ARGS)

# What they need beyond our own environment; versions that both need are ours.
$(VENV)/.core-peers: $(VENV)/.dev benchmarks/peers.txt
	@rm -rf $(CORE_PEERS)
	-@$(UV) pip install --quiet --target $(CORE_PEERS) --require-hashes -r benchmarks/peers.txt
	@touch $@

# Graph libraries of the benchmark, apart from ours; one that cannot be installed is named as absent.
$(VENV)/.peers: $(VENV)/.dev benchmarks/scale/peers.txt
	@$(UV) venv --quiet --clear $(PEERS)
	-@$(UV) pip install --quiet --python $(PEERS)/bin/python --require-hashes -r benchmarks/scale/peers.txt
	@touch $@

debian: ## Debian packages the tests use, where they can be installed
	@sh tests/debian.sh

lock: $(UV) ## resolve the hashed requirement files anew, from releases at least a week old
	for extra in agent server; do $(UV) pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--exclude-newer $(RELEASED_BEFORE) --custom-compile-command 'make lock' --extra $$extra pyproject.toml -o requirements/$$extra.txt; done
	$(UV) pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --exclude-newer $(RELEASED_BEFORE) --custom-compile-command 'make lock' \
		--extra server --extra agent --extra sim --group build pyproject.toml -o requirements/demo.txt
	$(UV) pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --exclude-newer $(RELEASED_BEFORE) --custom-compile-command 'make lock' \
		-c requirements/demo.txt --extra server --extra agent --extra sim --group build --group dev pyproject.toml -o requirements/dev.txt
	$(UV) pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --exclude-newer $(RELEASED_BEFORE) --custom-compile-command 'make lock' \
		-c requirements/dev.txt benchmarks/peers.in -o benchmarks/peers.txt

clean: ## remove the environment, caches and demonstration data
	rm -rf $(VENV) .suyuan .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist

$(UV): requirements/bootstrap.txt
	@test -n "$(PYTHON)" || { echo "Suyuan needs Python 3.11 or newer on the PATH."; exit 1; }
	@echo "· environment in $(VENV) ($(PYTHON))"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bootstrap.txt
	@touch $(UV)

$(VENV)/.demo: requirements/demo.txt pyproject.toml | $(UV)
	@echo "· packages for the demonstration"
	@$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements/demo.txt
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements/dev.txt pyproject.toml | $(UV)
	@echo "· packages for development and tests"
	@$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements/dev.txt
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@
