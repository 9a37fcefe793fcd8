#!/bin/sh
# Runs the suite, compares it with the last complete run, and sends a mail if something is new, or if it could not run.
# KERNEL is the kernel, MAIL_TO the address, SENDMAIL the program that sends it; results go to the directory of the service.
set -eu
cd "$(dirname "$0")/../../.."
kernel=${KERNEL:-gmem-convert}
results=${STATE_DIRECTORY:-$PWD/results/nightly}
sendmail=${SENDMAIL:-/usr/sbin/sendmail}
night=$results/$(date -u +%Y-%m-%dT%H%M%SZ)
last=$results/last

# 1 means that the mail has told what is new: trouble of the script itself must have another code.
mkdir -p "$results" || exit 69
set --
if [ -e "$last/results.jsonl" ]; then
	# A new failure runs again, to tell whether it always occurs.
	set -- --baseline "$last" --retry-new 3
fi
code=0
./gmemtest run --kernel "$kernel" "$@" --output "$night" --report github --report junit >/dev/null 2>"$night.log" || code=$?

case $code in
0) subject= ;;
1) subject="something is new" ;;
*) subject="could not run (exit code $code)" ;;
esac
if [ -n "$subject" ]; then
	{
		echo "To: ${MAIL_TO:-root}"
		echo "Subject: gmemtest on $kernel: $subject"
		echo "Content-Type: text/plain; charset=utf-8"
		echo
		tail -n 20 "$night.log"
		echo
		echo "Results: $night"
		if [ -e "$night/summary.md" ]; then
			echo
			cat "$night/summary.md"
		fi
	} | "$sendmail" -t || exit 69
fi
# A failure is known from now on. A run that did not end is no baseline.
if [ "$code" -le 1 ]; then
	ln -sfn "$night" "$last" || exit 69
fi
exit "$code"
