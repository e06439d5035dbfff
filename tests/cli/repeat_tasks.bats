#!/usr/bin/env bats
# repeat: outputs that are no classes, classes of tokens, heads with a layer each.

bats_require_minimum_version 1.5.0

setup() {
	load stages.bash
	load repeats.bash
	cd "$BATS_TEST_TMPDIR" || return 1
	PATH=$BIN:$PATH
}

# returns_as_recomputed OPTION...: labels.brc with partitions, and lesions with these options. Of
# their findings, at a level that gives some, repeat says what lesions of each partition say.
returns_as_recomputed() {
	perturb_labels 3 "$SHARE" <labels.brc | examined "$@" >few.brc
	expect 0 repeat --statistics all --model "$NET" --data data.brc "$@" -o out.brc <few.brc
	same_as_recomputed out.brc | grep -qx "[1-9][0-9]* findings"
	for copy in 0 2; do
		of_copy "$copy" few.brc | examined "$@" >run.brc
		same_as_recomputed out.brc "$copy" run.brc | grep -qx "[1-9][0-9]* compared"
	done
}

examined() {
	lesion -q -n "$DRAWS" --level 0.5 --model "$NET" --data data.brc "$@" | coherence -q --level 0.5
}

perturb_labels() {
	/usr/bin/python3 "$ROOT/tests/cli/perturb_labels.py" "$@"
}

# task NAME K: a data set of tests/oracle/tasks.py, and groups of its network
task() {
	NET=$ROOT/tests/golden/net/tasks/$1.onnx SHARE=.2 DRAWS=39
	/usr/bin/python3 - "$ROOT/tests/golden/net/tasks.npz" "$1" <<'PYTHON'
import sys
import numpy as np
all, name = np.load(sys.argv[1]), sys.argv[2]
np.savez("data.npz", x=all[f"{name}.x"], y=all[f"{name}.y"])
PYTHON
	read-data -q data.npz -o data.brc
	extract-weights -q "$NET" | laplacian -q | spectral -q -k "$2" -o labels.brc
}

@test "of regression the loss is repeated" {
	task regression 2
	returns_as_recomputed
	repeat -q --model "$NET" --data data.brc -o default.brc <few.brc
	expect 0 peek default.brc
	/usr/bin/python3 "$ROOT/tests/cli/repeats_check.py" default.brc | grep -qx "[1-9][0-9]* findings"
	report -f json default.brc | jq -e '[.networks[0].labellings[0].repeats[].statistic] == ["loss"]'
}

@test "of independent labels accuracy is repeated, without specificity" {
	task labels 3
	returns_as_recomputed
	repeat -q --model "$NET" --data data.brc -o default.brc <few.brc
	report -f json default.brc | jq -e '[.networks[0].labellings[0].repeats[].statistic] == ["accuracy"]'
}

@test "places of an image" {
	task places 2
	returns_as_recomputed
}

@test "tokens by class are counted as lesion was told" {
	NET=$ROOT/fixtures/text-transformer.onnx SHARE=.1 DRAWS=5
	read-data -q --tokens --first 1 --images tokens --labels targets \
		--classes "$ROOT/fixtures/text-vocabulary.txt" "$ROOT/fixtures/text-test.npz" -o data.brc
	extract-weights -q "$NET" | laplacian -q | spectral -q -k 2 -o labels.brc
	printf 'name\tclass\n' >classes.tsv
	for c in a e i o u; do printf '%s\tvowel\n' $c; done >>classes.tsv
	returns_as_recomputed --token-classes classes.tsv
	expect 3 repeat --model "$NET" --data data.brc --frequent-tokens 5 -o x.brc <few.brc
	says "the lesions are of other data"
}

@test "heads with a layer each" {
	NET=$ROOT/fixtures/exports/attention-list.onnx SHARE=.3 DRAWS=19
	read-data -q --tokens --images input --labels input --classes 11 \
		"$ROOT/tests/golden/exports/attention-list.npz" -o data.brc
	extract-weights -q --units heads --data data.brc "$NET" -o heads.brc
	peek heads.brc >sections
	grep -q '^labels/1 heads' sections # a group for each head
	mv heads.brc labels.brc
	returns_as_recomputed
}
