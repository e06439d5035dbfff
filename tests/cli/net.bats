#!/usr/bin/env bats
# extract-weights and activations: from networks to streams.
# shellcheck disable=SC2154 # bats sets stderr

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	export PYTHONPATH="$ROOT/tests/cli:$ROOT/docs" PYTHONDONTWRITEBYTECODE=1
	fixtures=$ROOT/fixtures
}

# show EXPRESSION FILE: of s, the sections by type, and h, the history; golden(NAME) is torch's
show() {
	/usr/bin/python3 - "$@" <<'PYTHON'
import os
import sys
import numpy as np
import read_stream
sections, h = read_stream.read(open(sys.argv[2], "rb"))
s = {x.type: x for x in sections}
def golden(name):
    return np.load(f"{os.environ['ROOT']}/tests/golden/net/{name}.npz")
def text(section, key):
    return [v.decode() for v in s[section].arrays[key].tolist()]
print(eval(sys.argv[1]))
PYTHON
}

# rows SHAPE [COUNT]: a dataset of random float images of this shape, three classes
rows() {
	/usr/bin/python3 - "$1" "${2:-40}" <<'PYTHON'
import sys
import numpy as np
import write_stream
rng = np.random.default_rng(1)
shape, n = eval(sys.argv[1]), int(sys.argv[2])
arrays = {"image": rng.normal(0, 1, (n, *shape)).astype("<f4"),
          "label": (np.arange(n) % 3).astype("<i4")}
meta = {"classes": 3, "scale": 1.0, "source": "npy"}
write_stream.write(sys.stdout.buffer, [("dataset", "dataset", meta, [], arrays)])
PYTHON
}

fashion() {
	read-data -q "$fixtures"/fashion-test-2000-{images,labels}.gz
}

@test "extract-weights: hidden units of a trained network" {
	run -0 --separate-stderr extract-weights -o w.brc "$fixtures/fashion-mlp.onnx"
	[[ "$stderr" = "extract-weights: 1024 units in 4 layers, 3 blocks of weights" ]]
	check -q w.brc
	run -0 show 'text("weights", "layer/name"), s["weights"].arrays["layer/units"].tolist()' w.brc
	[ "$output" = "(['hidden1', 'hidden2', 'hidden3', 'hidden4'], [256, 256, 256, 256])" ]
	run -0 show 's["weights"].meta["units"], s["weights"].meta["compat"], s["weights"].meta["model"] == s["units"].meta["model"]' w.brc
	[ "$output" = "('hidden', 'none', True)" ]
	run -0 show '[(r["from"], r["to"]) for r in s["weights"].records]' w.brc
	[ "$output" = "[(0, 1), (1, 2), (2, 3)]" ]
}

@test "extract-weights: units name all layers, their roles, and who feeds whom" {
	extract-weights -q "$fixtures/fashion-mlp.onnx" >w.brc
	run -0 show 'text("units", "layer/role"), text("units", "layer/kind")[:2]' w.brc
	[ "$output" = "(['input', 'hidden', 'hidden', 'hidden', 'hidden', 'output'], ['input', 'Gemm'])" ]
	run -0 show 's["units"].arrays["edge/from"].tolist(), s["units"].arrays["edge/to"].tolist()' w.brc
	[ "$output" = "([0, 1, 2, 3, 4], [1, 2, 3, 4, 5])" ]
}

@test "extract-weights --compat paper: 1818 units, inputs first, outputs last" {
	extract-weights -q "$fixtures/fashion-mlp.onnx" >hidden.brc
	extract-weights -q --compat paper "$fixtures/fashion-mlp.onnx" >paper.brc
	extract-weights -q --units all "$fixtures/fashion-mlp.onnx" >all.brc
	run -0 show 's["weights"].arrays["layer/units"].tolist(), s["weights"].meta["units"]' paper.brc
	[ "$output" = "([784, 256, 256, 256, 256, 10], 'published')" ]
	run -0 show 'int(s["weights"].arrays["layer/units"].sum()), len(s["weights"].records)' hidden.brc
	[ "$output" = "(1024, 3)" ]
	run -0 show 'int(s["weights"].arrays["layer/units"].sum()), len(s["weights"].records)' paper.brc
	[ "$output" = "(1818, 5)" ]
	run -0 show 's["weights"].arrays["block/1"].sum()' paper.brc
	paper=$output
	run -0 show 's["weights"].arrays["block/0"].sum()' hidden.brc
	[ "$output" = "$paper" ]
	run -0 show 's["weights"].meta["compat"]' all.brc
	[ "$output" = none ]
	run -0 extract-weights -q --compat paper --units hidden "$fixtures/fashion-mlp.onnx" -o x.brc
	run -0 show 's["weights"].meta["units"]' x.brc
	[ "$output" = hidden ]
}

@test "extract-weights: edges are torch's derivatives, through branches and sums" {
	for name in branches residual slice twice; do
		extract-weights -q --units all "$fixtures/small/$name.onnx" >w.brc
		run -0 show 'max(abs(s["weights"].arrays["block/%d" % r["block"]] - golden("'$name'")["edge.%d.%d" % (r["from"], r["to"])]).max() for r in s["weights"].records) < 1e-6' w.brc
		[ "$output" = True ]
		run -0 show 'len(s["weights"].records) == len([k for k in golden("'$name'") if k.startswith("edge.")])' w.brc
		[ "$output" = True ]
	done
}

@test "extract-weights: model as option, on standard input, gzipped: one digest of content" {
	extract-weights -q "$fixtures/small/relu.onnx" >a.brc
	extract-weights -q --model "$fixtures/small/relu.onnx" >b.brc
	extract-weights -q - <"$fixtures/small/relu.onnx" >c.brc
	gzip <"$fixtures/small/relu.onnx" >relu.gz
	extract-weights -q relu.gz >d.brc
	cmp a.brc b.brc
	cmp a.brc c.brc
	cmp a.brc d.brc
	run -2 extract-weights -q --model x "$fixtures/small/relu.onnx" -o x.brc
	run -2 extract-weights -q -o x.brc
	[ ! -e x.brc ]
}

@test "extract-weights: what is not supported is named" {
	run -3 --separate-stderr extract-weights "$fixtures/small/transposed-input.onnx" -o x.brc
	[[ "${stderr_lines[0]}" = *"node 'h1' (Gemm): its input [N, 6], transposed, does not fit its weights [6, 8]" ]]
	[ ! -e x.brc ]
	run -3 --separate-stderr extract-weights "$fixtures/fashion-test-2000-labels.gz" -o x.brc
	[[ "$stderr" = *"not a valid ONNX model"*"hint: is it an ONNX file"* ]]
	run -3 --separate-stderr extract-weights nowhere.onnx -o x.brc
	[[ "$stderr" = *"nowhere.onnx"* ]]
}

@test "extract-weights: half a model is refused" {
	head -c 100000 "$fixtures/fashion-mlp.onnx" >half.onnx
	run -3 --separate-stderr extract-weights half.onnx -o x.brc
	[[ "$stderr" = *"half.onnx: not a valid ONNX model: byte "* ]]
}

@test "extract-weights: weights that are not finite are refused, naming the layer" {
	/usr/bin/python3 -c '
import sys
b = bytearray(open(sys.argv[1], "rb").read())
i = b.find(b"2.weight", b.find(b"2.weight") + 1)  # the initializer, after the node
i = b.find(bytes([0x4a, 160]), i - 200)           # raw_data of 40 floats
b[i + 3:i + 7] = bytes([0, 0, 0xc0, 0x7f])
open("nan.onnx", "wb").write(b)' "$fixtures/small/relu.onnx"
	run -3 --separate-stderr extract-weights nan.onnx -o x.brc
	[[ "$stderr" = *"layer '2': a weight is not finite"* ]]
}

@test "extract-weights: a graph without edges is refused with the remedy" {
	run -3 --separate-stderr extract-weights "$fixtures/small/image.onnx" -o x.brc
	[[ "$stderr" = *"no two of the units chosen are joined"*"hint: --units all"* ]]
	run -0 extract-weights -q --units all "$fixtures/small/image.onnx" -o x.brc
}

@test "extract-weights: sections get the name asked for" {
	extract-weights -q --name mine "$fixtures/small/relu.onnx" >w.brc
	run -0 show 's["weights"].name, s["units"].name' w.brc
	[ "$output" = "('mine', 'units')" ]
}

@test "activations: hidden units before and after activation" {
	rows '(6,)' >d.brc
	for at in pre post; do
		run -0 --separate-stderr activations -m "$fixtures/small/relu.onnx" --at $at -o $at.brc <d.brc
		[ "$stderr" = "activations: 13 units of 2 hidden layers on 40 images" ]
		check -q $at.brc
	done
	run -0 show 's["activations"].arrays["value"].shape, s["activations"].meta["at"], s["activations"].meta["samples"]' pre.brc
	[ "$output" = "((40, 13), 'pre', 40)" ]
	run -0 show 'sorted(s)' pre.brc
	[ "$output" = "['activations', 'exemplars', 'units']" ]
	run -0 show '[float(s["activations"].arrays["value"].min()) < 0]' pre.brc
	[ "$output" = "[True]" ]
	run -0 show 'float(s["activations"].arrays["value"].min())' post.brc
	[ "$output" = 0.0 ]
	run -0 show 'np.array_equal(np.maximum(s["activations"].arrays["value"], 0), read_stream.read(open("post.brc", "rb"))[0][1].arrays["value"])' pre.brc
	[ "$output" = True ]
}

@test "activations: they are torch's" {
	/usr/bin/python3 - <<'PYTHON' >d.brc
import os
import sys
import numpy as np
import write_stream
x = np.load(os.environ["ROOT"] + "/tests/golden/net/tanh.npz")["input"]
write_stream.write(sys.stdout.buffer, [("dataset", "dataset",
    {"classes": 3, "scale": 1.0, "source": "npy"}, [],
    {"image": x, "label": np.zeros(len(x), "<i4")})])
PYTHON
	activations -q -m "$fixtures/small/tanh.onnx" --at post <d.brc >a.brc
	run -0 show 'abs(s["activations"].arrays["value"] - np.hstack([golden("tanh")["post.1"], golden("tanh")["post.2"]])).max() < 1e-5' a.brc
	[ "$output" = True ]
}

@test "activations: exemplars are the strongest images, class means their means" {
	fashion | activations -q -m "$fixtures/fashion-mlp.onnx" --keep >a.brc
	run -0 show 'sorted(s)' a.brc
	[ "$output" = "['activations', 'dataset', 'exemplars', 'units']" ]
	run -0 show 'np.array_equal(np.argsort(-s["activations"].arrays["value"], axis=0, kind="stable")[:10].T, s["exemplars"].arrays["top/sample"])' a.brc
	[ "$output" = True ]
	run -0 show 'np.array_equal(np.unique(s["exemplars"].arrays["top/sample"]), s["exemplars"].arrays["image/sample"])' a.brc
	[ "$output" = True ]
	run -0 show 'np.array_equal(s["dataset"].arrays["image"][s["exemplars"].arrays["image/sample"]], s["exemplars"].arrays["image/pixel"])' a.brc
	[ "$output" = True ]
	run -0 show 'np.array_equal(s["dataset"].arrays["label"][s["exemplars"].arrays["image/sample"]], s["exemplars"].arrays["image/label"])' a.brc
	[ "$output" = True ]
	run -0 show 'max(abs(s["activations"].arrays["value"][s["dataset"].arrays["label"] == c].mean(0) - s["exemplars"].arrays["class/mean"][:, c]).max() for c in range(10)) < 1e-4' a.brc
	[ "$output" = True ]
}

@test "activations --samples: random, seeded, in order" {
	fashion >d.brc
	for seed in 1 1 2; do
		activations -q -m "$fixtures/fashion-mlp.onnx" --samples 50 --seed $seed <d.brc >a.brc
		run -0 show 's["activations"].arrays["value"].shape, s["activations"].meta["samples"]' a.brc
		[ "$output" = "((50, 1024), 50)" ]
		mv a.brc "$seed.$((++n)).brc"
	done
	cmp 1.1.brc 1.2.brc
	run -1 cmp -s 1.1.brc 2.3.brc
	run -3 --separate-stderr activations -m "$fixtures/fashion-mlp.onnx" --samples 2001 -o x.brc <d.brc
	[[ "$stderr" = *"2001 images are asked for, but there are 2000"* ]]
}

@test "activations: the same bytes for any number of threads" {
	fashion >d.brc
	activations -q -m "$fixtures/fashion-mlp.onnx" --threads 1 <d.brc >a.brc
	activations -q -m "$fixtures/fashion-mlp.onnx" --threads 2 <d.brc >b.brc
	cmp a.brc b.brc
}

@test "activations: what does not fit is refused" {
	rows '(7,)' >seven.brc
	run -3 --separate-stderr activations -m "$fixtures/small/relu.onnx" -o x.brc <seven.brc
	[[ "$stderr" = *"images of 7 do not fit the network's input of 6"* ]]
	rows '(3, 3, 2)' >last.brc
	run -3 --separate-stderr activations -m "$fixtures/small/image.onnx" -o x.brc <last.brc
	[[ "$stderr" = *"images of 3 x 3 x 2 do not fit the network's input of 2 x 3 x 3"*"hint: "*"read-data --nchw"* ]]
	/usr/bin/python3 -c "
import numpy as np
np.save('tokens.npy', np.arange(12).reshape(2, 6))
np.save('labels.npy', [0, 1])"
	read-data --tokens tokens.npy labels.npy >tokens.brc
	run -3 --separate-stderr activations -m "$fixtures/small/relu.onnx" -o x.brc <tokens.brc
	[[ "$stderr" = *"the data set holds sequences of "*" tokens, but the network takes floats of "* ]]
	run -2 activations -o x.brc <seven.brc
	run -2 activations -m - -o x.brc <seven.brc
	run -4 activations -m "$fixtures/small/relu.onnx" -o x.brc < <(head -c 300 seven.brc)
	[ ! -e x.brc ]
}

@test "activations: memory is asked for before it is taken" {
	fashion >d.brc
	run -6 --separate-stderr activations -m "$fixtures/fashion-mlp.onnx" --mem 1M -o x.brc <d.brc
	[ ! -e x.brc ]
}
