#!/usr/bin/env bats
# Networks of every family, from the file to groups of units.
# shellcheck disable=SC2154 # bats sets stderr

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	fixtures=$ROOT/fixtures
}

# truth NAME: layer, unit and half of the units of a planted network, as `import --labels` reads
# them; layers are called by their weights
truth() {
	awk -F'\t' -v name="$1" '
		BEGIN { print "layer\tunit\tcluster" }
		$1 == name {
			layer = $3
			sub(/\.weight$/, "", layer)
			for (i = 1; i <= length($4); i++)
				printf "%s\t%d\t%d\n", layer, i - 1, substr($4, i, 1) == "B"
		}' "$fixtures/planted/halves.tsv"
}

# clusters FILE: the same of a labelling, without units in no cluster
labels_of() {
	BASH_ENV='' command broca export --labels <"$1"
}

@test "two independent halves of every family are found by the graph of weights" {
	for name in vgg resnet inception mobilenet vit text; do
		extract-weights -q "$fixtures/planted/$name.onnx" | laplacian -q | spectral -q -k 2 >found.brc
		labels_of found.brc >found.tsv
		truth "$name" >truth.tsv
		/usr/bin/python3 - "$name" <<'PYTHON'
import csv
import sys
def read(path):
    return {(r["layer"], int(r["unit"])): int(r["cluster"]) for r in csv.DictReader(open(path), delimiter="\t")}
found, truth = read("found.tsv"), read("truth.tsv")
pairs = [(found[u], truth[u]) for u in found if found[u] >= 0]
assert all(u in truth for u in found if found[u] >= 0), "a unit whose half is unknown"
left_out = sum(c < 0 for c in found.values())
# queries and keys of the text model's first block: nothing feeds them, and they feed nothing
assert left_out == (32 if sys.argv[1] == "text" else 0), left_out
# adjusted Rand index 1 is one half a cluster, exactly
assert sorted(set(pairs)) in ([(0, 0), (1, 1)], [(0, 1), (1, 0)]), (sys.argv[1], set(pairs))
PYTHON
	done
}

@test "local graphs of a planted network have two components, too" {
	extract-weights -q "$fixtures/planted/resnet.onnx" | laplacian -q --local |
		spectral -q -k 2 >local.brc
	peek --json local.brc | grep -q '"labels"'
	labels_of local.brc | awk 'NR > 1 && $3 < 0 { bad = 1 } END { exit bad }'
}

@test "the trained networks: their units, and lesions of them" {
	read-data -q --per-class 2 "$fixtures/fashion-test-2000-images.gz" \
		"$fixtures/fashion-test-2000-labels.gz" -o images.brc
	while read -r name units; do
		extract-weights -q "$fixtures/fashion-$name.onnx" | laplacian -q --local | spectral -q -k 2 |
			lesion -q -n 1 --model "$fixtures/fashion-$name.onnx" --data images.brc |
			coherence -q >"$name.brc"
		labels_of "$name.brc" | awk -v n="$units" 'END { exit NR - 1 != n }'
		report --format tsv <"$name.brc" | grep -q accuracy
	done <<-END
		vgg 288
		resnet 560
		inception 376
		mobilenet 697
		vit 1408
	END
}

@test "a text model: tokens in, an answer at every place" {
	read-data -q --tokens --first 4 --images tokens --labels targets "$fixtures/text-test.npz" -o text.brc
	extract-weights -q "$fixtures/text-transformer.onnx" | laplacian -q | spectral -q -k 3 |
		lesion -n 1 --model "$fixtures/text-transformer.onnx" --data text.brc 2>notes >lesions.brc
	grep -q ' 256 images' notes
	check -q lesions.brc
	activations -q --model "$fixtures/text-transformer.onnx" <text.brc >values.brc
	peek values.brc | grep -q '4 sample x 1728 unit'
	run -3 --separate-stderr activations --model "$fixtures/fashion-vit.onnx" -o x.brc <text.brc
	[[ "$stderr" = *"the data set holds sequences of tokens, but the network takes floats"* ]]
}

@test "families.mk: a family's report" {
	make -s -f "$ROOT/pipelines/families.mk" OUT=out CONTROLS=3 IMAGES=1 resnet 2>notes
	grep -q 'weights.local' out/resnet.html
	grep -q 'activations.global' out/resnet.html
	grep -q '</html>' out/resnet.html
	make -s -f "$ROOT/pipelines/families.mk" help | grep -q 'families.mk vgg text'
}
