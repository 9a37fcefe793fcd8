#!/bin/sh
# Runs a suite as a Slurm array, and merges the results: sh docs/ci/slurm/submit.sh [PATTERN…], in the checkout.
# KERNEL is the kernel, SHARDS the number of tasks; BASELINE is a directory of earlier results, which divides
# the suite; only what is new since then counts.
# The checkout must be at the same path on all nodes. The kernel is built here, and each task imports it into its own cache.
set -eu
cd "$(dirname "$0")/../../.."
KERNEL=${KERNEL:-gmem-convert}
SHARDS=${SHARDS:-4}
BASELINE=${BASELINE:-}
RESULTS=${RESULTS:-$PWD/results/slurm-$(date -u +%Y-%m-%dT%H%M%SZ)}
export KERNEL BASELINE RESULTS

mkdir -p "$RESULTS"
line=$(./gmemtest build "$KERNEL")
./gmemtest cache export "${line%% *}" >"$RESULTS/kernel.tar.zst"

array=$(sbatch --parsable --array="1-$SHARDS" --output="$RESULTS/shard-%a.log" docs/ci/slurm/shard.sbatch "$@")
# afterany: a task whose tests failed ends with 1, and merge must report it.
merge=$(sbatch --parsable --dependency="afterany:$array" --output="$RESULTS/merge.log" docs/ci/slurm/merge.sbatch)
echo "$merge"
echo "submitted $SHARDS tasks ($array) and the merge ($merge); results: $RESULTS" >&2
