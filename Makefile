# Everything runs in .venv, which is made when it is first needed. What is installed into it is what
# requirements/*.txt lock, so that a checkout works in a year as it did when it was tested; `make lock` writes them.
# Another Python: make PYTHON=python3.13 …

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet --quiet install
EDITABLE := --no-deps --no-build-isolation --editable .
SCRIPTS := $(wildcard action/*.py bench/*.py tools/*.py tools/site/*.py)
WORKFLOWS := $(wildcard .github/workflows/*.yml docs/workflows/*.yml)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

.PHONY: help
help:  ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

.PHONY: demo
demo: $(VENV)/.installed  ## Scan and explain three changes in a small example repository
	@$(BIN)/lessonguard demo

.PHONY: test
test: $(VENV)/.developing $(VENV)/.github  ## Run the tests and measure their coverage
	@$(BIN)/python -m compileall -q src  # once, also where PYTHONDONTWRITEBYTECODE would have each child do it
	@$(BIN)/coverage erase
	@$(BIN)/coverage run -m pytest --numprocesses auto --dist loadfile $(ARGS)
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report

.PHONY: test-fast
test-fast: $(VENV)/.developing  ## Run only the tests that start no program, in seconds; "s" is a test left out
	@$(BIN)/python -m pytest --fast --numprocesses auto --dist worksteal -r fE $(ARGS)

.PHONY: test-newest
test-newest:  ## Run the tests with the newest packages that pyproject.toml allows
	@$(MAKE) test-unlocked VENV=.venv-newest RESOLUTION=highest

.PHONY: test-lowest
test-lowest:  ## Run the tests with the oldest packages that pyproject.toml allows
	@$(MAKE) test-unlocked VENV=.venv-lowest RESOLUTION=lowest-direct

# Made anew each time, because what is newest changes.
.PHONY: test-unlocked
test-unlocked:
	@rm -rf $(VENV)
	@$(MAKE) $(VENV)/.made
	@echo "Installing the packages that are $(RESOLUTION) into $(VENV)" >&2
	@$(PIP) uv
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --resolution $(RESOLUTION) --editable '.[dev]'
	@touch $(VENV)/.installed $(VENV)/.developing
	@$(BIN)/uv pip freeze --quiet --python $(BIN)/python --exclude-editable
	@$(MAKE) test

.PHONY: test-wheel
test-wheel: $(VENV)/.developing  ## Build the wheel, install it and use it outside of this checkout
	@rm -rf build/wheel && $(PYTHON) -m venv build/wheel/venv
	@$(BIN)/python -m hatchling build -t wheel -d build/wheel > /dev/null
	@$(subst $(BIN),build/wheel/venv/bin,$(PIP)) --require-hashes --requirement requirements/run.txt
	@$(subst $(BIN),build/wheel/venv/bin,$(PIP)) --no-deps build/wheel/*.whl
	@cd build/wheel && venv/bin/lessonguard --version && venv/bin/lessonguard list --lessons builtin | tail -n 1
	@cd build/wheel && venv/bin/lessonguard demo > demo.txt && grep -c openai-2023-03-redis-cancel demo.txt > /dev/null

.PHONY: lint
lint: $(VENV)/.developing  ## Check style, types, layers, spelling and generated files
	@$(MAKE) --jobs=2 lint-types lint-style lint-action
	@if [ -f tools/generate.py ]; then $(BIN)/python -m tools.generate --check; fi
	@echo "lint: all good"

.PHONY: lint-types
lint-types:
	@$(BIN)/mypy --no-error-summary src tests $(SCRIPTS)

.PHONY: lint-style
lint-style:
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet || { echo "Not formatted; run: make format" >&2; exit 1; }
	@$(BIN)/lint-imports --no-logo > $(VENV)/layers.log || { cat $(VENV)/layers.log >&2; exit 1; }
	@$(BIN)/codespell

# Apart, so that the tests can have it look at other files. jactionlint has shellcheck read all scripts.
QUIETLY = @quietly() { said=$$("$$@" 2>&1) || { echo "$$said" >&2; return 1; }; }; quietly

.PHONY: lint-action
lint-action:
	$(QUIETLY) $(BIN)/zizmor --offline --pedantic action.yml .github/workflows
	$(QUIETLY) $(BIN)/zizmor --offline $(wildcard docs/workflows/*.yml)
	$(QUIETLY) $(BIN)/jactionlint --shellcheck=$(BIN)/shellcheck --pyflakes= --ignore=OWNER/lessonguard@ action.yml $(WORKFLOWS)
	$(QUIETLY) $(BIN)/check-jsonschema --builtin-schema vendor.github-actions action.yml
	$(QUIETLY) $(BIN)/check-jsonschema --builtin-schema vendor.github-workflows $(WORKFLOWS)
	$(QUIETLY) $(BIN)/shellcheck .ci/run src/lessonguard/push/hook.sh

.PHONY: format
format: $(VENV)/.developing  ## Format the code
	@$(BIN)/ruff check --quiet --fix-only
	@$(BIN)/ruff format --quiet

.PHONY: generate
generate: $(VENV)/.developing  ## Write the generated files: the schema of lessons and parts of the documentation
	@$(BIN)/python -m tools.generate

.PHONY: site
site: $(VENV)/.developing  ## Build the library of lessons as a web site in build/site
	@rm -rf build/site
	@$(BIN)/python -m tools.site.build

.PHONY: lock
lock: $(VENV)/.developing  ## Update the locked packages of this checkout and the GitHub Action
	@$(BIN)/python tools/lock.py

.PHONY: bench
bench: $(VENV)/.developing  ## Measure speed and quality
	@$(BIN)/python -m compileall -q src  # as pip does for whoever installs it
	@$(BIN)/python -m bench $(ARGS)

.PHONY: measure
measure: $(VENV)/.developing  ## Measure the structure of the code: folders, names, types and functions
	@$(BIN)/python -m tools.measure $(ARGS)

.PHONY: clean
clean:  ## Remove all generated files, including .venv
	@rm -rf $(VENV) .venv-newest .venv-lowest build dist .coverage .coverage.* .hypothesis .*_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Two stamps, because the demonstration needs no tools of developers.
$(VENV)/.installed: pyproject.toml requirements/run.txt | $(VENV)/.made
	@echo "Installing lessonguard into $(VENV) (Semgrep is large; this takes a minute the first time)" >&2
	@$(PIP) --require-hashes --requirement requirements/run.txt
	@$(PIP) $(EDITABLE)
	@touch $@

$(VENV)/.developing: pyproject.toml requirements/dev.txt | $(VENV)/.made
	@echo "Installing lessonguard and the tools of developers into $(VENV)" >&2
	@$(PIP) --require-hashes --requirement requirements/dev.txt
	@$(PIP) $(EDITABLE)
	@touch $@ $(VENV)/.installed

# Without npm or a network, the tests go on without it, and one that is skipped says so.
$(VENV)/.github: tools/fetch_github.py | $(VENV)/.made
	@echo "Fetching GitHub's description of its APIs into $(VENV)" >&2
	@$(BIN)/python $< $(VENV)/github && touch $@ || test $$? -eq 2

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2> /dev/null \
	  || { echo "lessonguard needs Python 3.10 or newer, and '$(PYTHON)' is not; try: make PYTHON=python3.13" >&2; exit 1; }
ifndef RESOLUTION
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info >= (3, 15))' \
	  || { echo "The packages in requirements/ are for Python 3.10 to 3.14, and '$(PYTHON)' is newer; try: make PYTHON=python3.13" >&2; exit 1; }
endif
	@$(PYTHON) -c 'import ensurepip, venv' 2> /dev/null \
	  || { echo "'$(PYTHON)' has no venv; install it (on Debian and Ubuntu: apt install python3-venv)" >&2; exit 1; }
	@git --version > /dev/null 2>&1 || { echo "lessonguard needs git on the PATH" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@touch $@
