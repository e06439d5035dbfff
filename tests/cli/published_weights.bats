#!/usr/bin/env bats
# extract-weights --compat paper: the graphs of networks with convolutions as the published code makes
# them: convolutions alone, the largest sum of a column, BatchNormalizations left out.

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	export PYTHONPATH="$ROOT/docs" PYTHONDONTWRITEBYTECODE=1
}

# published NETWORK CONVOLUTIONS: paper.brc holds, between layers 1 to CONVOLUTIONS of the network, the
# golden blocks colsum.I.J, each where one is, and default.brc others for every pair
published() {
	/usr/bin/python3 - "$ROOT/tests/golden/net/edges/$1.npz" "$2" <<'PYTHON'
import sys
import numpy as np
import read_stream
golden, n = np.load(sys.argv[1]), int(sys.argv[2])
def read(path):
    sections = read_stream.read(open(path, "rb"))[0]
    units, w = (next(s for s in sections if s.type == t) for t in ("units", "weights"))
    number = {name: i for i, name in enumerate(units.arrays["layer/name"].tolist())}
    layer = [number[name] for name in w.arrays["layer/name"].tolist()]
    return w, {(layer[r["from"]], layer[r["to"]]): w.arrays[f"block/{r['block']}"] for r in w.records}
(paper, blocks), (plain, others) = read("paper.brc"), read("default.brc")
assert paper.meta["compat"] == "paper" and paper.meta["norm"] == "colsum" and plain.meta["norm"] == "l1"
pairs = {(i, j) for i in range(1, n + 1) for j in range(1, n + 1) if f"l1.{i}.{j}" in golden.files}
assert len(pairs) >= n - 1 and pairs <= blocks.keys() and pairs <= others.keys()
for i, j in pairs:
    want = golden[f"colsum.{i}.{j}" if f"colsum.{i}.{j}" in golden.files else f"l1.{i}.{j}"]
    assert np.allclose(blocks[i, j], want, 2e-6, 0), (i, j)
    assert np.allclose(others[i, j], golden[f"l1.{i}.{j}"], 2e-6, 0), (i, j)
assert any(f"colsum.{i}.{j}" in golden.files and not np.allclose(blocks[i, j], others[i, j], 0.1, 0)
           for i, j in pairs)
PYTHON
}

@test "edges of a residual and of an Inception network are largest sums of columns" {
	while read -r network convolutions; do
		extract-weights -q --compat paper "$ROOT/fixtures/fashion-$network.onnx" >paper.brc
		extract-weights -q "$ROOT/fixtures/fashion-$network.onnx" >default.brc
		published "fashion-$network" "$convolutions"
	done <<-END
		resnet 15
		inception 22
	END
}

# graph_is FILE GOLDEN LAYER...: the stream holds the graph of these layers, numbered as in the
# network, with the golden blocks paper.I.J of each pair that has one, and of no other
graph_is() {
	/usr/bin/python3 - "$@" <<'PYTHON'
import sys
import numpy as np
import read_stream
w = next(s for s in read_stream.read(open(sys.argv[1], "rb"))[0] if s.type == "weights")
golden, layers = np.load(sys.argv[2]), [int(i) for i in sys.argv[3:]]
assert w.meta["compat"] == "paper" and w.meta["norm"] == "colsum"
assert len(w.arrays["layer/name"]) == len(layers), w.arrays["layer/name"]
pairs = {(i, j): f"paper.{a}.{b}" for i, a in enumerate(layers) for j, b in enumerate(layers)
         if f"paper.{a}.{b}" in golden.files}
assert {(r["from"], r["to"]) for r in w.records} == set(pairs)
for r in w.records:
    block, want = w.arrays[f"block/{r['block']}"], golden[pairs[r["from"], r["to"]]]
    assert block.shape == want.shape and np.allclose(block, want, 2e-6, 0), (r, block, want)
PYTHON
}

# differs A B LAYERS: LAYERS layers stand in both graphs, and the blocks between these differ
differs() {
	/usr/bin/python3 - "$@" <<'PYTHON'
import sys
import numpy as np
import read_stream
def blocks(path):
    w = next(s for s in read_stream.read(open(path, "rb"))[0] if s.type == "weights")
    names = [n.decode() for n in w.arrays["layer/name"].tolist()]
    return names, {(names[r["from"]], names[r["to"]]): w.arrays[f"block/{r['block']}"] for r in w.records}
(a, x), (b, y) = blocks(sys.argv[1]), blocks(sys.argv[2])
assert len(set(a) & set(b)) == int(sys.argv[3]), (a, b)
both = x.keys() & y.keys()
assert both and all(not np.allclose(x[k], y[k], 0.01, 0) for k in both)
PYTHON
}

@test "a VGG: its convolutions alone, and other numbers than by default" {
	extract-weights -q --compat paper "$ROOT/fixtures/fashion-vgg.onnx" >paper.brc
	extract-weights -q "$ROOT/fixtures/fashion-vgg.onnx" >default.brc
	graph_is paper.brc "$ROOT/tests/golden/net/edges/fashion-vgg.npz" 1 2 3 4 5 6
	differs paper.brc default.brc 6
	extract-weights -q --compat paper --units all "$ROOT/fixtures/fashion-vgg.onnx" >all.brc
	graph_is all.brc "$ROOT/tests/golden/net/edges/fashion-vgg.npz" 0 1 2 3 4 5 6 7 8
	extract-weights -q --kernel-norm colsum "$ROOT/fixtures/fashion-vgg.onnx" >folded.brc
	differs paper.brc folded.brc 6
}

@test "a dense network of convolutions: normalisations on the way are left out, too" {
	extract-weights -q --compat paper "$ROOT/fixtures/small/densenet.onnx" >paper.brc
	graph_is paper.brc "$ROOT/tests/golden/net/edges/densenet.npz" 1 2 3 4
	extract-weights -q "$ROOT/fixtures/small/densenet.onnx" >default.brc
	differs paper.brc default.brc 4
}

@test "a network without convolutions has all its units, inputs and outputs too" {
	extract-weights --compat paper "$ROOT/fixtures/fashion-mlp.onnx" 2>notes >paper.brc
	grep -q ': 1818 units in 6 layers, 5 blocks' notes
}
