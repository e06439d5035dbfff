#!/usr/bin/env bats
# extract-weights --compat paper on networks with convolutions: the published numbers, which differ
# from those by default.

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
