#!/usr/bin/env bats
# Kinds of units: hidden layers of MLPs, heads of attention; the table of layers.
# shellcheck disable=SC2154 # bats sets stderr

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	fixtures=$ROOT/fixtures
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
