# The menu. Each target's ## text is what `make` prints.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV ?= .venv
ARGS ?=

BIN := $(VENV)/bin
# An extra's requirements, without building the project that declares them.
REQUIREMENTS = $(PYTHON) -c 'import configparser, sys; \
  c = configparser.ConfigParser(); c.read("setup.cfg"); \
  print(c["options"]["install_requires"], *(c["options.extras_require"][e] for e in sys.argv[1:]))'

.PHONY: help build packages

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: $(VENV)/.installed  ## compile the native core and its tests, the extension in place
	@$(BIN)/cmake --build "$$($(BIN)/python -c 'import sys; print("build/dev-" + sys.implementation.cache_tag)')"

# What pip cannot bring: installed when missing, by root; others are told.
packages:
	@missing=; has() { echo "#include <$$1>" | c++ -x c++ -std=c++20 -E - >/dev/null 2>&1; }; \
	command -v c++ >/dev/null || missing="$$missing g++"; \
	has cereal/cereal.hpp || missing="$$missing libcereal-dev"; \
	has doctest/doctest.h || missing="$$missing doctest-dev"; \
	$(PYTHON) -c 'import ensurepip' 2>/dev/null || missing="$$missing python3-venv"; \
	test -f "$$($(PYTHON) -c 'import sysconfig; print(sysconfig.get_path("include"))')/Python.h" \
	  || missing="$$missing python3-dev"; \
	test -z "$$missing" || if test "$$(id -u)" = 0; then \
	  apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install $$missing; \
	else echo "missing packages: install them with 'apt-get install$$missing'"; exit 1; fi

$(VENV)/.tools: setup.cfg | packages
	$(PYTHON) -m venv $(VENV)
	$(REQUIREMENTS) test dev > $(VENV)/requirements.txt
	$(BIN)/python -m pip install -q --disable-pip-version-check -r $(VENV)/requirements.txt
	touch $@

$(VENV)/.installed: $(VENV)/.tools setup.py pyproject.toml
	PATH="$(abspath $(BIN)):$$PATH" CMAKE_ARGS="-DDXPY_TESTS=ON $$CMAKE_ARGS" \
	  $(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation \
	  --config-settings editable_mode=compat -e .
	touch $@
