#!/usr/bin/env bats
# lesion --match: controls that are like the groups, and where their graph comes from.
# shellcheck disable=SC2154,SC2094 # bats sets stderr; nothing writes to what it reads

bats_require_minimum_version 1.5.0

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return 1
	read-data -q --npz "$ROOT/fixtures/side-by-side.npz" --first 200 -o data.brc
	extract-weights -q "$ROOT/fixtures/side-by-side.onnx" -o weights.brc
	laplacian -q <weights.brc -o laplacian.brc
	spectral -q -k 3 <laplacian.brc -o labels.brc
	lesion -q -n 5 --model "$ROOT/fixtures/side-by-side.onnx" --data data.brc --graph laplacian.brc \
		--match cohesion,in-norm,degree,activation <labels.brc -o all.brc
}

setup() {
	load compare.bash
	cd "$BATS_TEST_TMPDIR" || return 1
	export PYTHONPATH="$ROOT/tests/cli:$ROOT/docs" PYTHONDONTWRITEBYTECODE=1
	D=$BATS_FILE_TMPDIR MODEL=$ROOT/fixtures/side-by-side.onnx
}

# matched KINDS ...: lesions of the labels, with further options
matched() {
	lesion -n 5 --model "$MODEL" --data "$D/data.brc" --match "$@" <"$D/labels.brc"
}

# look EXPRESSION FILE: prints the expression; s(TYPE) is the section of that type
look() {
	/usr/bin/python3 - "$@" <<'PYTHON'
import sys
import numpy as np
import read_stream
stream = read_stream.read(open(sys.argv[2], "rb"))[0]
def s(kind):
    return next(x for x in stream if x.type == kind)
print(eval(sys.argv[1]))
PYTHON
}

# change STATEMENT: the stream on standard input with section `l`, the lesions, changed
change() {
	/usr/bin/python3 -c "
import sys
import read_stream
import write_stream
sections = read_stream.read(sys.stdin.buffer)[0]
for x in sections:
    x.arrays = {k: v.copy() for k, v in x.arrays.items()}
l = next(x for x in sections if x.type == 'lesions')
$1
write_stream.write(sys.stdout.buffer, [((x.type, x.version), x.name, x.meta, x.records,
                                        x.arrays) for x in sections])"
}

@test "every kind has its lesions and its columns, in one order" {
	check "$D/all.brc"
	[ "$(look 's("lesions").meta["match"]' "$D/all.brc")" = "['in-norm', 'activation', 'degree', 'cohesion']" ]
	[ "$(look '[bool((s("lesions").arrays["match/%s/loss" % k][0] == s("lesions").arrays["loss"][0]).all()) for k in s("lesions").meta["match"]]' "$D/all.brc")" = \
		"[True, True, True, True]" ]
	[ "$(look 'sorted(k for k in s("importance").arrays if k.startswith("loss/cohesion"))' "$D/all.brc")" = \
		"['loss/cohesion/control_mean', 'loss/cohesion/control_value', 'loss/cohesion/effect', 'loss/cohesion/reference_p', 'loss/cohesion/value']" ]
	[ "$(look 'sorted(k[11:] for k in s("importance").arrays if k.startswith("loss/degree"))' "$D/all.brc")" = \
		"['/control_mean', '/control_value', '/effect', '/p', '/p_maxt', '/q', '/value']" ]
}

@test "p is the share of draws that lose as much, the observed one among them" {
	lesion -q -n 5 --weighting image --model "$MODEL" --data "$D/data.brc" --match in-norm \
		<"$D/labels.brc" >image.brc
	[ "$(look 'bool(np.allclose(s("importance").arrays["loss/in-norm/p"], (s("lesions").arrays["match/in-norm/loss"].sum(2) >= s("lesions").arrays["loss"][0].sum(1) - 1e-5).mean(0)))' image.brc)" = True ]
}

@test "the graph may be of any kind, in a file or in the stream; threads change nothing" {
	matched degree,cohesion -q --graph "$D/laplacian.brc" >file.brc
	spectral -q --keep -k 3 <"$D/laplacian.brc" |
		lesion -q -n 5 --model "$MODEL" --data "$D/data.brc" --match cohesion,degree >stream.brc
	matched degree,cohesion -q --graph "$D/weights.brc" --threads 3 >weights.brc
	for other in stream weights; do
		/usr/bin/python3 -c "
import sys, read_stream, numpy as np
a, b = ([x for x in read_stream.read(open(f, 'rb'))[0] if x.type == 'lesions'][0] for f in sys.argv[1:])
assert a.arrays.keys() == b.arrays.keys()
assert all(a.arrays[k].tobytes() == b.arrays[k].tobytes() for k in a.arrays)" file.brc $other.brc
	done
}

@test "correlations are cohesion themselves, by edges or by factors" {
	activations -q --model "$MODEL" <"$D/data.brc" | tee a.brc | corr -q --dense | laplacian -q | tee dense.brc |
		spectral -q -k 3 >labels.brc
	corr -q --factors <a.brc | laplacian -q >factors.brc
	for graph in dense factors; do
		lesion -q -n 3 --model "$MODEL" --data "$D/data.brc" --match cohesion --graph $graph.brc \
			<labels.brc >$graph.out
	done
	local value='s("lesions").arrays["match/cohesion/value"][0].round(3).tolist()'
	same look "$value" dense.out , look "$value" factors.out
}

@test "controls of wrong kinds, and graphs that are missing or others, are refused with a remedy" {
	run -2 matched colour
	[[ $output == *"cannot be matched by 'colour'"*"in-norm, activation, degree, cohesion"* ]]
	run -2 matched in-norm,in-norm
	[[ $output == *"in-norm comes twice"* ]]
	run -2 matched in-norm,
	run -2 matched in-norm --compat paper
	[[ $output == *"random controls alone"* ]]
	run -2 matched in-norm --graph "$D/laplacian.brc"
	[[ $output == *"--graph applies only to"* ]]
	run -3 matched cohesion
	[[ $output == *"the stream has none"*"--graph FILE"*"--keep"* ]]
	run -3 matched cohesion --graph "$D/data.brc"
	[[ $output == *"there is no laplacian or weights or affinity section"* ]]
	extract-weights -q "$ROOT/fixtures/fashion-mlp.onnx" | laplacian -q >other.brc
	run -3 matched degree --graph other.brc
	[[ $output == *"units in the graph and"*"the graph that the labels were made from"* ]]
	run -6 matched cohesion --graph "$D/laplacian.brc" --mem 100K
}

@test "layers with few bins are named, another graph is warned of" {
	printf 'layer\tunit\tcluster\n' >few.tsv
	for ((unit = 0; unit < 128; unit++)); do
		printf 'hidden1\t%d\t%d\n' $unit $((unit < 10 ? unit % 2 : -1)) >>few.tsv
	done
	import -q --labels few.tsv --name few <"$D/weights.brc" |
		lesion -n 3 --in few --model "$MODEL" --data "$D/data.brc" --match in-norm 2>err >few.brc
	grep -q 'layer hidden1: its units lie in 2 bins of in-norm, not in 5' err
	activations -q --model "$MODEL" <"$D/data.brc" | corr -q | laplacian -q >corr.brc
	matched degree --graph corr.brc 2>err >/dev/null
	grep -q 'warning: the labels were made from weights, and controls are matched in a graph of affinity' err
}

@test "a stream whose matched controls cannot be is refused" {
	for statement in "l.meta['match'] = ['colour']" "l.meta['match'] = 'degree'" \
		"l.meta['match'].append('degree')" "del l.arrays['match/degree/loss']" \
		"del l.arrays['match/cohesion/value']" "l.arrays['match/in-norm/loss'][0, 0, 0] += 1" \
		"l.arrays['match/in-norm/correct'][1, 0, 0] = 1000" \
		"l.arrays['match/activation/value'][1, 0] = float('inf')"; do
		change "$statement" <"$D/all.brc" >bad.brc
		run -3 coherence -q <bad.brc
		[[ $output == *lesions* ]]
	done
	change pass <"$D/all.brc" | coherence -q | check
}

@test "an option that the published rules have no use for is refused, and so is a second standard input" {
	lesion -q --compat paper -n 5 --model "$MODEL" --data "$D/data.brc" <"$D/labels.brc" >paper.brc
	run -2 coherence --compat paper --minimum-effect 5 <paper.brc
	[[ $output == *"the published rules know no specificity"* ]]
	coherence -q --compat paper <paper.brc | check
	run -2 lesion --model "$MODEL" --data "$D/data.brc" --token-classes - <"$D/labels.brc"
	[[ $output == *"standard input is the stream with the labels"* ]]
}

@test "findings whose columns of matched controls are not whole are refused" {
	coherence -q <"$D/all.brc" >c.brc
	for column in p q p_maxt value control_value effect; do
		change "l = next(x for x in sections if x.type == 'importance')
del l.arrays['loss/in-norm/$column']" <c.brc >bad.brc
		run -3 report bad.brc
		[[ $output == *"statistic loss has some columns of controls matched by in-norm"* ]]
	done
}

@test "reports have the columns, and a verdict for each finding" {
	coherence -q <"$D/all.brc" >c.brc
	report -f json c.brc | /usr/bin/python3 -c "
import json, sys
groups = json.load(sys.stdin)['networks'][0]['labellings'][0]['groups']
for g in groups:
    if g['tested']:
        s = g['statistics']['loss']
        assert s['cohesion/reference_p'] >= 1 / 6 and s['degree/p_maxt'] >= s['degree/p'], s
        assert 'controls' in s"
	report -f tsv c.brc | head -1 | grep -q 'loss_in-norm_p_maxt.*loss_cohesion_reference_p'
	report -f html c.brc | grep -q 'controls matched by'
}

@test "heads with a layer each are matched among the features of all heads" {
	local heads=$ROOT/tests/golden/net/heads/listed.onnx
	extract-weights -q --units hidden,heads "$heads" -o graph.brc
	/usr/bin/python3 -c "
import numpy as np
image = np.random.default_rng(0).random((40, 5, 6), dtype=np.float32)
np.savez('data.npz', image=image, label=np.arange(40) % 3)"
	read-data -q data.npz -o data.brc
	lesion -n 3 --in heads --model "$heads" --data data.brc --graph graph.brc \
		--match in-norm,activation,degree,cohesion <graph.brc 2>err >out.brc
	grep -q 'layer attention.heads.0.value: its units lie in 3 bins of degree' err
	[ "$(look 's("lesions").arrays["match/cohesion/loss"].shape' out.brc)" = "(4, 4, 3)" ]
	[ "$(look 'bool((s("lesions").arrays["match/cohesion/value"] > 0).all())' out.brc)" = True ]
	activations -q --model "$heads" <data.brc | corr -q --dense | laplacian -q --local -o local.brc
	run -3 lesion -n 3 --in heads --model "$heads" --data data.brc --graph local.brc --match cohesion <graph.brc
	[[ $output == *"lie in several graphs"*"laplacian without --local"* ]]
}
