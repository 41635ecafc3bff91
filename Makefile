# Two commands set everything up on a machine with Python and pip:
#   make run    three examples of a config, and where they were written
#   make test   lint, and all tests that need neither torch nor real raw files
PYTHON ?= python3
VENV ?= .venv
CONFIG ?= sequential_rec
OUT ?= out
DATA ?=
SOURCES ?=
# Without DATA the bundled made-up sample is used: no network. Of its sources, films read best.
SAMPLE = $(if $(filter sequential_rec top_k_rec rating_prediction,$(CONFIG)),ml-32m)
CHOSEN = $(or $(SOURCES),$(if $(DATA),,$(SAMPLE)))
OPTIONS = $(if $(DATA),--data-dir "$(DATA)",--sample) $(if $(CHOSEN),--sources "$(CHOSEN)")

# What is imported is compiled once, and by whoever imports it first: most of what the tests need is not.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test lint docs bench clean
run: $(VENV)/installed
	@echo "Building $(CONFIG) from $(if $(DATA),$(DATA),the bundled sample) ..."
	@$(VENV)/bin/itdr build $(CONFIG) $(OPTIONS) -o "$(OUT)/$(if $(DATA),data,sample)" --examples 3 --overwrite

test: $(VENV)/installed-test lint
	$(VENV)/bin/python -m pytest -n auto --dist loadscope --no-loadscope-reorder

lint: $(VENV)/installed-test
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	@mkdir -p build/types && ln -sfn ../.. build/types/itdr
	cd build/types && "$(abspath $(VENV))/bin/mypy" --config-file ../../pyproject.toml --num-workers 2

# The documentation as a site, in build/site.
docs: $(VENV)/installed-docs
	NO_MKDOCS_2_WARNING=1 $(VENV)/bin/mkdocs build --strict --quiet
	@echo "The site: build/site/index.html"

# Ratios against floors measured in the same run; QUICK=1 at small size.
bench: $(VENV)/installed-test
	$(VENV)/bin/python -m benchmarks $(if $(QUICK),--quick)

$(VENV)/bin/python:
	@echo "Making a virtual environment in $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)

FILES = setup.cfg pyproject.toml
$(VENV)/installed: $(VENV)/bin/python $(FILES)
	@echo "Installing itdr and what it needs into $(VENV); the first time this takes a minute or two ..."
	@$(VENV)/bin/pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/installed-test: $(VENV)/bin/python $(FILES)
	@echo "Installing itdr and all that its tests need into $(VENV); the first time this takes some minutes ..."
	@$(VENV)/bin/pip install --quiet --disable-pip-version-check --no-compile --editable '.[test]'
	@touch $@ $(VENV)/installed

$(VENV)/installed-docs: $(VENV)/bin/python $(FILES)
	@echo "Installing MkDocs into $(VENV) ..."
	@$(VENV)/bin/pip install --quiet --disable-pip-version-check --no-compile --editable '.[docs]'
	@touch $@ $(VENV)/installed

clean:
	rm -rf $(VENV) build *.egg-info out
