#!/bin/sh
# Installs the requirements of the project: npm packages (Node 24 among them), then Debian packages.
# Usage: setup.sh npm | fit | packages | next
# All messages go to stderr, so that the stdout of `make run` is pure TAP.
set -eu
cd "$(dirname "$0")/.."
exec >&2

die() {
	echo "setup: $1"
	exit 69
}

# Runs a command, with a line a minute: a log of a CI system must not be silent for long.
with_reminder() {
	what=$1
	shift
	(
		minutes=0
		# A sleep that is left over must not hold a pipe open.
		while sleep 60 >/dev/null 2>&1; do
			minutes=$((minutes + 1))
			echo "setup: still $what, $minutes min"
		done
	) &
	reminder=$!
	code=0
	"$@" || code=$?
	kill "$reminder"
	return "$code"
}

install_npm() {
	command -v npm >/dev/null || die "npm is not installed; install Node 20 or newer, which includes it (https://nodejs.org)"
	major=$(node -p 'process.versions.node.split(".")[0]')
	[ "$major" -ge 20 ] || die "node $(node -v) is too old to install the npm packages; install 20 or newer"
	echo "setup: installing npm packages"
	# No package needs to run a script at its installation.
	with_reminder "installing npm packages" npm ci --ignore-scripts --no-progress --loglevel=error || die "npm ci failed; check the network and the npm registry"
	touch node_modules/.package-lock.json
}

# The launcher refuses packages of another version, and make knows only the times of files.
fit_npm() {
	awk -f harness/packages.awk package-lock.json node_modules/.package-lock.json >/dev/null || install_npm
}

apt_install() {
	{ apt-get update && apt-get install -y --no-install-recommends "$@"; } >"$log" 2>&1
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
	if ! with_reminder "installing Debian packages" apt_install "$@"; then
		tail -n 15 "$log"
		die "apt-get could not install: $*"
	fi
}

case "${1:-}" in
npm) install_npm ;;
fit) fit_npm ;;
packages) install_packages ;;
# Only `make setup` prints the next step; the other goals continue by themselves.
next) echo "setup: all requirements are installed; next: make run (builds a kernel the first time), or ./gmemtest list" ;;
*) die "expected npm, fit, packages or next, got '${1:-}'" ;;
esac
