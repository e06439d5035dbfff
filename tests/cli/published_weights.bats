#!/usr/bin/env bats
# extract-weights --compat paper: the graphs of networks with convolutions as the published code makes
# them: convolutions alone, the largest sum of a column, BatchNormalizations left out.

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	export PYTHONPATH="$ROOT/docs" PYTHONDONTWRITEBYTECODE=1
}

# published FILE GOLDEN LAYER...: the stream holds the graph of these layers, numbered as in the
# network, with the golden blocks paper.I.J of each pair that has one, and of no other
published() {
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
	published paper.brc "$ROOT/tests/golden/net/edges/fashion-vgg.npz" 1 2 3 4 5 6
	differs paper.brc default.brc 6
	extract-weights -q --compat paper --units all "$ROOT/fixtures/fashion-vgg.onnx" >all.brc
	published all.brc "$ROOT/tests/golden/net/edges/fashion-vgg.npz" 0 1 2 3 4 5 6 7 8
	extract-weights -q --kernel-norm colsum "$ROOT/fixtures/fashion-vgg.onnx" >folded.brc
	differs paper.brc folded.brc 6
}

@test "a dense network of convolutions: normalisations on the way are left out, too" {
	extract-weights -q --compat paper "$ROOT/fixtures/small/densenet.onnx" >paper.brc
	published paper.brc "$ROOT/tests/golden/net/edges/densenet.npz" 1 2 3 4
	extract-weights -q "$ROOT/fixtures/small/densenet.onnx" >default.brc
	differs paper.brc default.brc 4
}

@test "a network without convolutions has all its units, inputs and outputs too" {
	extract-weights --compat paper "$ROOT/fixtures/fashion-mlp.onnx" 2>notes >paper.brc
	grep -q ': 1818 units in 6 layers, 5 blocks' notes
}
