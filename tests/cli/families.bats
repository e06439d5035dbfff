#!/usr/bin/env bats
# Networks of every family, from the file to groups of units.
# shellcheck disable=SC2154 # bats sets stderr

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	fixtures=$ROOT/fixtures
}

# labels_of FILE: layer, unit and cluster of every unit
labels_of() {
	broca export --labels <"$1"
}

@test "the trained networks: their units, and lesions of them" {
	read-data -q --sample 2-per-class "$fixtures/fashion-test-2000-images.gz" \
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
	grep -q ' 256 tokens' notes
	check -q lesions.brc
	activations -q --model "$fixtures/text-transformer.onnx" <text.brc >values.brc
	peek values.brc | grep -q '4 sample x 1728 unit'
	run -3 --separate-stderr activations --model "$fixtures/fashion-vit.onnx" -o x.brc <text.brc
	[[ "$stderr" = *"the data set holds sequences of 64 tokens, but the network takes floats of 1 x 28 x 28"* ]]
}

@test "families.mk: a family's report, in a folder whose name has a space" {
	make -s -f "$ROOT/pipelines/families.mk" PATH="$PATH" OUT="my reports" CONTROLS=3 IMAGES=2 resnet 2>notes
	grep -q 'weights.local' "my reports/resnet.html"
	grep -q 'activations.global' "my reports/resnet.html"
	grep -q '</html>' "my reports/resnet.html"
	make -s -f "$ROOT/pipelines/families.mk" OUT="my reports" clean
	[ ! -e "my reports" ]
	make -s -f "$ROOT/pipelines/families.mk" help | grep -q 'families.mk vgg text'
}
