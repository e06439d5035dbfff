#!/usr/bin/env bash
# Images per second of networks at 224 x 224, batch 8, two threads, beside torch
# at its best, and the share of what sgemm reaches on this machine.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
ceiling=$("$BENCH"/sgemm_rate 2)

printf 'executor: sgemm reaches %.0f GFLOP/s with 2 threads\n' "$ceiling"
printf '%-14s %10s %10s %6s %10s %9s %11s %11s\n' network broca torch ratio GFLOP/s 'of sgemm' \
	'broca MB' 'torch MB'
for name in vgg16 resnet18 mobilenet_v2; do
	read -r theirs their_bytes flops < <("$PYTHON" "$here"/executor_peer.py "$name" 8 "$folder")
	read -r ours our_bytes _ < <("$BENCH"/executor "$folder/net.onnx" 2 8 "$folder/in" \
		"$folder/out" 5)
	awk -v name="$name" -v a="$ours" -v b="$theirs" -v f="$flops" -v c="$ceiling" \
		-v m="$our_bytes" -v n="$their_bytes" 'BEGIN {
		printf "%-14s %6.1f/s   %6.1f/s   %6.2f %10.0f %9.2f %11.0f %11.0f\n", name,
			8 / a, 8 / b, b / a, f / a / 1e9, f / a / 1e9 / c, m / 1e6, n / 1e6 }'
done
