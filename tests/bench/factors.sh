#!/usr/bin/env bash
# Correlation graphs of few samples, corr | laplacian | spectral -k 12 with 2 threads: given by
# factors and by edges, and numpy's float32 matrix with scipy's eigsh beside. Stage by stage through
# files in memory, so that each stage's time and peak are its own.
#   tests/bench/factors.sh [UNITS SAMPLES]...   default: 26560 64 26560 256 8192 128 8192 256
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=timing.bash
. "$(dirname "$0")/timing.bash"
here=$(cd "$(dirname "$0")" && pwd)
dir=$(mktemp -d -p /dev/shm 2>/dev/null || mktemp -d)
trap 'rm -rf "$dir"' EXIT
[ $# -gt 0 ] || set -- 26560 64 26560 256 8192 128 8192 256

# measured COMMAND...: its wall and processor seconds and peak memory in MB, appended to stages
measured() { "$PYTHON" "$here/factors_peer.py" measure "$dir/stages" "$@"; }

pipe() { # pipe HOW: wall and processor seconds of three stages, the highest peak in MB
	rm -f "$dir/stages"
	measured corr -q --threads 2 "--$1" -o "$dir/affinity" <"$dir/act.brc"
	measured laplacian -q -o "$dir/laplacian" <"$dir/affinity"
	rm "$dir/affinity"
	measured spectral -q --threads 2 -k 12 -o "$dir/$1.brc" <"$dir/laplacian"
	rm "$dir/laplacian"
	awk '{ wall += $1; cpu += $2; if ($3 > peak) peak = $3 } END { printf "%.2f %.2f %.0f\n", wall, cpu, peak }' "$dir/stages"
}

while [ $# -ge 2 ]; do
	"$PYTHON" "$here/factors_peer.py" make "$1" "$2" "$dir/act.brc"
	read -r wall cpu peak < <(pipe factors)
	read -r edge_wall edge_cpu edge_peak < <(pipe dense)
	rm -f "$dir/stages"
	difference=$(measured "$PYTHON" "$here/factors_peer.py" peer "$dir/act.brc" "$dir/factors.brc")
	read -r peer_wall peer_cpu peer_peak <"$dir/stages"
	echo "corr | laplacian | spectral -k 12, $1 units x $2 samples: wall and processor seconds, peak memory of a stage"
	echo "  by factors       $wall s, $cpu s, $peak MB"
	echo "  by edges         $edge_wall s, $edge_cpu s, $edge_peak MB: $(ratio "$edge_wall" "$wall"), $(ratio "$edge_cpu" "$cpu"), $(ratio "$edge_peak" "$peak") times ours"
	echo "  numpy and eigsh  $peer_wall s, $peer_cpu s, $peer_peak MB: $(ratio "$peer_wall" "$wall"), $(ratio "$peer_cpu" "$cpu"), $(ratio "$peer_peak" "$peak") times ours, no clusters; largest difference of eigenvalues $difference"
	shift 2
done
