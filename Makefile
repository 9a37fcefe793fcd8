# The entry points of the project. `make run` and `make test` install what they need.
#
#   make run     the conversion scenarios on the default kernel; stdout is TAP and nothing else
#   make test    every test of the project, the ones that boot VMs included
#   make nightly make test and what takes hours: all mutants, kernels of another suite, the debug kernels
#   make check   types, lint, format, imports, unused code, C warnings, unit tests; under a minute, no VM
#   make bench   measures the figures that docs/performance.md explains
#   make man     writes the manual pages, gmemtest.1 and one for each verb, to dist/man
#   make setup   installs what is missing and does nothing else
#   make clean   removes results and node_modules; kernels stay in the cache
#
# ARGS goes to the harness:  make run ARGS="--kernel stock-6.12 'convert-*'"
# Each part of the check is a goal too, and so is each unit test:  make lint tests/unit/base/units.test.ts

ARGS ?=
# One job more than there are processors: a third of the time of the unit tests is waiting.
JOBS ?= $(shell expr $$(nproc) + 1)

# npm's directory comes first in PATH, so that `node` is the Node of package-lock.json instead of the system's.
bin := $(CURDIR)/node_modules/.bin
with_node := PATH="$(bin):$$PATH"
# Keeps compiled modules between runs. bench does without: it measures how long Node takes to start.
with_tools := $(with_node) NODE_COMPILE_CACHE="$(CURDIR)/node_modules/.cache/compiled"
c_sources = $(wildcard guest-images/*/*.c guest-images/*/*.h)
unit_tests := $(sort $(shell find tests/unit -name '*.test.ts'))
# Flags of a make that runs all goals at once, JOBS of them unless the caller of make gave -j, and shows all faults.
parallel = --no-print-directory --keep-going --output-sync=target $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(JOBS))

.PHONY: help run test nightly check bench setup clean dist man format types lint walls unused c-check headers rules unit $(unit_tests)
.DEFAULT_GOAL := help

help:
	@sed -n 's/^#   //p' Makefile

run: setup
	@exec ./gmemtest run $(ARGS)

test: check
	@$(with_node) tap --jobs=1 --timeout=3600 tests/browser tests/builds tests/vm
	@echo "gmemtest: all tests passed"

# Behind make test, each of them runs, whatever became of the others. The kernels of all mutants are still there next night.
nightly: export GMEMTEST_CACHE_SIZE ?= 60G
nightly: test
	@failed=0; \
	$(with_node) tap --jobs=1 --timeout=7200 tests/nightly || failed=1; \
	for kernel in gmem-convert gmem-attributes; do \
		./gmemtest mutants --kernel $$kernel || failed=1; \
		./gmemtest run --kernel $$kernel-debug || failed=1; \
	done; \
	./gmemtest run --kernel gmem-convert --isolation boot --jobs 2 || failed=1; \
	./gmemtest run --kernel gmem-convert-debug --scenarios tests/pairs || failed=1; \
	exit $$failed

# The longest parts come first, so that the unit tests fill the processors to the end.
check: setup
	@$(MAKE) $(parallel) format lint types c-check walls unused rules unit

format:
	@$(with_tools) prettier --check --log-level warn --cache --cache-strategy content .
	@clang-format --dry-run -Werror $(c_sources)

lint:
	@$(with_tools) oxlint --quiet
	@shellcheck harness/setup.sh .ci/run gmemtest

types:
	@$(with_tools) tsc -p .

c-check:
	@$(MAKE) --no-print-directory -C guest-images/agent check
	@set -e; for source in guest-images/minimal/*.c guest-images/bundle/*.c; do \
		gcc -std=gnu11 -O2 -Wall -Wextra -Werror -fanalyzer -c -o /dev/null $$source; done

# Writes the C headers of the agent's protocol from harness/agent/wire/; a unit test fails when they are stale.
headers:
	@$(MAKE) --no-print-directory -C guest-images/agent headers

# Fails for an import that the allow-list of rooms does not have, and for names and sizes against the rules.
walls:
	@$(with_tools) node tests/house/check.ts

# Fails for an export, a file or a package that has no user.
unused:
	@$(with_tools) knip --no-progress

# Fails for a rule in scope without a scenario, a bug without a scenario or a reason, or a stale table.
rules:
	@./gmemtest list --rules --check
	@./gmemtest list --bugs --check

unit:
	@$(MAKE) $(parallel) $(unit_tests)
	@echo "unit: $(words $(unit_tests)) test files passed"

# A test file is a program, and its exit code is 0 if all of it passed. `tap FILE` gives the same result,
# but starts each Node with loaders for coverage, which take more time than most of the tests.
$(unit_tests):
	@mkdir -p .tap/$(@D)
	@unset MAKEFLAGS MAKELEVEL MFLAGS; \
	$(with_tools) TAP_TIMEOUT=120 timeout --foreground 150 node $@ >.tap/$@.tap || { \
		code=$$?; $(with_tools) tap --reporter=min .tap/$@.tap; echo "$@: exit code $$code"; exit 1; }

bench: setup
	@$(with_node) node bench/main.ts $(ARGS)

# What npm pack adds to the sources. Node strips no types below node_modules, so the modules are compiled; the commit is stored,
# because a package has no repository; and the shrinkwrap file gives the dependencies the versions that were tested.
dist:
	@rm -rf dist
	@$(with_tools) tsc -p tsconfig.package.json
	@$(with_tools) tsc -p tsconfig.types.json
	@$(with_tools) node --input-type=module >dist/revision.json --eval " \
		import { ownRevision } from '$(CURDIR)/harness/commands/helping/own-version.ts'; \
		console.log(JSON.stringify(await ownRevision()))"
	@$(MAKE) --no-print-directory man
	@cp package-lock.json npm-shrinkwrap.json

# The pages repeat the help texts, so they are made from these and not committed: no commit has stale ones.
man:
	@./gmemtest manual --output dist/man

setup: node_modules/.package-lock.json
	@sh harness/setup.sh fit
	@sh harness/setup.sh packages
	@$(if $(filter setup,$(MAKECMDGOALS)),sh harness/setup.sh next)

# npm writes this file last. The npm of Debian is enough: it installs Node 24 as a package.
node_modules/.package-lock.json: package.json package-lock.json .npmrc
	@sh harness/setup.sh npm

clean:
	@rm -rf results node_modules .tap dist npm-shrinkwrap.json
