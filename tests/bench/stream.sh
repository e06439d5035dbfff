#!/usr/bin/env bash
# A filter that hands a section of 1 GB through, beside cat in its place.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=timing.bash
. "$(dirname "$0")/timing.bash"
dir=$(mktemp -d -p /dev/shm 2>/dev/null || mktemp -d)
trap 'rm -rf "$dir"' EXIT
"$BENCH/ballast" 1000 >"$dir/stream.brc"

# shellcheck disable=SC2002 # a pipe on both sides is the point
through_filter() { cat "$dir/stream.brc" | laplacian -q | cat; }
# shellcheck disable=SC2002
through_cat() { cat "$dir/stream.brc" | cat | cat; }

through_filter >/dev/null # both once, to warm up
through_cat >/dev/null
for _ in 1 2 3 4 5 6 7; do
	seconds through_filter >>"$dir/filter"
	seconds through_cat >>"$dir/cat"
done
f=$(median <"$dir/filter") c=$(median <"$dir/cat")
echo "Handing 1 GB through (median of 7, alternating)"
echo "  cat | laplacian | cat   $f s"
echo "  cat | cat       | cat   $c s"
echo "  rate of the filter over that of cat: $(ratio "$c" "$f") (goal: at least 0.8)"
