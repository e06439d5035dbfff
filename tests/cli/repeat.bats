#!/usr/bin/env bats
# repeat: findings looked for in perturbed partitions.

bats_require_minimum_version 1.5.0

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return 1
	"$BIN/read-data" -q --npz "$ROOT/fixtures/side-by-side.npz" --first 300 -o data.brc
	"$BIN/extract-weights" -q "$ROOT/fixtures/side-by-side.onnx" | "$BIN/laplacian" -q -o graph.brc
	"$BIN/spectral" -q -k 2 -o labels.brc <graph.brc
	analysed few 4 0.1
	analysed none 4 1
	"$BIN/spectral" -q -k 2 --stability 3 <graph.brc | examined -o same.brc
}

# analysed NAME COPIES SHARE: NAME.brc has partitions of which a share of the units moved, and findings
analysed() {
	/usr/bin/python3 "$ROOT/tests/cli/perturb_labels.py" "$2" "$3" <labels.brc | examined -o "$1.brc"
}

# examined [OPTION...]: lesions and coherence of the labels on standard input; options of coherence
examined() {
	"$BIN/lesion" -q -n 99 --model "$ROOT/fixtures/side-by-side.onnx" --data "$BATS_FILE_TMPDIR/data.brc" |
		"$BIN/coherence" -q "$@"
}

setup() {
	load stages.bash
	load compare.bash
	load repeats.bash
	cd "$BATS_TEST_TMPDIR" || return 1
	D=$BATS_FILE_TMPDIR
	call=("$BIN/repeat" --model "$ROOT/fixtures/side-by-side.onnx" --data "$D/data.brc")
}

@test "groups that the partitions have return in all of them" {
	expect 0 "${call[@]}" -o same.brc <"$D/same.brc"
	says "accuracy: 6 of 6 findings return in at least half of 3 perturbed partitions; on average a finding returns in 1.00"
	says "not repeated: findings by loss, spread"
	same_as_recomputed same.brc | grep -qx "[1-9][0-9]* findings"
	"$BIN/report" -f json same.brc | jq -e '[.. | .loss? // empty | .returns? // empty] | length == 0'
	"$BIN/report" -f json same.brc | jq -e '[.. | .accuracy? // empty | .returns? // empty] | length == 6 and all(. == 1)'
	"$BIN/report" same.brc | grep -q "max-T returns"
	"$BIN/report" -f tsv same.brc | head -1 | grep -q accuracy_returns
	"$BIN/report" -f html same.brc | grep -q "share that returns"
}

@test "groups that the partitions do not have do not return" {
	expect 0 "${call[@]}" -o none.brc <"$D/none.brc"
	says "accuracy: 0 of 6 findings return"
	same_as_recomputed none.brc | grep -qx "[1-9][0-9]* findings"
}

@test "groups, indices, shares and frequencies are those that the other sections give" {
	expect 0 "${call[@]}" --all -o few.brc <"$D/few.brc"
	of_copy 2 "$D/few.brc" | examined -o run.brc
	same_as_recomputed few.brc 2 run.brc | grep -qx "[1-9][0-9]* compared"
	# the report counts the units that always are in a finding, and lists all frequencies
	"$BIN/export" --tensor repeats/unit/frequency -o frequency.npy <few.brc
	"$BIN/report" -f json few.brc >few.json
	"$BIN/report" few.brc | tr -s ' \n' ' ' >few.txt
	/usr/bin/python3 -c '
import json, numpy as np
f, text = np.load("frequency.npy"), open("few.txt").read()
repeats = json.load(open("few.json"))["networks"][0]["labellings"][0]["repeats"]
assert [r["statistic"] for r in repeats] == ["accuracy", "specificity"]
for r, row in zip(repeats, f):
    assert np.allclose(np.concatenate([u["frequency"] for u in r["units"]]), row, atol=1e-12)
    assert "By %s %d of %d units" % (r["statistic"], (row == 1).sum(), row.size) in text, text
    assert "of %d findings by %s %d return" % (r["findings"], r["statistic"], r["return_in_half"]) in text
assert "Not repeated: findings by loss, spread." in text'
	# without --all fewer groups are lesioned, with the same p
	expect 0 "${call[@]}" -q -o fewer.brc <"$D/few.brc"
	same_as_recomputed fewer.brc 2 run.brc | grep -qx "[1-9][0-9]* compared"
	for tensor in copy/p copy/jaccard finding/share; do
		for f in few fewer; do
			"$BIN/export" --tensor "repeats/$tensor" -o $f.npy <$f.brc
		done
		cmp few.npy fewer.npy
	done
	# of a single copy the frequencies are those of its findings
	of_copy 0 "$D/few.brc" | examined -o run.brc
	expect 0 "${call[@]}" --all -n 1 -o one.brc <"$D/few.brc"
	same_as_recomputed one.brc 0 run.brc
}

@test "the statistics whose findings are repeated" {
	expect 0 "${call[@]}" --statistics all -n 2 -o all.brc <"$D/few.brc"
	same_as_recomputed all.brc >count
	says "loss: "
	says "spread: "
	expect 0 "${call[@]}" --statistics loss -n 2 -o loss.brc <"$D/few.brc"
	says "loss: "
	says "not repeated: findings by accuracy, specificity, spread"
	same_as_recomputed loss.brc >fewer
	differ head -n 1 fewer , head -n 1 count
	expect 2 "${call[@]}" --statistics loss,size -o x.brc <"$D/few.brc"
	says "no findings by 'size'"
	says "accuracy, loss, specificity, spread, range"
}

@test "published tests are not repeated" {
	/usr/bin/python3 "$ROOT/tests/cli/perturb_labels.py" 2 0 <"$D/labels.brc" |
		"$BIN/lesion" -q --compat paper --model "$ROOT/fixtures/side-by-side.onnx" --data "$D/data.brc" |
		"$BIN/coherence" -q --compat paper -o paper.brc
	expect 3 "${call[@]}" -o x.brc <paper.brc
	says "the findings are of --compat paper"
	[ ! -e x.brc ]
}

@test "the same bytes for any number of threads" {
	for threads in 1 3; do
		"${call[@]}" -q --threads $threads -o $threads.brc <"$D/few.brc"
	done
	cmp 1.brc 3.brc
}

@test "no partitions, no findings, another network, other data" {
	"$BIN/lesion" -q -n 9 --model "$ROOT/fixtures/side-by-side.onnx" --data "$D/data.brc" <"$D/labels.brc" >plain.brc
	expect 3 "${call[@]}" -o x.brc <plain.brc
	says "no perturbed partitions called 'weights.global'"
	says "spectral --stability"
	/usr/bin/python3 "$ROOT/tests/cli/perturb_labels.py" 2 0 <"$D/labels.brc" |
		"$BIN/lesion" -q -n 9 --model "$ROOT/fixtures/side-by-side.onnx" --data "$D/data.brc" \
			--level 0.001 >quiet.brc
	expect 0 "${call[@]}" -o x.brc <quiet.brc
	says "there are no findings"
	same_as_recomputed x.brc | grep -qx "0 findings"
	"$BIN/report" x.brc >out
	expect 3 "$BIN/repeat" --model "$ROOT/fixtures/side-by-side-split.onnx" --data "$D/data.brc" -o y.brc <"$D/few.brc"
	says "the lesions are of another network than --model"
	"$BIN/read-data" -q --npz "$ROOT/fixtures/side-by-side.npz" --first 200 -o other.brc
	expect 3 "$BIN/repeat" --model "$ROOT/fixtures/side-by-side.onnx" --data other.brc -o y.brc <"$D/few.brc"
	says "the lesions are of other data"
	expect 2 "$BIN/repeat" --data "$D/data.brc" -o y.brc <"$D/few.brc"
	says "--model"
	expect 6 "${call[@]}" --mem 1M -o y.brc <"$D/few.brc"
	[ ! -e y.brc ]
}

@test "permute-weights keeps the values of each tensor, and all else" {
	net=$ROOT/fixtures/fashion-resnet.onnx
	expect 0 "$BIN/permute-weights" "$net" -o a.onnx
	says "tensors permuted"
	expect 0 "$BIN/permute-weights" "$net" -o b.onnx
	cmp a.onnx b.onnx
	expect 0 "$BIN/permute-weights" --seed 1 "$net" -o b.onnx
	run ! cmp -s a.onnx b.onnx
	[ "$(wc -c <a.onnx)" -eq "$(wc -c <"$net")" ]
	same_values() { # bytes are permuted, four at a time, so the file has the same ones
		/usr/bin/python3 -c '
import sys
a, b = (open(p, "rb").read() for p in sys.argv[1:])
assert sorted(a) == sorted(b) and a != b' "$1" "$2"
	}
	same_values a.onnx "$net"
	"$BIN/extract-weights" -q "$net" | "$BIN/export" --units >units-before
	"$BIN/extract-weights" -q a.onnx | "$BIN/export" --units >units-after
	cmp units-before units-after
	expect 3 "$BIN/permute-weights" "$D/data.brc" -o c.onnx
	expect 2 "$BIN/permute-weights"
	[ ! -e c.onnx ]
}

@test "untrained.sh sets a network beside untrained copies" {
	expect 0 "$ROOT/pipelines/untrained.sh" -k 2 --copies 1 --controls 19 --shuffles 19 --match none \
		-o table.json "$ROOT/fixtures/side-by-side.onnx" "$D/data.brc"
	grep -q "^trained  *2 .*structured  *6 of 6" out
	grep -q "^untrained-1  *2 .*no evidence  *0 of 6" out
	jq -e '.networks[0].verdict == "structured" and .networks[0].groups.accuracy.found == 6
		and .networks[1].groups.accuracy.found == 0' table.json
	expect 2 "$ROOT/pipelines/untrained.sh" --by magic "$ROOT/fixtures/side-by-side.onnx" "$D/data.brc"
	says "magic"
}

@test "units without a label, and partitions without groups" {
	PYTHONPATH="$ROOT/tests/cli:$ROOT/docs" /usr/bin/python3 - "$D/few.brc" >holes.brc <<'PYTHON'
import sys
import read_stream
import write_stream
sections = []
for s in read_stream.read(open(sys.argv[1], "rb"))[0]:
    arrays = dict(s.arrays)
    if s.type == "partitions":
        arrays["label"] = arrays["label"].copy()
        arrays["label"][0] = -1
        arrays["label"][1, ::3] = -1
    sections.append(((s.type, s.version), s.name, s.meta, s.records, arrays))
write_stream.write(sys.stdout.buffer, sections)
PYTHON
	expect 0 "${call[@]}" --all -o holes-out.brc <holes.brc
	same_as_recomputed holes-out.brc | grep -qx "[1-9][0-9]* findings"
}
