#!/usr/bin/env bats
# Networks of two independent halves, one of each family: k = 2 finds the halves, in the graph
# of weights, in the local graph of each layer and in the graph of activations.

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	planted=$ROOT/fixtures/planted
}

# split NETWORK ISOLATED [LAYERS]: of the labels on standard input, those of each hidden layer (of
# LAYERS, a pattern) are its planted halves, ISOLATED units aside: a Rand index of 1 in every layer
split() {
	"$BIN/export" --labels >labels.tsv
	/usr/bin/python3 - "$planted/halves.tsv" labels.tsv "$@" <<'PYTHON'
import csv, re, sys
planted, labels, network, isolated, *only = sys.argv[1:]
rows = [line.rstrip("\n").split("\t") for line in open(planted)]
half = {weight.removesuffix(".weight"): h for name, _, weight, h in rows if name == network}
table = list(csv.DictReader(open(labels), delimiter="\t"))
assert sum(r["cluster"] == "-1" for r in table) == int(isolated)
met = {name: {(half[name][int(r["unit"])], r["cluster"]) for r in table
              if r["layer"] == name and r["cluster"] != "-1"} for name in half}
for name, pairs in met.items():
    if only and not re.match(only[0], name):
        continue
    left_out = name.startswith(("fc", "classifier.fc2")) or "depthwise" in name
    silent = isolated != "0" and len(pairs) == 0
    assert left_out and not pairs or silent or (
        len(pairs) == len({h for h, _ in pairs}) == len({c for _, c in pairs}) == 2), (name, pairs)
for name in {r["layer"] for r in table}:
    assert sum(r["layer"] == name for r in table) == len(half[name]), name
PYTHON
}

# one_way: labels.tsv gives each half the same label in all layers
one_way() {
	/usr/bin/python3 - "$planted/halves.tsv" labels.tsv "$1" <<'PYTHON'
import csv, sys
rows = [line.rstrip("\n").split("\t") for line in open(sys.argv[1])]
half = {weight.removesuffix(".weight"): h for name, _, weight, h in rows if name == sys.argv[3]}
met = {(half[r["layer"]][int(r["unit"])], r["cluster"])
       for r in csv.DictReader(open(sys.argv[2]), delimiter="\t") if r["cluster"] != "-1"}
assert len(met) == 2, met
PYTHON
}

# by_weights NETWORK ISOLATED
by_weights() {
	extract-weights -q "$planted/$1.onnx" | laplacian | spectral -q -k 2 | split "$@"
	one_way "$1"
}

# by_layers NETWORK ISOLATED
by_layers() {
	extract-weights -q "$planted/$1.onnx" | laplacian -q --local | spectral -q -k 2 | split "$@"
}

# by_activations NETWORK [LAYERS]: on images whose two channels, one for each half, know nothing of each other
by_activations() {
	/usr/bin/python3 -c "
import numpy as np
image = np.random.default_rng(1).random((500, 2, 8, 8), dtype=np.float32)
np.savez('images.npz', image=image, label=np.arange(500) % 4)"
	read-data -q images.npz | activations -q --model "$planted/$1.onnx" >values.brc
	corr -q <values.brc | laplacian -q | spectral -q -k 2 | split "$1" 0 "${@:2}"
	[ $# -gt 1 ] || one_way "$1"
	corr -q --local <values.brc | laplacian -q --local | spectral -q -k 2 | split "$1" 0 "${@:2}"
}

@test "weights: every family of two halves is split into them" {
	for network in vgg resnet inception mobilenet vit; do
		by_weights $network 0
	done
}

@test "weights: a text transformer is split into its halves, lone queries and keys aside" {
	by_weights text 32
}

@test "weights, layer by layer: every layer of every family is split into its halves" {
	for network in vgg resnet inception mobilenet vit; do
		by_layers $network 0
	done
}

@test "weights, layer by layer: every layer of a text transformer, lone queries and keys aside" {
	by_layers text 32
}

# Not of the text transformer: both halves see the same tokens.
@test "activations: every family of two halves, each with a channel of its own, is split into them" {
	for network in vgg resnet inception mobilenet; do
		by_activations $network
	done
}

# Each normalisation tells either half of the other's mean and deviation: further behind they mix.
@test "activations: a vision transformer's first attention is split into its halves" {
	by_activations vit 'patches|blocks.block1.attention'
}
