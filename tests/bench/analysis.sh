#!/usr/bin/env bash
# The whole weight-based analysis of the shipped MLP, stage by stage, and its
# peer: scikit-learn for the clusters, torch for the lesions.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=timing.bash
. "$(dirname "$0")/timing.bash"
model=fixtures/fashion-mlp-dropout.onnx
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$(dirname "$0")/../.."

stage() { # stage NAME INPUT OUTPUT COMMAND...: run it, note its time
	local name=$1 in=$2 out=$3 start end
	shift 3
	start=$(date +%s%N)
	"$@" <"$in" >"$out"
	end=$(date +%s%N)
	awk -v n="$name" -v s="$start" -v e="$end" 'BEGIN { printf "%.3f %s\n", (e - s) / 1e9, n }' \
		>>"$dir/times"
}

read-data -q fixtures/fashion-test-2000-images.gz fixtures/fashion-test-2000-labels.gz \
	-o "$dir/data.brc"
stage extract-weights /dev/null "$dir/1" extract-weights -q "$model"
stage clusterability "$dir/1" "$dir/2" clusterability -q -k 16 -n 50
stage laplacian "$dir/2" "$dir/3" laplacian -q
stage spectral "$dir/3" "$dir/4" spectral -q -k 16
stage lesion "$dir/4" "$dir/5" lesion -q --model "$model" --data "$dir/data.brc" --controls 99
stage coherence "$dir/5" "$dir/6" coherence -q
stage report "$dir/6" "$dir/7" report --format html
total=$(awk '{ t += $1 } END { print t }' "$dir/times")
echo "Weight-based analysis: MLP 784-256x4-10, k = 16, 50 shuffles, 99 controls, 2,000 images"
sort -gr "$dir/times" | awk -v t="$total" '{ printf "  %-16s %8.3f s %5.1f %%\n", $2, $1, 100 * $1 / t }'
echo "  total            $total s (goal: under 90 s); the longest stage is $(sort -gr "$dir/times" | head -n 1 | cut -d' ' -f2)"
"$PYTHON" tests/bench/analysis_peer.py "$model" "$(sort -gr "$dir/times" | awk '$2 == "lesion" { print $1 }')" \
	"$(awk '$2 == "spectral" { print $1 }' "$dir/times")" \
	"$(awk '$2 == "clusterability" { print $1 }' "$dir/times")" "$dir/4" "$dir/5"
