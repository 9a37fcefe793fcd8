# The entry points of the project. `make run` and `make test` install what they need.
#
#   make run     the conversion scenarios on the default kernel; stdout is TAP and nothing else
#   make test    every test of the project, the ones that boot VMs included
#   make check   types, lint, format, walls, C warnings, unit tests; one or two minutes, no VM
#   make bench   measures the figures that docs/performance.md explains
#   make setup   installs what is missing and does nothing else
#   make clean   removes results and node_modules; kernels stay in the cache
#
# ARGS goes to the harness:  make run ARGS="--kernel stock-6.12 'convert-*'"

ARGS ?=
JOBS ?= $(shell nproc)

# npm's bin directory first: `node` is then the Node of package-lock.json, not the system's.
bin := $(CURDIR)/node_modules/.bin
with_node := PATH="$(bin):$$PATH"
c_sources = $(wildcard guest-images/*/*.c guest-images/*/*.h)

.PHONY: help run test check bench setup clean types lint format c-check rules unit
.DEFAULT_GOAL := help

help:
	@sed -n 's/^#   //p' Makefile

run: setup
	@exec ./gmemtest run $(ARGS)

test: check
	@$(with_node) tap --jobs=1 --timeout=3600 tests/vm
	@echo "gmemtest: all tests passed"

# Each part of the check can be run alone; `-k` shows all that is wrong at once.
check: setup
	@$(MAKE) --no-print-directory -k types lint format c-check rules unit

types:
	@$(with_node) tsc -p .

lint:
	@$(with_node) oxlint --quiet
	@shellcheck harness/setup.sh .ci/run gmemtest

format:
	@$(with_node) prettier --check --log-level warn .
	@clang-format --dry-run -Werror $(c_sources)

c-check:
	@$(MAKE) --no-print-directory -C guest-images/agent check
	@set -e; for source in guest-images/minimal/*.c; do \
		gcc -std=gnu11 -O2 -Wall -Wextra -Werror -fanalyzer -c -o /dev/null $$source; done

# A rule in scope without a scenario, a bug without a scenario or a reason, or a stale table fails.
rules:
	@./gmemtest list --rules --check
	@./gmemtest list --bugs --check

unit:
	@$(with_node) tap --jobs=$(JOBS) tests/unit

bench: setup
	@$(with_node) node bench/main.ts $(ARGS)

setup: node_modules/.package-lock.json
	@sh harness/setup.sh packages
	@$(if $(filter setup,$(MAKECMDGOALS)),sh harness/setup.sh next)

# npm writes this file last; the system's npm needs no Node 24, it brings it.
node_modules/.package-lock.json: package.json package-lock.json .npmrc
	@sh harness/setup.sh npm

clean:
	@rm -rf results node_modules .tap
