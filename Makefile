PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: serve demo test browser screenshots check audit bench docs docs-serve reference clean

serve: $(VENV)/.installed
	$(BIN)/driftgate serve --demo

demo: $(VENV)/.installed
	$(BIN)/driftgate demo

test: $(VENV)/.installed-dev $(VENV)-worker/.installed
	$(BIN)/python -m pytest -n 3 --dist worksteal

browser: $(VENV)/.installed-dev tests/browser/node_modules/.package-lock.json
	$(BIN)/python -m pytest -p no:randomly tests/browser

# The pictures of docs/console.md, out of the demo.
screenshots: $(VENV)/.installed-dev tests/browser/node_modules/.package-lock.json
	DRIFTGATE_SCREENSHOTS=docs/images/console $(BIN)/python -m pytest -p no:randomly tests/browser/test_pages.py -k fits_its_screen

check: $(VENV)/.installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

audit: $(VENV)-audit/bin/pip-audit
	$(VENV)-audit/bin/pip-audit --strict --progress-spinner off --requirement requirements.txt

# Pages that are made out of the code, and records of runs on pages. Tests compare them.
reference: $(VENV)/.installed
	PYTHONPATH=. $(BIN)/python -m documentation
	PYTHONPATH=. $(BIN)/python -m documentation.event_story
	PYTHONPATH=. $(BIN)/python -m documentation.runbook

docs: $(VENV)-docs/.installed
	NO_MKDOCS_2_WARNING=1 $(VENV)-docs/bin/mkdocs build --strict --clean

docs-serve: $(VENV)-docs/.installed
	$(VENV)-docs/bin/mkdocs serve --no-strict --dev-addr localhost:8000

bench: $(VENV)/.installed-dev
	$(BIN)/python benchmarks/cold_start.py
	$(BIN)/python benchmarks/profiles.py
	PYTHONPATH=. $(BIN)/python benchmarks/verdicts.py
	PYTHONPATH=. $(BIN)/python -m benchmarks.concurrency --threads 1 5 8 --cores 1

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Driftgate needs Python 3.11 or newer; name one with: make PYTHON=python3.12 demo")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(VENV)/bin/python requirements.txt pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.txt \
		tests/integration/service_bus/install.sh tests/integration/storage/package-lock.json
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	tests/integration/service_bus/install.sh $(BIN)/python
	tests/integration/storage/install.sh $(BIN)
	touch $@

tests/browser/node_modules/.package-lock.json: $(VENV)/.installed-dev tests/browser/package-lock.json
	tests/browser/install.sh $(BIN)

$(VENV)-worker/.installed: requirements.txt tests/integration/worker/install.sh
	tests/integration/worker/install.sh $(VENV)-worker
	mkdir -p $(@D) && touch $@

$(VENV)-audit/bin/pip-audit: $(VENV)/bin/python
	$(BIN)/python -m venv $(VENV)-audit
	$(VENV)-audit/bin/python -m pip install --quiet --disable-pip-version-check 'pip-audit>=2.7,<3'

$(VENV)-docs/.installed: requirements-docs.txt $(VENV)/bin/python
	$(BIN)/python -m venv $(VENV)-docs
	$(VENV)-docs/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-docs.txt
	touch $@

clean:
	rm -rf $(VENV) $(VENV)-worker $(VENV)-audit $(VENV)-docs .driftgate build site *.egg-info
