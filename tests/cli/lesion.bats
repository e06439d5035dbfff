#!/usr/bin/env bats
# lesion and coherence, on a network of two independent halves (fixtures/README.md).
# shellcheck disable=SC2154,SC2094 # bats sets stderr; nothing writes to what it reads

bats_require_minimum_version 1.5.0

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return 1
	read-data -q --npz "$ROOT/fixtures/side-by-side.npz" -o all.brc
	read-data -q --npz "$ROOT/fixtures/side-by-side.npz" --first 300 -o data.brc
	extract-weights -q "$ROOT/fixtures/side-by-side.onnx" | laplacian -q |
		tee laplacian.brc | spectral -q -k 2 -o halves.brc
	spectral -q -k 7 <laplacian.brc -o seven.brc
}

setup() {
	load compare.bash
	cd "$BATS_TEST_TMPDIR" || return 1
	export PYTHONPATH="$ROOT/tests/cli:$ROOT/docs" PYTHONDONTWRITEBYTECODE=1
	D=$BATS_FILE_TMPDIR MODEL=$ROOT/fixtures/side-by-side.onnx
}

# look EXPRESSION FILE: prints the expression; s(TYPE) is the section of that type, h the history
look() {
	/usr/bin/python3 - "$@" <<'PYTHON'
import sys
import numpy as np
import read_stream
stream = read_stream.read(open(sys.argv[2], "rb"))[0]
def s(kind):
    found = [x for x in stream if x.type == kind]
    assert len(found) == 1, (kind, [x.type for x in stream])
    return found[0]
print(eval(sys.argv[1]))
PYTHON
}

@test "the halves of every hidden layer are important and coherent" {
	lesion --model "$MODEL" --data "$D/all.brc" <"$D/halves.brc" 2>err | coherence 2>err2 >out.brc
	check out.brc
	grep -q 'accuracy unharmed 0.9370' err
	grep -q 'accuracy: omnibus p 0.005; significant at 0.05: 6 of 6 after max-T, 6 by q' err
	grep -q 'specificity: omnibus p 0.005; significant at 0.05: 6 of 6 after max-T' err2
	grep -q 'spread: omnibus p 0.005; significant at 0.05: 6 of 6 after max-T' err2
	grep -q 'spread: warning: .*it grows with total damage' err2
	grep -q 'range: omnibus p 1; .*0 of 6 after max-T' err2
	grep -q 'range: warning: .*loses power' err2
	[ "$(look 's("coherence").arrays["subcluster/size"].tolist()' out.brc)" = "[64, 64, 64, 64, 64, 64]" ]
	# damage in classes of one's own half alone: exactly 0 in the other's
	[ "$(look '[bool((r[:5] == 0).all()) != bool((r[5:] == 0).all()) for r in s("coherence").arrays["class/change"]]' out.brc)" = \
		"[True, True, True, True, True, True]" ]
}

@test "sections, names and what is handed through" {
	lesion -q -n 9 --model "$MODEL" --data "$D/data.brc" <"$D/halves.brc" | coherence -q >out.brc
	[ "$(look '[(x.type, x.name) for x in stream if x.type not in ("spectrum",)]' out.brc)" = \
		"[('units', 'units'), ('labels', 'weights.global'), ('lesions', 'weights.global'), ('importance', 'weights.global'), ('coherence', 'weights.global')]" ]
	[ "$(look 's("lesions").meta["draws"], s("lesions").arrays["correct"].shape' out.brc)" = "(9, (10, 6, 10))" ]
	[ "$(look '[r["statistic"] for r in s("importance").records + s("coherence").records]' out.brc)" = \
		"['accuracy', 'loss', 'specificity', 'spread', 'range']" ]
	[ "$(look 's("lesions").meta["model"] == s("units").meta["model"]' out.brc)" = True ]
	lesion -q -n 9 --name mine --model "$MODEL" --data "$D/data.brc" <"$D/halves.brc" >named.brc
	[ "$(look 's("lesions").name, s("lesions").meta["labels"]' named.brc)" = "('mine', 'weights.global')" ]
}

@test "statistics and p-values follow from the counts" {
	lesion -q -n 49 --model "$MODEL" --data "$D/data.brc" <"$D/seven.brc" | coherence -q >out.brc
	cat >again.py <<'PYTHON'
import sys
import numpy as np
import read_stream
sections = {x.type: x for x in read_stream.read(open(sys.argv[1], "rb"))[0]}
counts, imp, coh = (sections[k].arrays for k in ("lesions", "importance", "coherence"))
d = (counts["correct"] - counts["baseline/correct"]) / counts["class/images"]
loss = ((counts["loss"] - counts["baseline/loss"]) / counts["class/images"]).mean(-1)
# specificity, from the sums
n, images = counts["class/images"], counts["class/images"].sum()
u = counts["probability/own"] / n - counts["probability/all"] / images
between = (n * (u - (n * u).sum(-1, keepdims=True) / images) ** 2).sum(-1) / (len(n) - 1)
within = (counts["probability/own_squares"] - counts["probability/own"] ** 2 / n).sum(-1)
within = np.maximum(within / (images - len(n)), 1e-12)
f = np.where(between < 1e-14, 0, between / within)
assert abs(coh["class/u"] - u[0]).max() < 1e-12
t = u / np.sqrt(within * len(n) / images)[..., None]
assert abs(coh["class/t"] - t[0]).max() < 1e-6
assert abs(coh["specificity/u_range"] - np.ptp(u[0], axis=-1)).max() < 1e-12
for arrays, name, t, sign in [(imp, "accuracy", d.mean(-1), -1), (imp, "loss", loss, 1),
                              (coh, "spread", d.std(-1), 1), (coh, "specificity", f, 1)]:
    assert (abs(arrays[name + "/draw"] - t) <= 1e-6 * np.maximum(abs(t), 1)).all(), name
    u = sign * (t.astype(np.float32) if name == "specificity" else np.round(t, 9))
    p = (1 + (u[1:] >= u[0]).sum(0)) / len(u)
    assert abs(arrays[name + "/p"] - p).max() < 1e-12, (name, arrays[name + "/p"], p)
    assert (arrays[name + "/p_maxt"] >= p - 1e-12).all()
p = (1 + (np.round(d[1:], 12) <= np.round(d[0], 12)).sum(0)) / len(d)
assert abs(coh["class/p"] - p).max() < 1e-12
assert abs(coh["class/control_mean"] - d[1:].mean(0)).max() < 1e-12
print("the same")
PYTHON
	[ "$(/usr/bin/python3 again.py out.brc)" = "the same" ]
}

@test "the same bytes for any number of threads; another seed draws other controls" {
	lesion -q --threads 1 -n 19 --model "$MODEL" --data "$D/data.brc" <"$D/seven.brc" >one.brc
	lesion -q --threads 3 -n 19 --model "$MODEL" --data "$D/data.brc" <"$D/seven.brc" >three.brc
	cmp one.brc three.brc
	lesion -q --seed 43 -n 19 --model "$MODEL" --data "$D/data.brc" <"$D/seven.brc" >other.brc
	same look 's("lesions").arrays["correct"][0].tolist()' one.brc , \
		look 's("lesions").arrays["correct"][0].tolist()' other.brc
	differ look 's("lesions").arrays["correct"][1:].tolist()' one.brc , \
		look 's("lesions").arrays["correct"][1:].tolist()' other.brc
}

@test "more controls keep the first ones" {
	lesion -q -n 5 --model "$MODEL" --data "$D/data.brc" <"$D/seven.brc" >few.brc
	lesion -q -n 8 --model "$MODEL" --data "$D/data.brc" <"$D/seven.brc" >more.brc
	same look 's("lesions").arrays["correct"].tolist()' few.brc , \
		look 's("lesions").arrays["correct"][:6].tolist()' more.brc
}

@test "the published rules: independent controls, in-weights, strict p-values" {
	lesion --compat paper --model "$MODEL" --data "$D/data.brc" <"$D/seven.brc" >paper.brc 2>err
	grep -q '19 controls of each' err
	grep -q 'accuracy: Fisher p' err
	[ "$(look '(lambda m: (m["draws"], m["ablate"], m["controls"]))(s("lesions").meta)' paper.brc)" = \
		"(19, 'in-weights', 'independent')" ]
	[ "$(look 's("importance").meta["compat"], "accuracy/q" in s("importance").arrays, len(s("importance").records)' paper.brc)" = \
		"('paper', False, 1)" ]
	peek paper.brc | grep -q 'lesion .*"controls": 19.*"ablate": "in-weights".*"compat": "paper"'
	# their rule on their counts
	[ "$(look '(lambda u, p: bool(np.allclose(p, (1 + (u[1:] < u[0]).sum(0)) / 20)))(s("importance").arrays["accuracy/draw"], s("importance").arrays["accuracy/p"])' paper.brc)" = True ]
	# draws that belong to no joint draw are no ground for joint tests
	run --separate-stderr coherence -o no.brc <paper.brc
	[ "$status" = 3 ] && [ ! -e no.brc ]
	[[ $stderr == *"drawn apart"*"hint: use --compat paper"* ]]
	coherence --compat paper <paper.brc 2>err >out.brc
	grep -q 'range: Fisher p .* as mean of ratios' err
	[ "$(look '[r["statistic"] for r in s("coherence").records]' out.brc)" = "['range']" ]
	# label permutations serve the published test too
	lesion -q -n 19 --model "$MODEL" --data "$D/data.brc" <"$D/seven.brc" |
		coherence -q --compat paper >out.brc
	[ "$(look 's("importance").meta["compat"], s("coherence").meta["compat"]' out.brc)" = "('none', 'paper')" ]
	# and more controls may be asked for
	lesion -q --compat paper -n 29 --model "$MODEL" --data "$D/data.brc" <"$D/seven.brc" >more.brc
	[ "$(look 's("lesions").meta["draws"]' more.brc)" = 29 ]
}

@test "lesion --compat paper: ties come out as most significant, by default as least" {
	# silencing units that never fire changes nothing: every control ties with the group
	local model=$ROOT/fixtures/fashion-mlp-dropout.onnx
	read-data -q --first 200 "$ROOT"/fixtures/fashion-test-2000-{images,labels}.gz -o data.brc
	activations -q --at post --model "$model" <data.brc | corr -q >affinity.brc
	extract-weights -q "$model" -o weights.brc
	/usr/bin/python3 - <<'PYTHON' >labels.tsv
import read_stream
a = [x for x in read_stream.read(open("affinity.brc", "rb"))[0] if x.type == "affinity"][0].arrays
silent = [u for u in a["constant/unit"] if u < a["layer/units"][0]]
assert len(silent) >= 6
print("layer\tunit\tcluster")
for u in range(a["layer/units"][0]):
    print("hidden1", u, silent.index(u) % 2 if u in silent else -1, sep="\t")
PYTHON
	import -q --labels labels.tsv <weights.brc >labels.brc
	lesion -q --compat paper --model "$model" --data data.brc <labels.brc >paper.brc
	[ "$(look 's("importance").arrays["accuracy/p"].tolist()' paper.brc)" = "[0.05, 0.05]" ]
	lesion -q -n 19 --dead keep --model "$model" --data data.brc <labels.brc >here.brc
	[ "$(look 's("importance").arrays["accuracy/p"].tolist()' here.brc)" = "[1.0, 1.0]" ]
	run lesion -q -n 19 --model "$model" --data data.brc <labels.brc
	[ "$status" -eq 3 ]
	[[ "$output" == *"all its units are constant on the data"*"--dead keep"* ]]
}

@test "coherence --compat paper: the published example's numbers, beside the default's" {
	# classes at .98 .99 .97 unharmed, .90 .98 .97 lesioned, three controls
	counts() { # CONTROLS
		/usr/bin/python3 - "$1" <<'PYTHON'
import sys
import numpy as np
import write_stream
correct = np.array([[90, 98, 97], [97, 98, 96], [98, 97, 95], [96, 99, 97]], "<i4")
one = np.zeros(1, "<i4")
write_stream.write(sys.stdout.buffer, [("lesions", "l", dict(
    labels="l", draws=3, images=300, classes=3, ablate="zero", controls=sys.argv[1], model="m"), [],
    {**write_stream.layers(a=8), "subcluster/layer": one, "subcluster/cluster": one,
     "subcluster/size": one + 4, "class/images": np.array([100] * 3, "<i8"),
     "baseline/correct": np.array([98, 99, 97], "<i8"), "baseline/loss": np.ones(3),
     "correct": correct[:, None], "loss": np.ones((4, 1, 3))})])
PYTHON
	}
	counts independent | coherence -q --compat paper >paper.brc
	[ "$(look '"%.12f" % s("coherence").arrays["range/p"][0]' paper.brc)" = 0.500000000000 ]
	[ "$(look '"%.10f" % s("coherence").records[0]["paper_effect"]' paper.brc)" = 1.2800000000 ]
	[ "$(look '"%.7f" % s("coherence").records[0]["paper_effect_each"]' paper.brc)" = 1.4070588 ]
	# q = p - 1/8, Fisher's X = -2 ln(3/8) against chi-square with 2 degrees of freedom: p is q
	[ "$(look '"%.12f" % s("coherence").records[0]["fisher_p"]' paper.brc)" = 0.375000000000 ]
	counts permutation | coherence -q >here.brc
	[ "$(look '"%.12f" % s("coherence").records[1]["fisher_p"]' here.brc)" = 0.500000000000 ]
	[ "$(look '"%.10f" % s("coherence").arrays["range/effect"][0]' here.brc)" = 1.1666666667 ]
}

@test "too few controls for the family are said to be too few" {
	lesion -n 19 --model "$MODEL" --data "$D/data.brc" <"$D/seven.brc" 2>err >out.brc
	m=$(look 's("lesions").arrays["subcluster/size"].size' out.brc)
	grep -q "with 19 controls one sub-cluster alone among $m cannot reach q <= 0.05: that takes $((m * 20 - 1))" err
	[ "$(look 's("importance").records[0]["controls_needed"]' out.brc)" = $((m * 20 - 1)) ]
}

@test "sub-clusters left out are listed with the reason" {
	extract-weights -q --units all "$MODEL" | laplacian -q | spectral -q -k 2 -o all.brc
	lesion -v -n 3 --model "$MODEL" --data "$D/data.brc" <all.brc 2>err >out.brc
	[ "$(grep -c 'left out: layer .* units): an \(in\|out\)put layer' err)" = 4 ]
	[ "$(look 'sorted({r["reason"] for r in s("lesions").records})' out.brc)" = \
		"['an input layer', 'an output layer']" ]
	grep -q '6 sub-clusters lesioned, 4 left out' err
	lesion -q -n 3 --min-size 20 --max-fraction 0.3 --model "$MODEL" --data "$D/data.brc" \
		<"$D/seven.brc" >out.brc
	[ "$(look 'all(20 <= n <= 38 for n in s("lesions").arrays["subcluster/size"])' out.brc)" = True ]
	[ "$(look 'all((r["size"] < 20) == (r["reason"] == "fewer than 20 units") for r in s("lesions").records)' out.brc)" = True ]
	# a fraction of the clustered units, not of all: cluster 0 is all that is labelled in hidden1
	{ printf 'layer\tunit\tcluster\n'
		for u in {0..127}; do printf 'hidden1\t%d\t%d\n' "$u" $((u < 50 ? 0 : -1)); done
		for u in {0..127}; do printf 'hidden2\t%d\t%d\n' "$u" $((u % 2)); done; } >labels.tsv
	import -q --labels labels.tsv <"$D/laplacian.brc" >some.brc
	lesion -q -n 3 --model "$MODEL" --data "$D/data.brc" <some.brc >out.brc
	[ "$(look '[(r["size"], r["reason"]) for r in s("lesions").records]' out.brc)" = \
		"[(50, \"more than 0.99 of the layer's clustered units\")]" ]
	run --separate-stderr lesion --min-size 100 --model "$MODEL" --data "$D/data.brc" -o no.brc <"$D/halves.brc"
	[ "$status" = 3 ] && [ ! -e no.brc ]
	[[ $stderr == *"none of the 6 sub-clusters can be lesioned"*"hint: "*"--min-size"* ]]
}

@test "the dataset of the incoming stream serves, and is consumed unless kept" {
	lesion -q -n 3 --model "$MODEL" --data "$D/data.brc" <"$D/halves.brc" >side.brc
	cat >join.py <<'PYTHON'
import sys
import read_stream, write_stream
sections = [x for path in sys.argv[1:] for x in read_stream.read(open(path, "rb"))[0]]
write_stream.write(sys.stdout.buffer,
                   [(x.type, x.name, x.meta, x.records, x.arrays) for x in sections])
PYTHON
	/usr/bin/python3 join.py "$D/data.brc" "$D/halves.brc" >both.brc
	lesion -q -n 3 --model "$MODEL" <both.brc >out.brc
	same look 's("lesions").arrays["correct"].tolist()' out.brc , \
		look 's("lesions").arrays["correct"].tolist()' side.brc
	[ "$(look '"dataset" in [x.type for x in stream]' out.brc)" = False ]
	lesion -q -n 3 --keep --model "$MODEL" <both.brc >out.brc
	[ "$(look '"dataset" in [x.type for x in stream]' out.brc)" = True ]
	run --separate-stderr lesion --model "$MODEL" -o no.brc <"$D/halves.brc"
	[ "$status" = 3 ]
	[[ $stderr == *"no dataset section"*"--data FILE"* ]]
}

@test "labels of another network are refused, another model file is remarked on" {
	run --separate-stderr lesion --model "$ROOT/fixtures/fashion-mlp.onnx" --data "$D/data.brc" \
		-o no.brc <"$D/halves.brc"
	[ "$status" = 3 ] && [ ! -e no.brc ]
	[[ $stderr == *"hidden1"*"hint: give the model that the labels were made from"* ]]
	cp "$MODEL" same.onnx
	printf '\x32\x01x' >>same.onnx # a doc_string: another file, the same network
	lesion -n 3 --model same.onnx --data "$D/data.brc" <"$D/halves.brc" 2>err >out.brc
	grep -q 'warning: the stream.s units come from another model file' err
	lesion -n 3 --model "$MODEL" --data "$D/data.brc" <"$D/halves.brc" 2>err >out.brc
	run ! grep -q 'another model' err
}

@test "one of several labellings is chosen with --in" {
	spectral -q -k 2,3 <"$D/laplacian.brc" >two.brc
	run --separate-stderr lesion --model "$MODEL" --data "$D/data.brc" -o no.brc <two.brc
	[ "$status" = 3 ]
	[[ $stderr == *"weights.global.k2"*"weights.global.k3"*"--in NAME"* ]]
	lesion -q -n 3 --in weights.global.k2 --model "$MODEL" --data "$D/data.brc" <two.brc |
		lesion -q -n 3 --in weights.global.k3 --model "$MODEL" --data "$D/data.brc" >both.brc
	[ "$(look '[x.name for x in stream if x.type == "lesions"]' both.brc)" = \
		"['weights.global.k2', 'weights.global.k3']" ]
	run --separate-stderr coherence -o no.brc <both.brc
	[ "$status" = 3 ]
	coherence -q --in weights.global.k3 <both.brc >out.brc
	[ "$(look 's("coherence").name' out.brc)" = weights.global.k3 ]
}

@test "wrong command lines end with 2, before anything is read" {
	run --separate-stderr lesion --data "$D/data.brc" -o no.brc <"$D/halves.brc"
	[ "$status" = 2 ]
	[[ $stderr == *"--model"* ]]
	run --separate-stderr lesion --model "$MODEL" --data - -o no.brc <"$D/halves.brc"
	[ "$status" = 2 ]
	[[ $stderr == *"/dev/fd/N"* ]]
	run lesion --model "$MODEL" -n 0 -o no.brc <"$D/halves.brc"
	[ "$status" = 2 ]
	run lesion --model "$MODEL" --max-fraction 1.5 -o no.brc <"$D/halves.brc"
	[ "$status" = 2 ]
	run coherence --level 0 -o no.brc <"$D/halves.brc"
	[ "$status" = 2 ]
	[ ! -e no.brc ]
}

@test "damaged or wrong input ends with its code and without output" {
	head -c 2000 "$D/halves.brc" >cut.brc
	run lesion --model "$MODEL" --data "$D/data.brc" -o no.brc <cut.brc
	[ "$status" = 4 ]
	run lesion --model "$D/data.brc" --data "$D/data.brc" -o no.brc <"$D/halves.brc"
	[ "$status" = 3 ]
	run lesion --model absent.onnx --data "$D/data.brc" -o no.brc <"$D/halves.brc"
	[ "$status" = 3 ]
	run lesion --model "$MODEL" --data "$D/halves.brc" -o no.brc <"$D/halves.brc"
	[ "$status" = 3 ]
	run --separate-stderr coherence -o no.brc <"$D/halves.brc"
	[ "$status" = 3 ]
	[[ $stderr == *"no lesions section"* ]]
	[ ! -e no.brc ]
}

@test "counts that cannot be are refused" {
	lesion -q -n 3 --model "$MODEL" --data "$D/data.brc" <"$D/halves.brc" >good.brc
	cat >spoil.py <<'PYTHON'
import sys
import read_stream, write_stream
s = [x for x in read_stream.read(open("good.brc", "rb"))[0] if x.type == "lesions"][0]
arrays = {k: v.copy() for k, v in s.arrays.items()}
arrays["correct"][1, 2, 3] = 1000
write_stream.write(sys.stdout.buffer, [(s.type, s.name, s.meta, s.records, arrays)])
PYTHON
	/usr/bin/python3 spoil.py >bad.brc
	run --separate-stderr coherence -o no.brc <bad.brc
	[ "$status" = 3 ]
	[[ $stderr == *"lesions/1 weights.global: draw 1, sub-cluster 2, class 3: 1000 of"* ]]
}

@test "weighting by images differs from weighting by classes" {
	lesion -q -n 3 --model "$MODEL" --data "$D/data.brc" <"$D/halves.brc" >class.brc
	lesion -q -n 3 --weighting image --model "$MODEL" --data "$D/data.brc" <"$D/halves.brc" >image.brc
	same look 's("lesions").arrays["correct"].tolist()' class.brc , \
		look 's("lesions").arrays["correct"].tolist()' image.brc
	[ "$(look 'bool(np.allclose(s("importance").arrays["accuracy/observed"], (s("lesions").arrays["correct"][0].sum(-1) - s("lesions").arrays["baseline/correct"].sum()) / 300))' image.brc)" = True ]
	differ look 's("importance").arrays["accuracy/observed"].tolist()' class.brc , \
		look 's("importance").arrays["accuracy/observed"].tolist()' image.brc
}

@test "--precision bf16: near the same counts, noted in the history; refused where there is none" {
	lesion -q -n 3 --model "$MODEL" --data "$D/data.brc" <"$D/halves.brc" >float.brc
	if ! grep -q -E 'avx512_bf16|amx_bf16' /proc/cpuinfo; then
		run -3 --separate-stderr lesion -n 3 --precision bf16 --model "$MODEL" --data "$D/data.brc" \
			-o x.brc <"$D/halves.brc"
		[[ "$stderr" = *"bfloat16"* ]]
		[ ! -e x.brc ]
		return
	fi
	lesion -q -n 3 --precision bf16 --model "$MODEL" --data "$D/data.brc" <"$D/halves.brc" >bf16.brc
	peek bf16.brc | grep -q 'lesion .*"precision": "bf16"'
	/usr/bin/python3 - float.brc bf16.brc <<'PYTHON'
import sys
import numpy as np
import read_stream
a, b = ([s for s in read_stream.read(open(p, "rb"))[0] if s.type == "lesions"][0].arrays for p in sys.argv[1:])
assert (a["loss"] != b["loss"]).any(), "these are the numbers of single precision"
assert np.abs(a["loss"] - b["loss"]).max() < 0.05 * np.abs(a["loss"]).max()
assert np.abs(a["correct"] - b["correct"]).sum() < 0.02 * a["correct"].sum()
PYTHON
}

@test "heads with a layer each are compared with features of all heads, also when they come from a table" {
	net=$ROOT/fixtures/exports/attention-list.onnx
	read-data -q --tokens --images input --labels input --classes 11 \
		"$ROOT/tests/golden/exports/attention-list.npz" -o tokens.brc
	extract-weights -q --units heads --data tokens.brc "$net" -o heads.brc
	lesion -q -n 19 --model "$net" --data tokens.brc --in heads <heads.brc -o a.brc
	[ "$(look 's("lesions").arrays["subcluster/layer"].tolist()' a.brc)" = "[0, 1, 2, 3, 4, 5, 6, 7]" ]
	[ "$(look 's("lesions").arrays["subcluster/cluster"].tolist()' a.brc)" = "[0, 1, 2, 3, 0, 1, 2, 3]" ]
	[ "$(look 'len(s("lesions").records)' a.brc)" = 0 ]
	# controls are not the heads themselves
	[ "$(look '(np.ptp(s("lesions").arrays["loss"].sum(2), 0) > 0).all()' a.brc)" = True ]
	broca export --labels --in heads <heads.brc >labels.tsv
	import -q --labels labels.tsv --name table <heads.brc |
		lesion -q -n 19 --model "$net" --data tokens.brc --in table -o b.brc
	same look 's("lesions").arrays["loss"].tolist()' a.brc , look 's("lesions").arrays["loss"].tolist()' b.brc
}

@test "a finding of specificity needs a least effect" {
	lesion -q -n 39 --model "$MODEL" --data "$D/data.brc" <"$D/halves.brc" >l.brc
	coherence <l.brc 2>usual >c.brc
	grep -q 'specificity: .* 6 of 6 after max-T' usual
	[ "$(look 's("coherence").records[0]["minimum_effect"]' c.brc)" = 0.01 ]
	coherence --minimum-effect 150 <l.brc 2>large >c.brc
	grep -q 'specificity: .* 0 of 6 after max-T, 0 by q' large
	grep -q '6 sub-clusters with p <= 0.05 have a range of less than 150 points' large
	[ "$(look 's("coherence").arrays["specificity/large_enough"].sum()' c.brc)" = 0.0 ]
	[ "$(look '(s("coherence").arrays["specificity/p_maxt"] <= .05).sum()' c.brc)" = 6 ]
	report c.brc | grep -q 'None of 6 groups is found more coherent'
	report c.brc | grep -q 'or a range below 150 points'
	run -2 coherence --minimum-effect 201
}

@test "tokens are counted by class: by a table, or by frequency" {
	read-data -q --tokens --first 4 --images tokens --labels targets \
		--classes "$ROOT/fixtures/text-vocabulary.txt" "$ROOT/fixtures/text-test.npz" -o text.brc
	extract-weights -q "$ROOT/fixtures/text-transformer.onnx" | laplacian -q | spectral -q -k 3 >labels.brc
	tokens() {
		lesion -n 2 --model "$ROOT/fixtures/text-transformer.onnx" --data text.brc "$@" <labels.brc
	}
	tokens -q >each.brc
	tokens -q --frequent-tokens 5 >frequent.brc
	printf 'name\tclass\n' >classes.tsv
	for c in a e i o u; do printf '%s\tvowel\n' $c; done >>classes.tsv
	for c in b c d f g; do printf '%s\tconsonant\n' $c; done >>classes.tsv
	tokens --token-classes classes.tsv >table.brc 2>err
	grep -q '96 tokens are counted in 3 classes' err
	cat >same.py <<'PYTHON'
import numpy as np
import read_stream
read = lambda path: [s for s in read_stream.read(open(path, "rb"))[0] if s.type == "lesions"][0]
each, frequent, table = (read(p + ".brc") for p in ("each", "frequent", "table"))
a, b, c = each.arrays, frequent.arrays, table.arrays
text = lambda names: [n.decode() if isinstance(n, bytes) else n for n in names]
names = text(a["class/name"])
order = np.argsort(-a["class/images"], kind="stable")[:5]
assert text(b["class/name"]) == [names[k] for k in order] + ["other tokens"], b["class/name"]
groups = [[names.index(x) for x in word] for word in ("aeiou", "bcdfg")]
groups.append([k for k in range(96) if k not in groups[0] + groups[1]])
assert text(c["class/name"]) == ["vowel", "consonant", "other tokens"]
assert table.meta["tokens"] == 96 and "tokens" not in each.meta
rest = [k for k in range(96) if k not in order]
for have, want in ((b, [[k] for k in order] + [rest]), (c, groups)):
    total = lambda key: np.stack([a[key][..., g].sum(-1) for g in want], -1)
    assert (have["correct"] == total("correct")).all()
    assert (have["class/images"] == total("class/images")).all()
    for key in ("loss", "probability/all"):
        assert abs(have[key] - total(key)).max() < 1e-9, key
assert abs(b["probability/own"][..., :5] - a["probability/own"][..., order]).max() < 1e-9
print("the same")
PYTHON
	[ "$(/usr/bin/python3 same.py)" = "the same" ]
	run -2 --separate-stderr tokens --token-classes classes.tsv --frequent-tokens 5
	printf 'name\tclass\nnothing\tvowel\n' >classes.tsv
	run -3 --separate-stderr tokens --token-classes classes.tsv
	[[ $stderr == *"classes.tsv: line 2: no token is called 'nothing'"* ]]
}
