# Everything a developer or CI does. `make setup` once, then any of the others.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
CHECKOV := $(VENV)/checkov
LOCALSTACK := $(VENV)/localstack
PEERS  := $(VENV)/peers
# One more than cores: much of the tests' time is waiting, for Terraform above all.
PROCESSES ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)
PATHS  := services shared daybook tests benchmarks

.PHONY: help setup system demo test test-localstack localstack checkov faults sigterm bench peers bench-forecast bench-forecast-speed bench-anomalies bench-images bench-rendering lint types layers check unit reference fonts vega pictures lock clean

help: ## Show this help
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 24

setup: $(VENV)/.ready ## Make the virtual environment

$(VENV)/.ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Daybook needs Python 3.11 or newer; set PYTHON=…" >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

system: ## Install what tests need beside Python, as root on Debian: LibreOffice Calc, Chromium, Poppler
	@scripts/system

demo: setup ## Run the daily flow on the example export; results in out/
	@$(BIN)/daybook demo --out out

test: setup system localstack peers ## Everything: lint, types, layers, and every kind of test
	$(MAKE) --no-print-directory lint types layers checkov
	$(BIN)/pytest --numprocesses $(PROCESSES) --dist loadscope --no-loadscope-reorder

test-localstack: setup localstack ## The flow, a backfill, poison and its alarm, and a tick, on LocalStack
	$(BIN)/pytest tests/localstack

localstack: $(LOCALSTACK)/.ready ## Install LocalStack where a Python 3.13 is

# An environment of its own: LocalStack pins a botocore that the embedded AWS cannot have.
$(LOCALSTACK)/.ready: scripts/localstack | $(VENV)/.ready
	@scripts/localstack $(LOCALSTACK)
	@mkdir -p $(LOCALSTACK) && touch $@

# An environment of its own: checkov pins a boto3 that the embedded AWS cannot have.
checkov: $(CHECKOV)/.ready ## checkov on infra/, exceptions argued where they are made; cfn-lint on the dashboard
	$(CHECKOV)/bin/checkov --directory infra --framework terraform --compact --quiet --skip-download
	$(BIN)/python -m daybook.quicksight.template > $(CHECKOV)/dashboard.json
	$(CHECKOV)/bin/cfn-lint --regions us-east-1 --template $(CHECKOV)/dashboard.json

$(CHECKOV)/.ready: Makefile | $(VENV)/.ready
	$(PYTHON) -m venv $(CHECKOV)
	$(CHECKOV)/bin/python -m pip install --quiet --disable-pip-version-check checkov==3.3.30 cfn-lint==1.58.0
	@touch $@

faults: setup ## The long sweep of the fault harness: every layer, ends with a table; ARGS=--whole
	$(BIN)/python -m tests.faults $(ARGS)

sigterm: setup ## Real workers told to stop at 100 random moments; prints the slowest stop
	DAYBOOK_SIGTERM_TRIALS=100 $(BIN)/pytest -q -s tests/e2e/test_sigterm.py

bench: setup peers ## All benchmarks, small; ARGS="--full" for the sizes of docs/performance.md
	$(BIN)/python -m benchmarks $(ARGS)

peers: $(PEERS)/.ready ## What the benchmarks compare with, in an environment of its own

$(PEERS)/.ready: benchmarks/peers.txt | $(VENV)/.ready
	$(PYTHON) -m venv $(PEERS)
	$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

bench-forecast: setup ## The forecast beside others; SERIES="PATH …" adds CSVs of daily series, ARGS=--full
	$(BIN)/python -m benchmarks.forecast $(SERIES) $(ARGS)

bench-forecast-speed: setup ## Forecasts 10,000 series on two cores; prints time and memory
	$(BIN)/python -m benchmarks.forecast_speed

bench-rendering: setup ## Every report of the run in out/ anew; prints seconds and memory
	$(BIN)/python -m benchmarks.rendering --run out

bench-images: setup ## What each worker's image adds to its base, in MB
	$(BIN)/python -m benchmarks.image_size

bench-anomalies: setup ## What is found of known anomalies; SERIES="PATH …" adds exports with truth/ and CSVs
	$(BIN)/python -m benchmarks.anomalies $(SERIES) $(ARGS)

check: setup ## What to run before each commit: lint, types, layers, unit tests
	$(MAKE) --no-print-directory lint types layers unit

lint: setup ## ruff: rules and format
	$(BIN)/ruff check $(PATHS)
	$(BIN)/ruff format --check $(PATHS)

types: setup ## mypy --strict, tests too
	$(BIN)/mypy $(PATHS)

layers: setup ## import-linter: services stay apart, handlers free of vendors
	$(BIN)/lint-imports

unit: setup ## The fast tests
	$(BIN)/pytest tests/unit

reference: setup ## Write docs/reference and the QuickSight dashboard from the code
	$(BIN)/python -m daybook.reference docs/reference
	$(BIN)/python -m daybook.quicksight infra/quicksight/dashboard.json

fonts: setup ## List the characters that the PDF's embedded fonts have
	$(BIN)/python -m tests.support.fonts

vega: setup ## Write the dashboard's bundle of Vega-Lite from the pinned wheel
	$(BIN)/python -m tests.support.vega services/notifier/dashboard/assets/vega.js

pictures: setup system ## Write the README's pictures of mail, PDF and dashboard to docs/images
	$(BIN)/python -m tests.browser.pictures docs/images

lock: ## Write requirements.lock anew from pyproject.toml
	rm -rf $(VENV) && $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	$(BIN)/python -m pip freeze --exclude-editable --exclude pip --exclude setuptools > requirements.lock

clean: ## Remove what the other targets made
	rm -rf $(VENV) out .mypy_cache .ruff_cache .pytest_cache
