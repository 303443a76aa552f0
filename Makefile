# The commands of the README; .ci/run calls the same.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.PHONY: test test-fast test-slow test-python test-next test-lowest check demo docs examples benchmarks clean

test: $(READY)
	$(MAKE) -j 2 check test-fast

test-fast: $(READY)
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

test-slow: $(READY)
	$(BIN)/python -m pytest -n auto --dist load -m slow

# another Python: make test-python PYTHON=python3.13
test-python:
	$(PYTHON) -m venv --clear .venv-python
	.venv-python/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev]"
	.venv-python/bin/python -m pytest -n auto --dist loadfile

# the newest releases of everything, and the nightly build of Keras (docs/hooks.md)
test-next:
	$(PYTHON) -m venv --clear .venv-next
	.venv-next/bin/python -m pip install --quiet --disable-pip-version-check -e ".[dev]"
	.venv-next/bin/python -m pip uninstall --quiet --yes keras
	.venv-next/bin/python -m pip install --quiet --disable-pip-version-check keras-nightly
	.venv-next/bin/python -m pytest -n auto --dist loadfile

# the oldest releases that pyproject.toml allows
test-lowest:
	$(PYTHON) -m venv --clear .venv-lowest
	sed -n '/^dependencies/,/^]/s/^ *"\([a-z0-9-]*\)>=\([0-9.]*\).*/\1==\2.*/p' pyproject.toml > .venv-lowest/lowest.txt
	.venv-lowest/bin/python -m pip install --quiet --disable-pip-version-check -c .venv-lowest/lowest.txt -e ".[dev]"
	.venv-lowest/bin/python -m pytest -n auto --dist loadfile

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright

demo: $(READY)
	$(BIN)/zoo train rgb-softmax

docs: $(READY)
	$(BIN)/python docs/make_cli.py
	$(BIN)/python docs/make_models.py
	$(BIN)/python docs/make_api.py

examples: $(READY)
	$(BIN)/python docs/make_examples.py
	$(BIN)/python docs/make_screens.py
	$(BIN)/python docs/make_notebooks.py

benchmarks: $(READY)
	$(BIN)/python -m benchmarks.speed

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev]"
	touch $(READY)

clean:
	rm -rf .venv build *.egg-info .pytest_cache .ruff_cache .hypothesis
