#!/usr/bin/env bats
# extract-weights of files that hold weights alone.
# shellcheck disable=SC2154 # bats sets stderr

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	export PYTHONPATH="$ROOT/docs" PYTHONDONTWRITEBYTECODE=1
	golden=$ROOT/tests/golden/weights
}

# Of net.brc, the weights of a network with --units all: as mlp.safetensors and as
# shards/ [out, in], as mlp.npz [in, out]; signs are drawn, the bytes lie in another order.
write_weights() {
	/usr/bin/python3 - <<'PYTHON'
import json
import os
import struct
import numpy as np
import read_stream
sections, _ = read_stream.read(open("net.brc", "rb"))
w = {s.type: s for s in sections}["weights"].arrays
names = [n.decode() for n in w["layer/name"].tolist()]
rng = np.random.default_rng(1)
arrays = {n: w[f"block/{i}"] * rng.choice([-1, 1], w[f"block/{i}"].shape).astype("<f4")
          for i, n in enumerate(names[1:])}
np.savez("mlp.npz", **{f"{n}.kernel": a for n, a in reversed(arrays.items())})

def safetensors(path, names):
    head, data = {}, b""
    for n in names:
        a = np.ascontiguousarray(arrays[n].T)
        head[n + ".weight"] = {"dtype": "F32", "shape": a.shape, "data_offsets": [len(data), len(data) + a.nbytes]}
        data += a.tobytes()
    text = json.dumps(head).encode()
    open(path, "wb").write(struct.pack("<Q", len(text)) + text + data)

safetensors("mlp.safetensors", names[:0:-1])
os.mkdir("shards")
safetensors("shards/one.safetensors", names[1:3])
safetensors("shards/two.safetensors", names[3:])
where = {n + ".weight": "one.safetensors" if i < 2 else "two.safetensors" for i, n in enumerate(names[1:])}
json.dump({"weight_map": where}, open("shards/model.safetensors.index.json", "w"))
PYTHON
}

# same A B: the streams hold the same layers, edges and blocks, of another model
same() {
	/usr/bin/python3 - "$@" <<'PYTHON'
import sys
import numpy as np
import read_stream
a, b = ([s for s in read_stream.read(open(p, "rb"))[0]] for p in sys.argv[1:3])
assert [s.type for s in a] == [s.type for s in b] == ["units", "weights"]
for x, y in zip(a, b):
    x.arrays.pop("layer/part", None)  # weights alone do not tell
    assert x.arrays.keys() == y.arrays.keys(), (x.arrays.keys(), y.arrays.keys())
    assert x.records == y.records
    for k in x.arrays:
        if k == "layer/name":  # a network's input has a name of its own
            assert [b"input" if n == b"image" else n for n in x.arrays[k].tolist()] == y.arrays[k].tolist()
        else:
            assert x.arrays[k].dtype == y.arrays[k].dtype and np.array_equal(x.arrays[k], y.arrays[k]), k
    assert x.meta.pop("model") != y.meta.pop("model") and x.meta == y.meta
PYTHON
}

@test "extract-weights: weights alone make the graph that the network makes" {
	local onnx=$ROOT/fixtures/fashion-mlp.onnx
	extract-weights -q --units all "$onnx" >net.brc
	extract-weights -q "$onnx" >hidden.brc
	write_weights
	run -0 --separate-stderr extract-weights mlp.safetensors -o a.brc
	[ "$stderr" = "extract-weights: 1024 units in 4 layers, 3 blocks of weights" ]
	check -q a.brc
	same hidden.brc a.brc
	for more in "mlp.safetensors" "shards/model.safetensors.index.json" "--transposed mlp.npz" \
		"--chain hidden1.weight,hidden2.weight,hidden3.weight,hidden4.weight,output.weight --model mlp.safetensors"; do
		# shellcheck disable=SC2086
		extract-weights -q --units all $more -o b.brc
		same net.brc b.brc
	done
	extract-weights -q --compat paper "$onnx" >paper.brc
	extract-weights -q --compat paper mlp.safetensors >b.brc
	same paper.brc b.brc
	laplacian -q <a.brc | spectral -q -k 8 | broca export --labels >a.tsv
	laplacian -q <hidden.brc | spectral -q -k 8 | broca export --labels >hidden.tsv
	cmp a.tsv hidden.tsv
}

@test "extract-weights --chain: takes a part, in the order given" {
	run -0 --separate-stderr extract-weights -v --units all --chain conv1.weight,conv2.weight \
		--kernel-norm spectral "$golden/chain.npz" -o c.brc
	[[ "$stderr" = *"11 units in 3 layers, 2 blocks of weights"*"'input': 2 units"*"'conv1': 4 units"*"'conv2': 5 units" ]]
	check -q c.brc
	peek c.brc | grep -q '"chain": "conv1.weight,conv2.weight"'
}

@test "extract-weights: what is no chain is refused, naming file and array" {
	run -3 --separate-stderr extract-weights --chain conv1.weight,nothing "$golden/chain.safetensors" -o x.brc
	[[ "$stderr" = *"chain.safetensors: no array is called 'nothing'"*"hint: there are: conv1.bias, conv1.weight, "* ]]
	run -3 --separate-stderr extract-weights "$golden/dense.npz" -o x.brc
	[[ "$stderr" = *"dense.npz: 'layer1' (7 x 5) has 7 outputs, which do not fit the 6 inputs of 'layer2' (5 x 6)"*"--transposed"* ]]
	run -3 --separate-stderr extract-weights --compat paper --units all "$golden/chain.safetensors" -o x.brc
	[[ "$stderr" = *"chain.safetensors: 'fc1.weight' has 7 weights for each channel"*"hint: take --kernel-norm l1 or l2"* ]]
	run -3 --separate-stderr extract-weights --chain conv1.weight "$golden/chain.npz" -o x.brc
	[[ "$stderr" = *"the network has no hidden layer"*"hint: --units all"* ]]
	run -3 --separate-stderr extract-weights "$ROOT/tests/golden/data/image.npy" -o x.brc
	[[ "$stderr" = *"image.npy: no array has two or four extents"* ]]
	[ ! -e x.brc ]
}

@test "extract-weights: damaged files of weights are refused, naming the file" {
	head -c 1000 "$golden/chain.safetensors" >cut.safetensors
	run -3 --separate-stderr extract-weights cut.safetensors -o x.brc
	[[ "$stderr" = *"cut.safetensors: array '"*"': its offsets lie beyond the file"* ]]
	printf '\377\377\377\377\377\377\377\377{}' >huge.safetensors
	run -3 --separate-stderr extract-weights huge.safetensors -o x.brc
	[[ "$stderr" = *"huge.safetensors: a header of 18446744073709551615 bytes"* ]]
	: >empty.safetensors
	run -3 --separate-stderr extract-weights empty.safetensors -o x.brc
	[[ "$stderr" = *"empty.safetensors: no safetensors file: 0 bytes"* ]]
	cp "$golden/sharded/model.safetensors.index.json" .
	run -3 --separate-stderr extract-weights model.safetensors.index.json -o x.brc
	[[ "$stderr" = *"model-00001-of-00002.safetensors: cannot open"* ]]
	run -6 extract-weights --mem 100 --units all "$golden/chain.npz" -o x.brc
	[ ! -e x.brc ]
}

@test "extract-weights: options of networks and of files of weights do not mix" {
	run -2 --separate-stderr extract-weights --chain a,b "$ROOT/fixtures/fashion-mlp.onnx" -o x.brc
	[[ "$stderr" = *"--chain applies only to a file of weights"* ]]
	run -2 --separate-stderr extract-weights --transposed "$ROOT/fixtures/fashion-mlp.onnx" -o x.brc
	[[ "$stderr" = *"--transposed applies only to a file of weights"* ]]
	run -2 --separate-stderr extract-weights --skip-untraced "$golden/chain.npz" -o x.brc
	[[ "$stderr" = *"--skip-untraced applies only to networks"* ]]
	run -2 --separate-stderr extract-weights --balance "$golden/chain.npz" -o x.brc
	[[ "$stderr" = *"--balance applies only to networks, and "*"chain.npz is a file of weights"* ]]
	run -2 --separate-stderr extract-weights --balance --compat paper "$ROOT/fixtures/fashion-mlp.onnx" -o x.brc
	[[ "$stderr" = *"--balance contradicts --compat paper"* ]]
	[ ! -e x.brc ]
}

@test "extract-weights --balance says how many units it has scaled, and weights keep the number" {
	run -0 --separate-stderr extract-weights --balance "$ROOT/fixtures/small/branches.onnx" -o b.brc
	[[ "$stderr" = *"12 of 15 hidden units balanced; the others stay as they are"* ]]
	broca peek b.brc | grep -q '"balanced": 12, "imbalance": '
	run -0 --separate-stderr extract-weights "$ROOT/fixtures/small/branches.onnx" -o plain.brc
	run ! grep -q balance < <(broca peek plain.brc)
	run -6 extract-weights --balance --mem 100 "$ROOT/fixtures/fashion-mlp.onnx" -o x.brc
	[ ! -e x.brc ]
}
