# All there is to know: make demo | test | test-long | check | fmt | bench
PYTHON ?= python3
PORT ?= 8000
SERVE ?= 1
BIN := .venv/bin

.PHONY: demo test test-long check fmt bench requirements run-env dev-env browser
.DEFAULT_GOAL := help

help:  ## what each command does
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /	/' | expand -t 14

run-env:
	@command -v $(PYTHON) >/dev/null || { echo "RSO needs Python 3.11 or newer, and there is no $(PYTHON). On Debian: apt-get install python3-venv"; exit 1; }
	@$(PYTHON) scripts/environment.py run

dev-env: run-env
	@$(PYTHON) scripts/environment.py dev

browser:
	@sh scripts/browser.sh

demo: run-env  ## load the 2022 office, compile its annual report, serve http://localhost:8000 (PORT=, SERVE=0)
	@$(BIN)/rso demo --port $(PORT) $(if $(filter 0,$(SERVE)),--no-serve)

# A browser sees no database: it is driven once, on SQLite. On PostgreSQL the fast layer asks what may differ there; what else asks a database comes with the long layer.
test: dev-env browser  ## the fast tests, on SQLite and on PostgreSQL
	@sh scripts/test.sh "not long" "not long and both"

test-long: dev-env browser  ## the rest: every axe variant, killed processes, big tables
	@sh scripts/test.sh "long" "not browser and not once and (long or not both)"

check: dev-env  ## style, types, arrows between rooms, migrations, translations, sizes
	@sh scripts/check.sh

fmt: dev-env  ## format the code and the templates
	@$(BIN)/ruff check -q --fix-only . && $(BIN)/ruff format -q . && $(BIN)/djangofmt -q templates

bench: dev-env  ## measure: prints figures and the machine
	@for b in bench/*.py; do $(BIN)/python $$b; done

requirements:  ## renew the pinned requirements from pyproject.toml
	@sh scripts/requirements.sh
