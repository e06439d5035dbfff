#!/usr/bin/env bash
# Spearman graphs of 4,096 and 8,192 units over 10,000 samples with 2 threads: the library and the
# whole filter beside scipy and beside OpenBLAS's ssyrk alone, which is the floor.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=timing.bash
. "$(dirname "$0")/timing.bash"
here=$(cd "$(dirname "$0")" && pwd)
dir=$(mktemp -d -p /dev/shm 2>/dev/null || mktemp -d)
trap 'rm -rf "$dir"' EXIT

filter() { corr -q --threads 2 -o "$dir/affinity.brc" <"$dir/act.brc"; }

column() { awk -v c="$1" '{ print $c }' "$dir/rounds" | median; }

graph() { # graph UNITS REPEATS GOAL [--both]: our times, the floor and the peers
	local units=$1 repeats=$2 goal=$3 syrk columns block ours form whole scipy hand difference
	shift 3
	"$BENCH/corr" "$units" 10000 2 "$repeats" "$dir" >"$dir/rounds"
	for ((i = 0; i < repeats; i++)); do seconds filter; done >"$dir/filter"
	read -r scipy hand difference < <("$PYTHON" "$here/corr_peer.py" "$dir" "$@")
	"$BENCH/corr" "$units" 10000 2 "$repeats" "$dir" >>"$dir/rounds" # the load may have changed
	for ((i = 0; i < repeats; i++)); do seconds filter; done >>"$dir/filter"
	syrk=$(column 1) columns=$(column 2) block=$(column 3) ours=$(column 4)
	whole=$(median <"$dir/filter")
	form=$(awk 'NR == 1 { print $5 }' "$dir/rounds")
	echo "Spearman graph, $units units x 10,000 samples (2 threads, medians of $repeats before and $repeats after the peers)"
	echo "  ssyrk alone               $syrk s"
	echo "  broca                     $ours s (ranks $columns, products of $form $block): $(ratio "$ours" "$syrk") of ssyrk (goal: at most 1.7)"
	echo "  corr, a whole process     $whole s: $(ratio "$whole" "$syrk") of ssyrk, stream read and written"
	echo "  scipy.stats.spearmanr     $scipy s: $(ratio "$scipy" "$ours") times ours (goal: at least $goal); largest difference of the squares $difference"
	[ $# = 0 ] || echo "  rankdata, float32 R R^T   $hand s: $(ratio "$hand" "$ours") times ours (goal: at least 5)"
}

graph 4096 3 10 --both
graph 8192 3 8
