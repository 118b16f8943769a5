# Python 3.11 or newer, make and a package index (or WHEELS=folder of downloaded wheels) are all that is needed.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
WHEELS ?=
PIP    := $(BIN)/pip install --quiet --disable-pip-version-check $(if $(WHEELS),--no-index --find-links $(WHEELS))

.PHONY: demo test check bench lab lock clean

demo: $(VENV)/ready          ## make the demo workspace and its reports; prints the path of the index page
	$(BIN)/caringmon demo --workspace demo

test: $(VENV)/ready          ## run the whole test suite
	$(BIN)/pytest

check: $(VENV)/ready         ## static: format, lint, types, layers
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/ready         ## print speed as ratios, measured in one run, and the accuracy of the statistics
	for script in bench/*.py bench/accuracy/charts.py bench/accuracy/projection.py; do $(BIN)/python $$script || exit 1; done

lab: $(VENV)/ready           ## open JupyterLab on the notebooks
	$(BIN)/jupyter lab notebooks/daily.ipynb

lock:                        ## rewrite requirements.lock (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --extra dev --generate-hashes \
		--no-emit-index-url --no-annotate --no-header pyproject.toml -o requirements.lock

clean:
	rm -rf $(VENV) demo .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(VENV)/ready: requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) --require-hashes -r requirements.lock
	$(PIP) --no-deps --no-build-isolation -e .
	touch $@
