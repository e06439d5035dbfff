#!/usr/bin/env bats
# Networks of two independent halves, one of each family: k = 2 finds the halves.

bats_require_minimum_version 1.5.0

# halves NETWORK ISOLATED: clusters of hidden units are the planted halves, ISOLATED units aside
halves() {
	extract-weights -q "$ROOT/fixtures/planted/$1.onnx" | laplacian | spectral -q -k 2 |
		"$BIN/export" --labels >"$BATS_TEST_TMPDIR/labels.tsv"
	/usr/bin/python3 - "$ROOT/fixtures/planted/halves.tsv" "$@" "$BATS_TEST_TMPDIR/labels.tsv" <<'PYTHON'
import csv, sys
planted, network, isolated, labels = sys.argv[1:]
rows = [line.rstrip("\n").split("\t") for line in open(planted)]
half = {weight.removesuffix(".weight"): h for name, _, weight, h in rows if name == network}
table = list(csv.DictReader(open(labels), delimiter="\t"))
met = {(half[r["layer"]][int(r["unit"])], r["cluster"]) for r in table if r["cluster"] != "-1"}
assert len(met) == 2 and len({h for h, _ in met}) == 2 and len({c for _, c in met}) == 2, met
assert sum(r["cluster"] == "-1" for r in table) == int(isolated)
sizes = {name: sum(r["layer"] == name for r in table) for name in half}
assert all(n in (0, len(half[name])) for name, n in sizes.items()), sizes
left_out = [name for name, n in sizes.items() if n == 0]
assert all(name.startswith(("fc", "classifier.fc2")) or "depthwise" in name for name in left_out)
PYTHON
}

@test "a VGG of two halves is split into them" {
	halves vgg 0
}

@test "a residual network of two halves is split into them" {
	halves resnet 0
}

@test "an Inception network of two halves is split into them" {
	halves inception 0
}

@test "a MobileNet of two halves is split into them" {
	halves mobilenet 0
}

@test "a vision transformer of two halves is split into them" {
	halves vit 0
}

@test "a text transformer of two halves is split into them, lone queries and keys aside" {
	halves text 32
}
