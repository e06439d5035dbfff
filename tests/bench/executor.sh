#!/usr/bin/env bash
# Images per second of networks at 224 x 224, batch 8 and 64, two threads, beside torch at its
# best and onnxruntime, where npm can install it; the share of what sgemm reaches on this
# machine (above 1 where Winograd's algorithm does with fewer products); bfloat16; peak memory.
#     IMAGES="8" NETWORKS="resnet18" tests/bench/run executor
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
peers=${PEERS:-$here/../../.build/peers}
export NODE_PATH="$peers/node_modules"

# its install script fetches what only other processors use
if command -v npm >/dev/null && [ ! -d "$NODE_PATH/onnxruntime-node" ]; then
	mkdir -p "$peers"
	npm install --prefix "$peers" --ignore-scripts --no-audit --no-fund --silent \
		onnxruntime-node@1.20.1 >"$folder/npm" 2>&1 || echo "onnxruntime: cannot be installed"
fi

onnxruntime() { # IMAGES
	if [ -d "$NODE_PATH/onnxruntime-node" ] && command -v node >/dev/null; then
		node "$here"/onnxruntime_peer.js "$folder/net.onnx" "$1" "$folder/in" 2 3
	else
		echo "- - -"
	fi
}

ours() { # IMAGES PRECISION
	"$BENCH"/executor "$folder/net.onnx" 2 "$1" "$folder/in" "$folder/out" 3 "$2" 2>/dev/null ||
		echo "- - -"
}

ceiling=$("$BENCH"/sgemm_rate 2)
printf 'executor: sgemm reaches %.0f GFLOP/s with 2 threads\n' "$ceiling"
printf '%-13s %6s %11s %11s %11s %11s %8s %8s %9s %21s\n' network images broca bfloat16 torch \
	onnxruntime '/ torch' '/ ort' 'of sgemm' 'MB: broca torch ort'
for name in ${NETWORKS:-vgg16 resnet18 mobilenet_v2}; do
	for images in ${IMAGES:-8 64}; do
		read -r torch torch_bytes flops < <("$PYTHON" "$here"/executor_peer.py "$name" \
			"$images" "$folder")
		read -r ort ort_bytes _ < <(onnxruntime "$images")
		read -r broca bytes _ < <(ours "$images" float32)
		read -r brain _ < <(ours "$images" bf16)
		awk -v name="$name" -v n="$images" -v a="$broca" -v h="$brain" -v b="$torch" \
			-v o="$ort" -v f="$flops" -v c="$ceiling" -v m="$bytes" -v mt="$torch_bytes" \
			-v mo="$ort_bytes" 'function rate(t) { return t == "-" ? "-" : sprintf("%.1f/s", n / t) }
			function over(t) { return t == "-" ? "-" : sprintf("%.2f", t / a) }
			function mb(b) { return b == "-" ? "-" : sprintf("%.0f", b / 1e6) }
			BEGIN { printf "%-13s %6d %11s %11s %11s %11s %8s %8s %9.2f %7s %6s %6s\n", name, n,
				rate(a), rate(h), rate(b), rate(o), over(b), over(o), f / a / 1e9 / c,
				mb(m), mb(mt), mb(mo) }'
	done
done
