#!/usr/bin/env bats
# report: from the side-by-side network, whose two halves are important and coherent by
# construction, and from streams written by hand that try to do harm.
# shellcheck disable=SC2154,SC2094 # bats sets stderr; nothing writes to what it reads

bats_require_minimum_version 1.5.0

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return 1
	local model=$ROOT/fixtures/side-by-side.onnx
	read-data -q --npz "$ROOT/fixtures/side-by-side.npz" --first 400 -o data.brc
	extract-weights -q "$model" | clusterability -q -k 2 -n 9 --restarts 2 | laplacian -q |
		spectral -q -k 2 --name weights.global | lesion -q -n 99 --model "$model" --data data.brc |
		coherence -q -o weights.brc
	activations -q --model "$model" <data.brc | corr -q | laplacian -q |
		spectral -q -k 2 --name activations.global | lesion -q -n 19 --model "$model" --data data.brc |
		coherence -q -o activations.brc
}

setup() {
	load compare.bash
	cd "$BATS_TEST_TMPDIR" || return 1
	export PYTHONPATH="$ROOT/tests/cli:$ROOT/docs" PYTHONDONTWRITEBYTECODE=1
	D=$BATS_FILE_TMPDIR
}

# has TEXT FILE: however its lines are broken
has() {
	if ! tr -s ' \n' ' ' <"$2" | grep -qF -- "$1"; then
		echo "no '$1' in $2"
		return 1
	fi
}

# lacks PATTERN FILE (Perl's, over bytes)
lacks() {
	if LC_ALL=C grep -P -- "$1" "$2"; then
		echo "there is '$1' in $2"
		return 1
	fi
}

# json EXPRESSION FILE: prints the expression of r, the report
json() {
	/usr/bin/python3 -c 'import json, sys; r = json.load(open(sys.argv[2])); print(eval(sys.argv[1]))' "$@"
}

@test "text: the halves are found, and said to be found" {
	report "$D/weights.brc" >out
	has '6 of 6 groups are more important than random groups of their size and layer (6 by q <= 0.05, 6 by max-T).' out
	has '6 of 6 groups are more coherent than random groups' out
	has 'Taken together, the groups are more important than random ones (omnibus p = 0.010).' out
	has 'range: it divides by the mean change' out
	has '| spectral --clusters 2' out
	[ "$(grep -c ' \*\* | .*\*\* | ' out)" = 6 ]
	# as wide as it says, but for the commands, of which each is a line
	sed '/^Made by/,$d' out | awk 'length($0) > 100 { exit 1 }'
}

@test "the format goes by the suffix, or is told" {
	report "$D/weights.brc" -o a.html
	report "$D/weights.brc" -o a.json
	report "$D/weights.brc" -o a.tsv
	report "$D/weights.brc" -o a.txt
	head -c 15 a.html | grep -qx '<!DOCTYPE html>'
	[ "$(json 'r["schema"]' a.json)" = 1 ]
	head -1 a.tsv | grep -q '^network	labelling	layer'
	head -1 a.txt | grep -qx 'weights.brc'
	report --format json "$D/weights.brc" | cmp - a.json
	report -f html "$D/weights.brc" | cmp - a.html
	run --separate-stderr report "$D/weights.brc" -o a.pdf
	[ "$status" = 2 ] && [ ! -e a.pdf ]
	[[ $stderr == *"'.pdf'"*"hint:"*--format* ]]
	report --format text "$D/weights.brc" -o a.pdf
	report "$D/weights.brc" -o ./plain
	cmp a.pdf plain
	run --separate-stderr report --format pdf "$D/weights.brc"
	[ "$status" = 2 ]
}

@test "standard input, as '-' or without operands" {
	report <"$D/weights.brc" >one
	report - <"$D/weights.brc" | cmp - one
	head -1 one | grep -qx 'standard input'
}

@test "JSON says what the stream holds" {
	report -f json "$D/weights.brc" >r.json
	[ "$(json '[l["name"] for l in r["networks"][0]["labellings"]]' r.json)" = "['weights.global']" ]
	[ "$(json '[e["tool"] for e in r["networks"][0]["history"]]' r.json | tr -d "[]'," | tr ' ' '\n' | sort | xargs)" = \
		"clusterability coherence extract-weights laplacian lesion read-data spectral" ]
	cat >same.py <<'PYTHON'
import json, sys
import numpy as np
import read_stream
sections = {s.type: s for s in read_stream.read(open(sys.argv[1], "rb"))[0]}
net = json.load(open(sys.argv[2]))["networks"][0]
groups = net["labellings"][0]["groups"]
arrays = {**sections["importance"].arrays, **sections["coherence"].arrays}
for name in ["accuracy", "loss", "specificity", "spread"]:
    effects = ["u_range", "intraclass", "large_enough"] if name == "specificity" else []
    for column in ["observed", "effect", "p", "q", "p_maxt"] + effects:
        want = arrays[name + "/" + column]
        have = [g["statistics"][name][column] for g in groups]
        assert np.allclose(have, want, rtol=1e-9), (name, column, have, want)
assert np.allclose([[c["change"] for c in g["classes"]] for g in groups], arrays["class/change"])
assert np.allclose([[c["t"] for c in g["classes"]] for g in groups], arrays["class/t"])
label = sections["labels"].arrays["label"]
first = np.concatenate([[0], np.cumsum(sections["labels"].arrays["layer/units"])])
for g, layer in zip(groups, arrays["subcluster/layer"]):
    inside = label[first[layer]:first[layer + 1]]
    assert g["units"] == np.flatnonzero(inside == g["cluster"]).tolist()
print("the same")
PYTHON
	[ "$(/usr/bin/python3 same.py "$D/weights.brc" r.json)" = "the same" ]
	report -f json --draws "$D/weights.brc" >d.json
	[ "$(json 'len(r["networks"][0]["labellings"][0]["groups"][0]["statistics"]["loss"]["draws"])' d.json)" = 99 ]
}

@test "TSV has one row a group, and columns that fit" {
	report -f tsv "$D/weights.brc" "$D/activations.brc" >out
	[ "$(awk -F'\t' '{ print NF }' out | sort -u | wc -l)" = 1 ]
	[ "$(awk -F'\t' 'NR > 1 && $2 == "weights.global"' out | wc -l)" = 6 ]
	[ "$(awk -F'\t' '$2 == "activations.global"' out | wc -l)" -ge 6 ]
	head -1 out | cut -f 8-10 | grep -qx 'model	k	seed'
	sed 1d out | cut -f 9-10 | sort -u | grep -qx '2	42'
	report -f json "$D/weights.brc" >r.json
	models() { sed 1d "$1" | cut -f 8 | uniq; }
	same models out , json 'r["networks"][0]["model"][:8]' r.json
}

@test "TSV tells runs apart by the directories of their streams, and streams of standard input by number" {
	mkdir -p run-1 run-2
	cp "$D/weights.brc" run-1
	extract-weights -q "$ROOT/fixtures/side-by-side.onnx" | laplacian -q |
		spectral -q -k 3 --seed 7 --name weights.global -o run-2/weights.brc
	report -f tsv run-1/weights.brc run-2/weights.brc | sed 1d | cut -f 1,10 | sort -u >out
	printf '%s\n' 'run-1/weights.brc	42' 'run-2/weights.brc	7' | cmp - out
	cat run-1/weights.brc run-2/weights.brc | report -f tsv | sed 1d | cut -f 1 | sort -u >out
	printf '%s\n' 'standard input (stream 1)' 'standard input (stream 2)' | cmp - out
}

@test "streams of one model are one network; another run of it stands apart" {
	report -f json "$D/weights.brc" "$D/activations.brc" >one.json
	[ "$(json 'len(r["networks"]), [l["name"] for l in r["networks"][0]["labellings"]]' one.json)" = \
		"(1, ['weights.global', 'activations.global'])" ]
	cat "$D/weights.brc" "$D/activations.brc" | report -f json - >two.json
	[ "$(json 'len(r["networks"]), len(r["networks"][0]["labellings"])' two.json)" = "(1, 2)" ]
	extract-weights -q "$ROOT/fixtures/side-by-side.onnx" | laplacian -q | spectral -q -k 2 --name weights.global |
		lesion -q --seed 7 -n 99 --model "$ROOT/fixtures/side-by-side.onnx" --data "$D/data.brc" |
		coherence -q >again.brc
	report -f json "$D/weights.brc" again.brc >apart.json
	[ "$(json 'len(r["networks"]), r["combined"]' apart.json)" = "(2, [])" ]
	[[ $(json 'r["combined_remark"]' apart.json) == "Not combined,"*": again.brc." ]]
	report "$D/weights.brc" again.brc | grep -q 'Not combined'
}

@test "the page holds everything and fetches nothing" {
	report "$D/weights.brc" "$D/activations.brc" --title 'A & B <c>' -o page.html
	has '<h1>A &amp; B &lt;c&gt;</h1>' page.html
	[ "$(stat -c %s page.html)" -lt 3000000 ]
	lacks '(src|href)="?(https?:)?//' page.html
	lacks 'url\(.?http|@import|<link' page.html
	has "default-src 'none'" page.html
	has 'Permission is hereby granted' page.html
	[ "$(grep -c '<details class="group"' page.html)" -ge 12 ]
	[ "$(grep -o 'data:image/png;base64,' page.html | wc -l)" -ge 2 ]
}

@test "the same streams, the same bytes" {
	report "$D/weights.brc" "$D/activations.brc" -f html --threads 1 >one
	report "$D/weights.brc" "$D/activations.brc" -f html --threads 3 >two
	cmp one two
}

@test "what was not run is named, with the command" {
	extract-weights -q "$ROOT/fixtures/side-by-side.onnx" | laplacian -q | spectral -q -k 2 | report >out
	has 'No group was lesioned' out
	has '| lesion --in weights.global --model NET.onnx --data TEST.brc | coherence' out
	has '| clusterability -k 2' out
}

@test "nothing to report is an error that helps" {
	extract-weights -q "$ROOT/fixtures/side-by-side.onnx" >w.brc
	run --separate-stderr report w.brc -o no.html
	[ "$status" = 3 ] && [ ! -e no.html ]
	[[ $stderr == *"nothing to report"*"hint:"*spectral* ]]
}

@test "a damaged stream leaves no report" {
	head -c 20000 "$D/weights.brc" >cut.brc
	run --separate-stderr report cut.brc -o no.html
	[ "$status" = 4 ] && [ ! -e no.html ]
	run --separate-stderr report "$D/weights.brc" missing.brc
	[ "$status" = 3 ]
	[[ $stderr == *missing.brc* ]]
}

@test "level and order" {
	report --level 0.001 "$D/weights.brc" >out
	has 'None of 6 groups is found more important' out
	run --separate-stderr report --level 0.9 "$D/weights.brc"
	[ "$status" = 2 ]
	report -f tsv --order significance "$D/activations.brc" | cut -f 3,4 | sort >by_significance
	report -f tsv "$D/activations.brc" | cut -f 3,4 | sort | cmp - by_significance
}

# hostile FILE: a labelling whose names are written to be taken for something else
hostile() {
	/usr/bin/python3 - >"$1" <<'PYTHON'
import sys
import numpy as np
import write_stream
nasty = ["</script><script>alert(1)</script>", "=HYPERLINK(\"http://x\")\t\x1b]0;owned\x07"]
layers = {"layer/name": np.array([n.encode() for n in nasty]), "layer/units": np.array([3, 2])}
labels = {**layers, "label": np.array([0, 0, 1, 0, 1], "<i4")}
lesions = {**layers,
           "subcluster/layer": np.array([0, 1], "<i4"), "subcluster/cluster": np.array([0, 0], "<i4"),
           "subcluster/size": np.array([2, 1], "<i4"),
           "class/name": np.array([b"\xff\xc0\xbc<b>", b"' onload='alert(2)"]),
           "class/images": np.array([10, 10]), "baseline/correct": np.array([9, 9]),
           "baseline/loss": np.array([1.0, 1.0]),
           "correct": np.full((3, 2, 2), 5, "<i4"), "loss": np.ones((3, 2, 2))}
name = "<img src=x onerror=alert(3)>"
graph = {"graph": 0, "name": "</title>" + nasty[0], "k": 2, "ncut": 1.0, "warnings": ["<b>w</b>"]}
write_stream.write(sys.stdout.buffer, [
    ("labels", name, {"k": 2, "mode": "global", "source": "weights", "ncut": 1.0, "isolated": 0},
     [graph], labels),
    ("lesions", name, {"labels": name, "draws": 2, "images": 20, "classes": 2, "ablate": "zero",
                       "controls": "permutation", "model": "0" * 32}, [], lesions)])
PYTHON
}

@test "hostile names stay names in every format" {
	hostile in.brc
	coherence -q <in.brc >hostile.brc
	report hostile.brc >out
	lacks '[\x00-\x08\x0b-\x1f\x7f]' out
	report -f tsv hostile.brc >out.tsv
	[ "$(awk -F'\t' '{ print NF }' out.tsv | sort -u | wc -l)" = 1 ]
	lacks '(^|\t)=' out.tsv
	report -f json hostile.brc >out.json
	[ "$(json 'r["networks"][0]["labellings"][0]["groups"][0]["layer"]' out.json)" = '</script><script>alert(1)</script>' ]
	report -f html hostile.brc >out.html
	[ "$(grep -o '<script' out.html | wc -l)" = 3 ]
	lacks '<img|<b>w|<script>alert' out.html
	lacks '\x1b|\xff' out.html
}

@test "a browser draws the charts and makes the tables sortable" {
	command -v chromium >/dev/null || skip "no chromium"
	report "$D/weights.brc" -o page.html
	timeout 120 chromium --headless --no-sandbox --disable-gpu --no-first-run --disable-sync \
		--disable-background-networking --disable-component-update \
		--user-data-dir="$PWD/profile" --virtual-time-budget=5000 \
		--dump-dom "file://$PWD/page.html" >dom 2>/dev/null
	[ "$(grep -o '<canvas[^>]*width=' dom | wc -l)" = 4 ]
	grep -q '<th[^>]*><button type="button">layer</button>' dom
}

@test "the report has the evidence for k as the stream has it, and says which was taken" {
	extract-weights -q "$ROOT/fixtures/fashion-resnet.onnx" | laplacian -q --keep |
		spectral -q --k-auto 2-9 --name weights.global | laplacian -q --local |
		spectral -q --k-auto 2-4 --name weights.local -o auto.brc
	report auto.brc -o auto.json
	report auto.brc -o auto.html
	report auto.brc >auto.txt
	cat >same.py <<'PYTHON'
import json, sys
import numpy as np
import read_stream
sections = {s.name: s for s in read_stream.read(open("auto.brc", "rb"))[0] if s.type == "spectrum"}
for l in json.load(open("auto.json"))["networks"][0]["labellings"]:
    arrays = sections[l["name"]].arrays
    assert len(l["graphs"]) == len(sections[l["name"]].records)
    for i, g in enumerate(l["graphs"]):
        for key in ["k", "gap", "starts"]:
            assert np.allclose([c[key] for c in g["choice"]], arrays[f"graph/{i}/choice/{key}"], rtol=1e-11)
        assert np.allclose(g["residuals"], arrays[f"graph/{i}/residual"], rtol=1e-11)
        if g["k"]:
            assert abs(g["starts"] - next(c for c in g["choice"] if c["k"] == g["k"])["starts"]) < 1e-12
    assert any("k was to be chosen between 2 and" in c for c in l["cut"]), l["cut"]
print("the same")
PYTHON
	[ "$(/usr/bin/python3 same.py)" = "the same" ]
	[ "$(grep -o 'class="choice"' auto.html | wc -l)" = 13 ] # of the global graph, and of 12 local ones
	has 'The first 12 of 13 graphs' auto.html
	has 'k was to be chosen between 2 and 4' auto.txt
	has '<title>stages.block2_1.conv1, fed by stem.conv, stages.block1_1.conv2, stages.block1_2.conv2</title>' auto.html
}

@test "groups that are whole layers are told of a global partition alone" {
	extract-weights -q "$ROOT/fixtures/fashion-resnet.onnx" | laplacian -q --keep |
		spectral -q -k 9 --name weights.global | laplacian -q --local |
		spectral -q -k 4 --name weights.local -o given.brc
	report given.brc >given.txt
	has '12 of 24 groups are whole layers' given.txt
	[ "$(grep -c 'groups are whole layers' given.txt)" = 1 ]
	# a name too long for the table's column does not hide which layer it is
	has 'stages.block2_1.shortcut.conv 0:' given.txt
	# each begins with structure, of which nobody asked
	[ "$(grep -c 'Structure at k = [49]: not tested' given.txt)" = 2 ]
}

@test "what is counted is called by its name: tokens" {
	read-data -q --tokens --first 1 --images tokens --labels targets --classes "$ROOT/fixtures/text-vocabulary.txt" \
		"$ROOT/fixtures/text-test.npz" -o text.brc
	extract-weights -q "$ROOT/fixtures/text-transformer.onnx" | laplacian -q | spectral -q -k 3 |
		lesion -q -n 1 --model "$ROOT/fixtures/text-transformer.onnx" --data text.brc |
		coherence -q -o tokens.brc
	report tokens.brc >tokens.txt
	has ' of 64 tokens (class-balanced' tokens.txt
	has 'nats a token' tokens.txt
	lacks 'image' <(sed '/^Made by/,$d' tokens.txt)
	report tokens.brc -o tokens.html
	has '<dt>test tokens</dt><dd>64</dd>' tokens.html
	lacks '\bimages\b' <(sed '1,/<body>/d; /<pre/,/<.pre>/d; /id="methods"/,$d' tokens.html)
	report tokens.brc -o tokens.json
	[ "$(json 'r["networks"][0]["labellings"][0]["baseline"]["items"]' tokens.json)" = tokens ]
}
