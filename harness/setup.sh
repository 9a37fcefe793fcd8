#!/bin/sh
# Installs what the project needs: npm packages (Node 24 among them), then Debian packages.
# Usage: setup.sh npm | packages | next
# Everything it says goes to stderr, so that the stdout of `make run` stays pure TAP.
set -eu
cd "$(dirname "$0")/.."
exec >&2

die() {
	echo "setup: $1"
	exit 69
}

install_npm() {
	command -v npm >/dev/null || die "npm is not installed; Node 20 or newer brings it (https://nodejs.org)"
	major=$(node -p 'process.versions.node.split(".")[0]')
	[ "$major" -ge 20 ] || die "node $(node -v) is too old to install the npm packages; 20 or newer is needed"
	echo "setup: installing npm packages"
	npm ci --no-progress --loglevel=error || die "npm ci failed; the network or the registry may be out of reach"
	touch node_modules/.package-lock.json
}

install_packages() {
	missing=$(./gmemtest doctor --missing-packages)
	[ -n "$missing" ] || return 0
	# shellcheck disable=SC2086 # a list of package names, one word each
	set -- $missing
	if [ "$(id -u)" -ne 0 ]; then
		die "these Debian packages are missing; run:
    sudo apt-get install --no-install-recommends $*"
	fi
	echo "setup: installing Debian packages: $*"
	export DEBIAN_FRONTEND=noninteractive
	log=$(mktemp)
	trap 'rm -f "$log"' EXIT
	if ! { apt-get update && apt-get install -y --no-install-recommends "$@"; } >"$log" 2>&1; then
		tail -n 15 "$log"
		die "apt-get could not install: $*"
	fi
}

case "${1:-}" in
npm) install_npm ;;
packages) install_packages ;;
# Only for who asked for the setup and nothing else: all others go on by themselves.
next) echo "setup: all is installed; next: make run (the first time, it builds a kernel), or ./gmemtest list" ;;
*) die "expected npm, packages or next, got '${1:-}'" ;;
esac
