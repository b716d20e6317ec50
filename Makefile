# The menu. Each target's ## text is what `make` prints.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV ?= .venv
ARGS ?=
FUZZ_SECONDS ?= 20
ROUNDS ?= 200
FIRST ?= 0
# Seconds for one test with its fixtures: one that hangs tells where.
TIMEOUT ?= --timeout=600
# Tests start processes and wait for them: as many at once as there are CPUs. Not by ours, which
# must not judge itself.
SPREAD ?= -n $(shell nproc) --dist=loadgroup
PYTHONS ?= 3.10 3.11 3.12 3.13
# The oldest pytest that is supported; the oldest Python runs the tests with it.
OLDEST_PYTEST ?= 8.4.2

BIN := $(VENV)/bin
CXX_FILES := $(wildcard native/*/*.cc native/*/*.h)
CMAKE_FILES := CMakeLists.txt native/CMakeLists.txt
PIP = -m pip --disable-pip-version-check -q
export PATH := $(abspath $(BIN)):$(PATH)
# Where the extension of a Python is compiled, in place.
build_of = build/dev-$$($(1) -c 'import sys; print(sys.implementation.cache_tag)')

.PHONY: help build demo test test-native test-python test-all check format tidy sanitize fuzz \
  crash parity peers faults bench wheel sdist clean packages clang

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: build  ## see it work: a suite run plainly and with -p dxpy
	$(BIN)/python examples/demo.py $(ARGS)

build: $(VENV)/.installed  ## compile the native core, its tests and the extension in place
	@cmake --build $(call build_of,$(BIN)/python) -- -k 0

test: test-native test-python check  ## all tests of this Python, then the checks

test-native: build  ## the doctest binaries
	ctest --test-dir $(call build_of,$(BIN)/python) --output-on-failure --no-tests=error

test-python: build  ## the pytest suite; ARGS='-k word' chooses
	$(BIN)/python -m pytest $(TIMEOUT) $(SPREAD) $(ARGS)

test-all: packages  ## the pytest suite on each CPython from 3.10 to 3.13, 3.10 with pytest 8.4
	@tested=; for version in $(PYTHONS); do \
	  for python in "$$(command -v python$$version)" "$${PYENV_ROOT:-$$HOME/.pyenv}"/versions/$$version.*/bin/python; do \
	    "$$python" -c 'import ensurepip' 2>/dev/null || continue; \
	    echo "== $$("$$python" --version)"; \
	    $(MAKE) --no-print-directory test-version PYTHON="$$python" VENV="build/venv-$$version" \
	      PYTEST="$$(test $$version = 3.10 && echo $(OLDEST_PYTEST))" || exit 1; \
	    tested="$$tested $$version"; break; \
	  done; \
	done; echo "tested on CPython$$tested"; test -n "$$tested"

.PHONY: test-version
test-version: EXTRAS = test
test-version: NATIVE_TESTS = OFF
test-version: build
	test -z "$(PYTEST)" || $(BIN)/python $(PIP) install pytest==$(PYTEST)
	$(BIN)/python -m pytest $(TIMEOUT) $(SPREAD) -q -m 'not slow' $(ARGS)

CHECKS := check-layout check-lint check-types check-layers check-spelling check-sizes check-rules
.PHONY: $(CHECKS)
check:  ## layout, types, layers, spelling, sizes, and the rules of tests/test_codebase.py
	@$(MAKE) --no-print-directory --keep-going $(CHECKS)

check-layout: build
	clang-format --dry-run -Werror $(CXX_FILES)
	gersemi --check --no-warn-about-unknown-commands $(CMAKE_FILES)
	ruff format --check .

check-lint: build
	ruff check .

check-types: build
	mypy
	$(BIN)/python -m mypy.stubtest --allowlist .stubtest-allowlist \
	  pytest_dxpy._native pytest_dxpy._survey

check-layers: build
	lint-imports

check-spelling: build
	codespell

check-sizes: build
	lizard -m -L 60 -C 18 -a 6 -x "native/bindings/*" -w native pytest_dxpy

check-rules: build
	$(BIN)/python -m pytest -q tests/test_codebase.py

format: $(VENV)/.tools  ## rewrite C++, CMake and Python in the one layout
	clang-format -i $(CXX_FILES)
	gersemi -i --no-warn-about-unknown-commands $(CMAKE_FILES)
	ruff format .
	ruff check --fix .

tidy: build  ## clang-tidy over the native core
	clang-tidy -p $(call build_of,$(BIN)/python) --quiet \
	  --extra-arg=-Wno-deprecated-declarations $(filter %.cc,$(CXX_FILES))

# $(call native,FOLDER,DEFINITIONS): build native/ without Python in build/FOLDER.
native = CMAKE_ARGS="-DDXPY_PYTHON=OFF $(2)" $(BIN)/python setup.py -q build_ext --build-temp build/$(1)
# A fixed memory layout where the system allows it: some kernels spread memory too far for tsan.
FIXED_LAYOUT = $$(setarch -R true 2>/dev/null && echo setarch -R)

sanitize: $(VENV)/.tools  ## native tests under address+undefined, and under thread
	$(call native,address,-DDXPY_TESTS=ON -DDXPY_SANITIZE=address,undefined)
	ctest --test-dir build/address --output-on-failure --no-tests=error
	$(call native,thread,-DDXPY_TESTS=ON -DDXPY_SANITIZE=thread)
	$(FIXED_LAYOUT) ctest --test-dir build/thread --output-on-failure --no-tests=error

fuzz: $(VENV)/.tools clang  ## each fuzzer for FUZZ_SECONDS
	CC=clang CXX=clang++ $(call native,fuzz,-DDXPY_FUZZ=ON -DDXPY_SANITIZE=address,undefined)
	@cd build/fuzz && for fuzzer in fuzz/*_fuzz; do \
	  test -x $$fuzzer || continue; echo "== $$fuzzer"; mkdir -p corpus/$$fuzzer; \
	  $$fuzzer -max_total_time=$(FUZZ_SECONDS) -print_final_stats=1 corpus/$$fuzzer || exit 1; done

crash: build  ## processes of a run killed at random moments, ROUNDS times from number FIRST on
	DXPY_CRASH_ROUNDS=$(ROUNDS) DXPY_CRASH_FIRST=$(FIRST) $(BIN)/python -m pytest $(TIMEOUT) \
	  $(SPREAD) tests/acceptance/test_random_kills.py $(ARGS)

parity: build  ## the same outcomes as plain pytest on real suites; ARGS=--fast for a few
	$(BIN)/python -m tests.parity $(ARGS)

peers: build  ## pytest-xdist's own acceptance tests, with ours in its place
	$(BIN)/python -m tests.peers $(ARGS)

faults: build  ## what runners make of what goes wrong; ARGS=ours for ours alone
	$(BIN)/python -m tests.faults $(ARGS)

bench: build  ## time whole runs and the native hot paths
	$(call native,bench,-DDXPY_BENCH=ON)
	build/bench/bench/ring_bench
	build/bench/bench/index_bench
	build/bench/bench/store_bench
	build/bench/bench/impact_bench
	build/bench/bench/makespan_bench </dev/null
	@stdlib=$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("stdlib"))'); \
	for name in walk outline facts resolve survey; do echo "== $$name: $$stdlib"; \
	  build/bench/bench/$${name}_bench "$$stdlib" || exit 1; done
	$(BIN)/python -m tests.bench $(ARGS)

wheel: $(VENV)/.tools | packages  ## source release and wheel in dist/, the wheel from the release
	$(BIN)/python -m build

sdist: $(VENV)/.tools  ## source release in dist/
	$(BIN)/python -m build --sdist

clean:  ## delete all that make made
	rm -rf build dist $(VENV) *.egg-info pytest_dxpy/_*.so
	find . -name __pycache__ -prune -exec rm -rf {} +

# What pip cannot bring: installed when missing, by root; others are told.
install = if test "$$(id -u)" = 0; then \
    apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y $$missing; \
  else echo "missing packages: install them with 'apt-get install$$missing'"; exit 1; fi

packages:
	@missing=; has() { echo "#include <$$1>" | c++ -x c++ -std=c++20 -E - >/dev/null 2>&1; }; \
	command -v c++ >/dev/null || missing="$$missing g++"; \
	has cereal/cereal.hpp || missing="$$missing libcereal-dev"; \
	has doctest/doctest.h || missing="$$missing doctest-dev"; \
	$(PYTHON) -c 'import ensurepip' 2>/dev/null || missing="$$missing python3-venv"; \
	test -f "$$($(PYTHON) -c 'import sysconfig; print(sysconfig.get_path("include"))')/Python.h" \
	  || missing="$$missing python3-dev"; \
	test -z "$$missing" || $(install)

clang:
	@missing=' clang libclang-rt-dev'; \
	echo 'extern "C" int LLVMFuzzerTestOneInput(const unsigned char*, unsigned long) { return 0; }' \
	  | clang++ -x c++ -fsanitize=fuzzer,address -o /dev/null - 2>/dev/null || $(install)

# The requirements of the project and some extras, without building the project.
EXTRAS ?= test dev
NATIVE_TESTS ?= ON
requirements = $(PYTHON) -c 'import configparser, sys; \
  c = configparser.ConfigParser(); c.read("setup.cfg"); \
  print(c["options"]["install_requires"], *(c["options.extras_require"][e] for e in sys.argv[1:]))'

$(VENV)/.tools: setup.cfg | packages
	$(PYTHON) -m venv $(VENV)
	@$(requirements) $(EXTRAS) > $(VENV)/requirements.txt
	$(BIN)/python $(PIP) install -r $(VENV)/requirements.txt
	@touch $@

$(VENV)/.installed: $(VENV)/.tools setup.py pyproject.toml
	CMAKE_ARGS="-DDXPY_TESTS=$(NATIVE_TESTS) $$CMAKE_ARGS" $(BIN)/python $(PIP) install \
	  --no-deps --no-build-isolation --config-settings editable_mode=compat -e .
	@touch $@
