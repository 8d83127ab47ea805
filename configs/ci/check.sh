#!/bin/sh
# Noise sweep and check against a baseline: the whole CI job in one command. It installs nothing.
#
#   configs/ci/check.sh                  needs fzero on the PATH, or FZERO=path/to/fzero
#
# FZERO     the program [fzero]             SWEEP     the sweep [noise_digits.toml beside this script]
# BASELINE  what it is compared with [baseline.json beside this script]
# OUT       folder for all results; OUT/sweep is made anew [results/ci]
# OPTIONS   further options of fzero check, such as "--annotations github"
#
# Exit codes: 0 pass, 1 worse, or runs of the sweep failed, 2 undecided or could not run.
# A new baseline: fzero check results/ci/sweep --baseline configs/ci/baseline.json --update
set -eu
here=$(cd "$(dirname "$0")" && pwd)
fzero=${FZERO:-fzero}
out=${OUT:-results/ci}

# Finished runs of an earlier sweep would be taken over, though they may be of another program.
if [ -f "$out/sweep/sweep.json" ]; then
    rm -rf "$out/sweep"
fi
mkdir -p "$out"
"$fzero" sweep "${SWEEP:-$here/noise_digits.toml}" --out "$out/sweep" --quiet
# shellcheck disable=SC2086  # options are words
exec "$fzero" check "$out/sweep" --baseline "${BASELINE:-$here/baseline.json}" --junit "$out/check.xml" \
    --max-queries-ratio 1.0 --max-memory-ratio 1.1 ${OPTIONS:-}
