#!/usr/bin/env bats
# Kinds of units: hidden layers of MLPs, heads of attention; the table of layers.
# shellcheck disable=SC2154 # bats sets stderr

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	fixtures=$ROOT/fixtures
	export PYTHONPATH="$ROOT/tests/cli:$ROOT/docs" PYTHONDONTWRITEBYTECODE=1
}

# units N EDGES [UNTRACED]: a section of N layers, edges a list of pairs
units() {
	/usr/bin/python3 - "$@" <<'PYTHON'
import sys
import numpy as np
import write_stream
n, edges = int(sys.argv[1]), np.array(eval(sys.argv[2]), "<i4").reshape(-1, 2)
text = {"name": [f"transformer.encoder.layers.block.number.{i}" for i in range(n)],
        "role": ["input"] + ["hidden"] * (n - 2) + ["output"], "kind": ["input"] + ["Gemm"] * (n - 1),
        "untraced": [sys.argv[3] if len(sys.argv) > 3 and i == 1 else "" for i in range(n)]}
arrays = {f"layer/{k}": np.array([t.encode() for t in v]) for k, v in text.items()}
arrays.update({"layer/units": np.full(n, 8, "<i8"), "edge/from": edges[:, 0], "edge/to": edges[:, 1]})
write_stream.write(sys.stdout.buffer, [("units", "units", {"model": "x"}, [], arrays)])
PYTHON
}

@test "--units mlp,heads: features and heads of a vision transformer, joined through the stream" {
	run -0 --separate-stderr extract-weights --units heads,mlp "$fixtures/fashion-vit.onnx" -o w.brc
	[ "$stderr" = "extract-weights: 576 units in 6 layers, 15 blocks of weights" ]
	check -q w.brc
	peek w.brc | grep -q '"units": "mlp,heads"'
	# a quarter of the values of each block is a head
	broca export --labels <w.brc | awk 'NR > 1 && ($3 != int($2 / 16) || $1 !~ /attention.value$/) { bad = 1 }
		END { exit bad || NR != 193 }'
	for units in mlp heads; do
		run -0 --separate-stderr extract-weights --units $units "$fixtures/fashion-vit.onnx" -o $units.brc
		[[ "$stderr" = *" units in 3 layers, 3 blocks of weights" ]]
	done
	run -3 broca export --labels -o x.tsv <mlp.brc
	laplacian -q <w.brc | spectral -k 4 2>note >labels.brc
	grep -q '1 component, 0 isolated of 576 units' note
}

@test "--units mlp,heads: the halves of planted transformers come apart" {
	for name in vit text; do
		extract-weights -q --units mlp,heads "$fixtures/planted/$name.onnx" | laplacian -q |
			spectral -k 2 2>note >labels.brc
		grep -q 'n-cut 0, .* 2 components' note
		# the first half of every MLP's features against the second
		broca export --labels --in weights.global <labels.brc | awk '/mlp.fc1/ { n[$1, $2 < 12, $3]++ }
			END { for (k in n) bad += n[k] != 12; exit bad > 0 }'
	done
}

@test "lesion --in heads: every head against random features of its layer" {
	read-data -q --tokens --first 3 --images tokens --labels targets "$fixtures/text-test.npz" -o text.brc
	extract-weights -q --units mlp,heads "$fixtures/text-transformer.onnx" | laplacian -q |
		spectral -q -k 3 >both.brc
	run -3 --separate-stderr lesion -n 3 --model "$fixtures/text-transformer.onnx" --data text.brc \
		-o x.brc <both.brc
	[[ "$stderr" = *"2 sections could be meant: labels/1 heads, labels/1 weights.global"*"hint: choose one with --in NAME" ]]
	run -0 --separate-stderr lesion -n 3 --in heads --model "$fixtures/text-transformer.onnx" \
		--data text.brc -o lesions.brc <both.brc
	[[ "$stderr" = *"12 sub-clusters lesioned, 0 left out, 3 controls of each"* ]]
	# straight from the network, the same
	extract-weights -q --units heads "$fixtures/text-transformer.onnx" |
		lesion -q -n 3 --model "$fixtures/text-transformer.onnx" --data text.brc >straight.brc
	for from in lesions straight; do
		broca export --tensor lesions/correct -o $from.npy <$from.brc
	done
	cmp lesions.npy straight.npy
	coherence -q <straight.brc | report --format tsv | grep -c attention.qkv | grep -qx '[1-9][0-9]*'
}

@test "activations --units: the same columns, alone" {
	read-data -q --sample 2-per-class "$fixtures/fashion-test-2000-images.gz" \
		"$fixtures/fashion-test-2000-labels.gz" -o images.brc
	activations -q --model "$fixtures/fashion-vit.onnx" --at post <images.brc >all.brc
	run -0 --separate-stderr activations --units heads,mlp --model "$fixtures/fashion-vit.onnx" --at post -o some.brc <images.brc
	[ "$stderr" = "activations: 576 units of 6 hidden layers on 20 images" ]
	/usr/bin/python3 -c '
import numpy as np, read_stream
def values(path):
    a = {s.type: s for s in read_stream.read(open(path, "rb"))[0]}["activations"]
    ends = np.cumsum(a.arrays["layer/units"])
    return dict(zip(a.arrays["layer/name"].tolist(), np.split(a.arrays["value"], ends[:-1], 1))), a.meta
(every, _), (some, meta) = values("all.brc"), values("some.brc")
assert meta["units"] == "mlp,heads" and len(some) == 6
assert all(np.array_equal(every[k], v) for k, v in some.items())'
	corr -q <some.brc | laplacian -q | spectral -q -k 4 -o labels.brc
	run -2 --separate-stderr activations --units all --model "$fixtures/fashion-vit.onnx" -o x.brc <images.brc
	[[ "$stderr" = *"the input has no activations"*"hint: --units hidden"* ]]
}

@test "what a network does not have is refused with what it has" {
	run -3 --separate-stderr extract-weights --units mlp "$fixtures/fashion-resnet.onnx" -o x.brc
	[[ "$stderr" = *"the network has no MLP: none of its hidden layers (15 Conv) feeds"*"hint: --units hidden"* ]]
	run -3 --separate-stderr extract-weights --units mlp,heads "$fixtures/fashion-mlp.onnx" -o x.brc
	[[ "$stderr" = *"no attention heads: none of its hidden layers (4 Gemm) is read as the values"* ]]
	run -3 --separate-stderr extract-weights --units heads "$fixtures/small/attention.onnx" -o x.brc
	[[ "$stderr" = *"no two of the units chosen are joined"*"hint: "*"hidden,heads"* ]]
	run -0 extract-weights -q --units hidden,heads "$fixtures/small/attention.onnx" -o one.brc
	run -3 --separate-stderr extract-weights --units mlp "$ROOT/tests/golden/weights/chain.npz" -o x.brc
	[[ "$stderr" = *"weights alone do not tell which layers"*"ONNX"* ]]
	run -2 --separate-stderr extract-weights --units heads, "$fixtures/fashion-vit.onnx" -o x.brc
	[[ "$stderr" = *"--units: '' is no kind of units"*"mlp,heads"* ]]
	[ ! -e x.brc ]
}

@test "peek: the table of layers of a transformer" {
	extract-weights -q "$fixtures/fashion-vit.onnx" | peek >table
	grep -q '^      layer  *role  *kind  *units  fed by  *feeds$' table
	grep -q '^   1  patches  *hidden  Conv  *64  0  *2-4, 6, 8-10 +5$' table
	grep -q '^   2  blocks.block1.attention.query  hidden  MatMul  *64  1  *nothing$' table
	grep -q '^  10  blocks.block2.attention.value  heads  *MatMul  *64  1, 5, 7  *11$' table
	grep -q '^  12  blocks.block2.mlp.fc1  *mlp  *MatMul  *128  1, 5, 7, 11  *13$' table
	grep -q '^  20  fc  *output  Gemm  *10  5, 7, 11, 13 +2  *-$' table
	extract-weights -q "$fixtures/fashion-vit.onnx" | peek --json >all.json
	extract-weights -q "$fixtures/fashion-vit.onnx" | broca export --units >units.tsv
	/usr/bin/python3 -c '
import csv, json
layers = json.load(open("all.json"))[0]["sections"][0]["layers"]
names = [l["name"] for l in layers]
for l, row in zip(layers, csv.DictReader(open("units.tsv"), delimiter="\t"), strict=True):
    assert [l["name"], l["role"], l["kind"], str(l["units"])] == [row[k] for k in ("layer", "role", "kind", "units")]
    for k in "feeds", "fed_by":
        assert ",".join(names[i] for i in l[k]) == row[k]
assert layers[4]["part"] == "heads" and layers[6]["part"] == "mlp" and layers[1]["part"] == ""'
}

@test "peek: long names and lists are cut, a hundred layers stay aligned" {
	units 100 '[(0, i) for i in range(1, 99, 2)] + [(i, 99) for i in range(1, 99)]' node:softmax | peek >table
	grep -q '^   0  transform\.\.\.ayers\.block\.number\.0  ' table
	grep -q '  1, 3, 5, 7, 9 +44$' table
	grep -q '^  99  .*  1-98  *-$' table
	grep -q 'untraced: node:softmax' table
	# columns begin at the same places
	[ "$(grep -E '^ +[0-9]+  transform' table | awk '{ print index($0, "Gemm") }' | sort -u | grep -cvx 0)" = 1 ]
	[ "$(grep -E '^ +[0-9]+  transform' table | awk 'length > 110' | wc -l)" = 0 ]
}

@test "peek: a table that is malformed is said to be" {
	for edges in '[(0, 3)]' '[(-1, 1)]' '[(2**31 - 1, 0)]' '[(1, 0)]'; do
		units 3 "$edges" | peek >table
		grep -q '^  malformed: units/1 units: edge 0 leads from layer .* to layer .* of 3, which are in topological order$' table
		grep -q '^history' table || grep -q 'edge/to' table
		units 3 "$edges" | peek --json | /usr/bin/python3 -c '
import json, sys
s = json.load(sys.stdin)[0]["sections"][0]
assert "of 3, which" in s["malformed"]["problem"] and "layers" not in s'
	done
	units 3 '[(0, 1)] * 9 + [(1, 2)]' | peek | grep -q '^  2  '
}
