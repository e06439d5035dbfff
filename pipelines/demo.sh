#!/usr/bin/env bash
# demo.sh [DIR]: run both analyses of the shipped network on the shipped images,
# and write their report to DIR (default: out). `make demo` runs this.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
fixtures=$here/../fixtures
out=${1:-out}
mkdir -p "$out"
out=$(readlink -f "$out")
options=(-k 16 --controls 199 --repeat 2 -q)

PATH="$here/../bin:$PATH"
echo "Reading 2,000 labelled images of clothes (Fashion-MNIST). 1,500 of them will make groups by"
echo "activations, and all groups will be tested on the other 500."
read-data -q --split 0.75 --classes "$fixtures/fashion-classes.txt" \
	"$fixtures/fashion-test-2000-images.gz" "$fixtures/fashion-test-2000-labels.gz" \
	-o "$out/data.brc"
echo "Analysing a network of 4 x 256 units by its weights: clusters, then lesions of each group, of 199 random"
echo "groups, and of as many that are like it in activation or in cohesion."
"$here/weights.sh" "${options[@]}" --keep "$out/weights" "$fixtures/fashion-mlp-dropout.onnx" "$out/data.brc"
echo "Analysing it by its activations, in the same way."
"$here/activations.sh" "${options[@]}" --keep "$out/activations" "$fixtures/fashion-mlp-dropout.onnx" "$out/data.brc"
both=("$out/weights/analysis.brc" "$out/activations/analysis.brc")
report "${both[@]}" --title "A Fashion-MNIST network"
report "${both[@]}" -o "$out/fashion-mlp.html" --title "A Fashion-MNIST network"
echo
echo "The same report with charts and pictures, to open in a browser or to send to a colleague:"
echo "  $out/fashion-mlp.html"
