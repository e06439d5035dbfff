#!/usr/bin/env bats
# Recurrent and quantised networks, from their weights to the report: the halves of those that
# have halves, edges within a layer in every filter that reads a graph, lesions.
# shellcheck disable=SC2154 # bats sets stderr

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	recurrent=$ROOT/fixtures/recurrent
	quantised=$ROOT/fixtures/quantised
}

# halved LABELS: each half of every layer has a label of its own, the same in all layers
halved() {
	awk -F'\t' 'NR > 1 { n[$1]++; unit[NR] = $2; layer[NR] = $1; label[NR] = $3 }
		END {
			for (i = 2; i <= NR; i++) {
				second = unit[i] >= n[layer[i]] / 2
				if (!(second in want)) want[second] = label[i]
				bad += want[second] != label[i]
			}
			exit bad || want[0] == want[1]
		}' "$1"
}

# sequences FILE SHAPE: 200 of random numbers, in four classes
sequences() {
	/usr/bin/python3 -c "
import sys
import numpy as np
x = np.random.default_rng(1).normal(size=(200, *map(int, sys.argv[2].split(',')))).astype('f4')
np.savez(sys.argv[1], image=x, label=np.arange(200) % int(sys.argv[3]))" "$@"
}

@test "the halves of an LSTM and of a quantised network come apart, as a whole and layer by layer" {
	for network in "$recurrent/planted.onnx" "$quantised/planted.onnx"; do
		for norm in l1 l2; do
			extract-weights -q --kernel-norm $norm "$network" >w.brc
			for local in "" --local; do
				laplacian -q $local <w.brc | spectral -k 2 2>note | broca export --labels >labels.tsv
				[ "$(grep -c 'n-cut 0, .*2 components, 0 isolated' note)" -ge 1 ]
				halved labels.tsv
			done
		done
	done
}

@test "a layer is fed by itself: the table of layers, peek and the page say so" {
	extract-weights -q "$recurrent/planted.onnx" >w.brc
	broca export --units <w.brc | grep -qx 'rnn	hidden	LSTM	24	rnn,middle	input,rnn'
	peek w.brc | grep -q '^  1  rnn .* LSTM .* 24  0, 1 .* 1, 2$'
	check w.brc
	laplacian -q <w.brc | spectral -q -k 2 | report -q -o page.html
	grep -q '<title>rnn, fed by input, rnn</title>' page.html
}

@test "the edges within a recurrent layer are a block of its own" {
	extract-weights "$recurrent/planted.onnx" >w.brc 2>note
	grep -q '34 units in 2 layers, 2 blocks of weights' note
	peek w.brc | grep -q 'block/0 .* 276 pair'
	# n-cut 0 is far below those of shuffled networks, also where entries keep their layer
	clusterability -q -k 2 -n 19 --seed 1 <w.brc | peek | grep -q '"observed": 0, .*"p": 0.05'
	# out as text, and in again
	broca export --graph graphml <w.brc >graph.graphml
	broca import -q --graph graph.graphml | laplacian -q | spectral -q -k 2 >again.brc
	broca export --labels <again.brc >labels.tsv
	halved labels.tsv
}

@test "activations and lesions of recurrent and quantised networks" {
	sequences steps.npz 6,5 4
	sequences flat.npz 4 3
	for pair in "$recurrent/planted.onnx steps" "$quantised/planted.onnx flat"; do
		read -r network data <<<"$pair"
		read-data -q "$data.npz" >data.brc
		activations -q --model "$network" <data.brc >values.brc
		corr -q <values.brc | laplacian -q | spectral -q -k 2 >/dev/null
		extract-weights -q "$network" | laplacian -q | spectral -q -k 2 >labels.brc
		for ablate in zero in-weights; do
			for threads in 1 3; do
				lesion -q -n 19 --ablate $ablate --threads $threads --model "$network" \
					--data data.brc <labels.brc >$threads.brc
			done
			cmp 1.brc 3.brc
			report -q -f tsv 1.brc | awk -F'\t' 'NR > 1 && /rnn|fc0/ { n++ } END { exit n < 2 }'
		done
	done
}
