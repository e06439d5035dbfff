#!/usr/bin/env bash
# A correlation graph of few large layers, whose edges within a layer are stored once: the size of
# the streams, and time and peak memory of corr, laplacian and spectral -k 12 with 2 threads.
#   tests/bench/within.sh [UNITS SAMPLES LAYERS]      default: 26560 64 2
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=timing.bash
. "$(dirname "$0")/timing.bash"
here=$(cd "$(dirname "$0")" && pwd)
dir=$(mktemp -d -p /dev/shm 2>/dev/null || mktemp -d)
trap 'rm -rf "$dir"' EXIT
[ $# -gt 0 ] || set -- 26560 64 2

# measured NAME COMMAND...: runs it and tells its wall and processor seconds and peak memory in MB
measured() {
	local name=$1
	shift
	rm -f "$dir/used"
	"$PYTHON" "$here/factors_peer.py" measure "$dir/used" "$@"
	awk -v name="$name" '{ printf "  %-10s %7.2f s, %7.2f s of processors, %5.0f MB\n", name, $1, $2, $3 }' "$dir/used"
}
megabytes() { stat -c %s "$1" | awk '{ printf "%.0f", $1 / 1e6 }'; }

"$PYTHON" "$here/factors_peer.py" make "$1" "$2" "$dir/act.brc" "$3"
echo "edges of $1 units in $3 layers over $2 samples, processes one after the other"
measured corr corr -q --threads 2 --dense -o "$dir/affinity" <"$dir/act.brc"
echo "  the affinities take $(megabytes "$dir/affinity") MB"
measured laplacian laplacian -q -o "$dir/laplacian" <"$dir/affinity"
rm "$dir/affinity"
measured spectral spectral -q --threads 2 -k 12 -o "$dir/labels" <"$dir/laplacian"
